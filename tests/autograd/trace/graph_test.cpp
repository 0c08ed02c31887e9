#include <gradus/autograd/graph.h>
#include <gradus/tests/autograd/helpers.h>
#include <gtest/gtest.h>

#include <sstream>

namespace gradus {
namespace {

std::string printed(const Tensor& tensor, const autograd::TensorNames& names = {}, int64_t max_lines = 1000) {
  std::ostringstream stream;
  autograd::print_graph(stream, tensor, names, max_lines);
  return stream.str();
}

TEST(PrintGraph, ShowsASharedNodeOnceAndRefersToIt) {
  const Tensor w = leaf({1., 2.}), x = tensor({3., 4.}, kFloat64);
  const Tensor h = w * x;
  const Tensor loss = (h + h.exp()).sum();
  EXPECT_EQ(printed(loss, {{"w", w}, {"x", x}}),
            "SumBackward0 []\n"
            "AddBackward0 [2]\n"
            "├─ MulBackward0 [2] #1\n"
            "│  w [2]\n"
            "└─ ExpBackward0 [2]\n"
            "   MulBackward0 [2] = #1, above\n");
}

TEST(PrintGraph, ALeafThatFeedsSeveralNodesHasANumber) {
  const Tensor a = leaf(2);
  EXPECT_EQ(printed(a * a), "MulBackward0 []\n├─ leaf [] #1\n└─ leaf [] = #1, above\n");
}

TEST(PrintGraph, CountsWhatItLeavesOut) {
  Tensor y = leaf(1);
  for (int i = 0; i < 10; ++i) y = y.exp();
  EXPECT_EQ(printed(y, {}, 3), "ExpBackward0 []\nExpBackward0 []\nExpBackward0 []\n... and 8 more nodes\n");
}

TEST(PrintGraph, GoesThroughAGraphOfAnyDepth) {
  Tensor y = leaf(1);
  for (int i = 0; i < 200'000; ++i) y = -y;
  const std::string text = printed(y, {}, 1'000'000);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 200'001);
}

TEST(PrintGraph, SaysWhereThereIsNoGraph) {
  EXPECT_EQ(error_of([] {
              printed(tensor({1., 2.}));
            }),
            "there is no graph behind a tensor that does not require grad and does not have a grad_fn");
  EXPECT_EQ(error_of([] { autograd::to_dot(Tensor()); }),
            "there is no graph behind a tensor that does not require grad and does not have a grad_fn");
}

TEST(ToDot, NamesNodesLeavesAndShapes) {
  const Tensor w = leaf({{1., 2.}, {3., 4.}}), b = leaf({5., 6.});
  const std::string dot = autograd::to_dot((w + b).sum(), {{"the \"w\"", w}});
  EXPECT_EQ(dot.substr(0, 18), "digraph backward {");
  EXPECT_NE(dot.find("n0 [label=\"SumBackward0\"]"), std::string::npos) << dot;
  EXPECT_NE(dot.find("n1 [label=\"AddBackward0\"]"), std::string::npos) << dot;
  EXPECT_NE(dot.find(R"(n2 [label="the \"w\"\n[2, 2]", fillcolor=)"), std::string::npos) << dot;
  EXPECT_NE(dot.find(R"(n3 [label="leaf\n[2]", fillcolor=)"), std::string::npos) << dot;
  EXPECT_NE(dot.find("n0 -> n1 [label=\"[2, 2]\"];\n"), std::string::npos) << dot;
  EXPECT_NE(dot.find("n1 -> n2 [label=\"[2, 2]\"];\n  n1 -> n3 [label=\"[2]\"];\n"), std::string::npos) << dot;
}

TEST(ToDot, GoesThroughAGraphOfAnyDepth) {
  Tensor y = leaf(1);
  for (int i = 0; i < 200'000; ++i) y = -y;
  EXPECT_NE(autograd::to_dot(y).find("n200000 [label=\"leaf\\n[]\""), std::string::npos);
}

}  // namespace
}  // namespace gradus
