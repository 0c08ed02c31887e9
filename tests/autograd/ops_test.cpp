#include <gradus/autograd/function.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/op_registry.h>
#include <gradus/autograd/random.h>
#include <gtest/gtest.h>
#include <cctype>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace gradus::autograd {
/// How GoogleTest shows a sample.
void PrintTo(const Sample& sample, std::ostream* stream) { *stream << sample.name; }
}  // namespace gradus::autograd

// Every sample of every op in the registry is a gradient check of first and of second order.
namespace gradus {
namespace {

std::string sample_name(const testing::TestParamInfo<Sample>& sample) {
  std::string name = sample.param.name;
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

class GradCheck : public testing::TestWithParam<Sample> {};

TEST_P(GradCheck, MatchesCentralDifference) {
  const auto result = autograd::gradcheck(GetParam().function, GetParam().inputs, {.raise_exception = false});
  EXPECT_TRUE(result) << result.message;
}

INSTANTIATE_TEST_SUITE_P(Ops, GradCheck, testing::ValuesIn(op_registry().samples()), sample_name);

class GradGradCheck : public testing::TestWithParam<Sample> {};

TEST_P(GradGradCheck, MatchesCentralDifference) {
  const auto result = autograd::gradgradcheck(GetParam().function, GetParam().inputs, {.raise_exception = false});
  EXPECT_TRUE(result) << result.message;
}

Samples twice_differentiable() {
  Samples samples = op_registry().samples();
  std::erase_if(samples, [](const Sample& sample) { return !sample.second_order; });
  return samples;
}

INSTANTIATE_TEST_SUITE_P(Ops, GradGradCheck, testing::ValuesIn(twice_differentiable()), sample_name);

// A product whose derivative lacks a factor, as a slip of the pen would leave it.
struct SlippedMul : Function<SlippedMul> {
  static constexpr auto name = "slipped_mul";
  static Tensor forward(Context& ctx, const Tensor& a, const Tensor& b) {
    ctx.save_for_backward(a, b);
    return a * b;
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g * ctx.saved(1), g * ctx.saved(1)}; }
};

TEST(GradCheckOfABrokenOp, CatchesAndNamesIt) {
  manual_seed(1);
  const Tensor a = randn({2, 2}, kFloat64).requires_grad_(), b = randn({2, 2}, kFloat64).requires_grad_();
  const auto result = autograd::gradcheck([](const Tensor& x, const Tensor& y) { return SlippedMul::apply(x, y); },
                                          {a, b}, {.raise_exception = false});
  EXPECT_FALSE(result);
  for (const char* part :
       {"SlippedMulBackward0", "output 0 with respect to input 1", "d output[0, 0] / d input[0, 0]"}) {
    EXPECT_NE(result.message.find(part), std::string::npos) << result.message;
  }
}

std::string text_of(const std::string& path) {
  std::ifstream file(std::string(GRADUS_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The functions of ops.h that make tensors out of tensors.
std::set<std::string> functions_of_tensors() {
  const std::string text = text_of("autograd/ops.h");
  const std::regex declaration(
      R"(\n(?:Tensor|TensorList|std::vector<Tensor>|std::tuple<Tensor, Tensor>) (\w+)\(([^;{]*)\))");
  std::set<std::string> names;
  for (std::sregex_iterator it(text.begin(), text.end(), declaration), end; it != end; ++it) {
    const std::string parameters = (*it)[2];
    if (std::regex_search(parameters, std::regex(R"(\bTensor(List|>)?&)"))) names.insert((*it)[1]);
  }
  return names;
}

// Of these, what has no derivative: numbers are made, compared, counted or drawn.
const std::set<std::string> kNotDifferentiable{
    "tensor",      "empty_like",  "zeros_like",  "ones_like", "full_like", "rand_like", "randn_like", "bernoulli",
    "scalar_like", "eq",          "ne",          "lt",        "le",        "gt",        "ge",         "logical_and",
    "logical_or",  "logical_xor", "logical_not", "isnan",     "isinf",     "isfinite",  "isclose",    "argmax",
    "argmin",      "any",         "all",         "argsort",   "one_hot",   "nonzero"};

// What is made of other ops, without a derivative of its own.
Samples composed() {
  manual_seed(2);
  const auto input = [](IntArrayRef sizes) { return randn(sizes, kFloat64).requires_grad_(); };
  return {{"broadcast_tensors",
           [](const Tensor& a, const Tensor& b) -> TensorList {
             return broadcast_tensors({a, b});
           },
           {input({2, 1}), input({3})}},
          {"chunk", [](const Tensor& x) { return chunk(x, 2, 1); }, {input({2, 3})}},
          {"flatten", [](const Tensor& x) { return flatten(x.t()); }, {input({2, 3})}},
          {"masked_select",
           [](const Tensor& x) {
             return masked_select(x, tensor({true, false, true}));
           },
           {input({2, 3})}},
          {"narrow", [](const Tensor& x) { return narrow(x, 1, 1, 2); }, {input({2, 3})}},
          {"reshape",
           [](const Tensor& x) {
             return reshape(x.t(), {2, 3});
           },
           {input({2, 3})}},
          {"sum_to",
           [](const Tensor& x) {
             return sum_to(x, {3, 1});
           },
           {input({2, 3, 2})}},
          {"unflatten",
           [](const Tensor& x) {
             return unflatten(x, 1, {2, -1});
           },
           {input({2, 4})}}};
}
INSTANTIATE_TEST_SUITE_P(Composed, GradCheck, testing::ValuesIn(composed()), sample_name);
INSTANTIATE_TEST_SUITE_P(Composed, GradGradCheck, testing::ValuesIn(composed()), sample_name);

TEST(OpRegistry, HoldsEveryDifferentiableFunctionOfOpsH) {
  std::set<std::string> registered;
  for (const OpInfo& op : op_registry().ops()) {
    EXPECT_TRUE(registered.insert(std::string(op.name)).second) << op.name << " is registered twice";
    EXPECT_FALSE(op.math.empty()) << op.name;
  }
  std::set<std::string> known = kNotDifferentiable;
  for (const Sample& sample : composed()) known.insert(sample.name);
  for (const std::string& name : known) EXPECT_FALSE(registered.contains(name)) << name << " is listed twice";
  known.insert(registered.begin(), registered.end());

  const std::set<std::string> functions = functions_of_tensors();
  EXPECT_GT(functions.size(), 100u);
  for (const std::string& name : functions) {
    EXPECT_TRUE(known.contains(name)) << name << " of ops.h must be in the registry, composed, or have no derivative";
  }
}

TEST(OpRegistry, EveryOpHasSamples) {
  for (const OpInfo& op : op_registry().ops()) EXPECT_FALSE(op.samples().empty()) << op.name;
}

TEST(OpRegistry, SamplesAreTheSameEachTimeAndLeaveTheGeneratorAlone) {
  manual_seed(3);
  const Samples first = op_registry().samples(), second = op_registry().samples();
  const double next = rand({1}, kFloat64).item<double>();
  manual_seed(3);
  EXPECT_EQ(next, rand({1}, kFloat64).item<double>());
  ASSERT_EQ(first.size(), second.size());
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].name, second[i].name);
    for (size_t j = 0; j < first[i].inputs.size(); ++j) {
      EXPECT_TRUE(first[i].inputs[j].equal(second[i].inputs[j])) << first[i].name;
    }
  }
}

}  // namespace
}  // namespace gradus
