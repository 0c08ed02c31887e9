#include <gradus/tutorials/04_computation_graph/tasks.h>

#include "helpers.h"

using namespace chapter_04;

namespace {

TEST(Chapter04, TheSolutionPasses) { expect_all_pass(tasks({})); }

int64_t paths_from(const Node* node) {
  if (!node) return 0;
  int64_t sum = 1;
  for (const Edge& edge : node->next_edges) sum += paths_from(edge.node.get());
  return sum;
}

TEST(Chapter04, WrongCounts) {
  Answers wrong;
  wrong.count_nodes = [](const Tensor& t) { return int64_t{t.grad_fn() ? 1 : 0}; };
  expect_wrong(tasks(wrong), 1, "Only the node of the product is counted");
  wrong.count_nodes = [](const Tensor& t) { return paths_from(t.grad_fn().get()); };
  expect_wrong(tasks(wrong), 1, "c and what is behind it is counted twice");
  wrong.count_nodes = [](const Tensor& t) { return paths_from(t.grad_fn().get()) - 1; };
  expect_wrong(tasks(wrong), 1, "The node of the product counts as well");
}

TEST(Chapter04, WrongSteps) {
  Answers wrong;
  wrong.descend = [](Tensor& w, double lr) { w = w - lr * w.grad(); };
  expect_wrong(tasks(wrong), 2, "w is not a leaf any more");
  wrong.descend = [](Tensor& w, double lr) {
    NoGradGuard no_grad;
    w = w - lr * w.grad();
  };
  expect_wrong(tasks(wrong), 2, "w does not require grad any more");
  wrong.descend = [](Tensor& w, double lr) { w = (w - lr * w.grad()).detach().requires_grad_(); };
  expect_wrong(tasks(wrong), 2, "w has not changed");
  wrong.descend = [](Tensor& w, double lr) {
    NoGradGuard no_grad;
    w += lr * w.grad();
  };
  expect_wrong(tasks(wrong), 2, "This goes uphill");
  wrong.descend = [](Tensor& w, double lr) {
    NoGradGuard no_grad;
    w -= lr * w.grad();
  };
  expect_wrong(tasks(wrong), 2, "the gradient is still there");
}

TEST(Chapter04, WrongStraightThroughs) {
  Answers wrong;
  wrong.straight_through_sign = [](const Tensor& x) { return x.sign(); };
  expect_wrong(tasks(wrong), 3, "The derivative of sign is 0");
  wrong.straight_through_sign = [](const Tensor& x) { return x.sign().detach(); };
  expect_wrong(tasks(wrong), 3, "the result has no graph");
  wrong.straight_through_sign = [](const Tensor& x) { return x * 1; };
  expect_wrong(tasks(wrong), 3, "These are the values of x");
}

TEST(Chapter04, WrongParts) {
  using Loss = std::function<Tensor(const Tensor&)>;
  Answers wrong;
  wrong.backward_in_parts = [](const Loss& loss, const Tensor& x, int64_t parts) {
    for (const Tensor& rows : x.chunk(parts)) loss(rows).backward();
  };
  expect_wrong(tasks(wrong), 4, "The parts' gradients add up to twice the gradient");
  wrong.backward_in_parts = [](const Loss& loss, const Tensor& x, int64_t) { loss(x).backward(); };
  expect_wrong(tasks(wrong), 4, "loss was given 4 rows at once");
  wrong.backward_in_parts = [](const Loss& loss, const Tensor& x, int64_t parts) {
    for (const Tensor& rows : x.chunk(parts)) loss(rows);
  };
  expect_wrong(tasks(wrong), 4, "no gradient has arrived");
}

}  // namespace
