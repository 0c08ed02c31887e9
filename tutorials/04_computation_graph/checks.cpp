#include <fmt/format.h>

#include "tasks.h"

namespace chapter_04 {
namespace {

void check_count(const Answers& answers) {
  const Tensor a = tensor(2.0, kFloat64).requires_grad_(), b = tensor(3.0, kFloat64).requires_grad_();
  const auto count = [&](const char* what, const Tensor& result, double expected, const Mistakes& mistakes = {}) {
    expect_close(fmt::format("count_nodes({})", what), static_cast<double>(answers.count_nodes(result)), expected,
                 mistakes);
  };
  count("a * b", a * b, 3,
        {{1, "Only the node of the product is counted: follow its next_edges to those of a and b."},
         {2, "The node of the product counts as well."}});
  const Tensor c = a * b;
  count("c * c with c = a * b", c * c, 4,
        {{5, "c is reached by two edges and is counted twice: remember which nodes have been seen."},
         {7, "c and what is behind it is counted twice: remember which nodes have been seen."}});
  count("a * 2", a * 2, 2, {{3, "An edge whose node is empty leads nowhere: the constant asks for no gradient."}});
  count("tensor(1.0)", tensor(1.0), 0);
  Tensor chain = a;
  for (int i = 0; i < 100'000; ++i) chain = -chain;
  count("a, negated 100,000 times", chain, 100'001);
}

void check_descend(const Answers& answers) {
  Tensor w = tensor({1.0, -2.0}, kFloat64).requires_grad_();
  const Tensor same = w;  // another handle of the same tensor
  (w * w).sum().backward();
  answers.descend(w, 0.25);
  expect(w.is_leaf(), "w is not a leaf any more: the step was recorded. Put a NoGradGuard before it.");
  expect(w.requires_grad(), "w does not require grad any more: change it in place instead of making another tensor.");
  expect_close("w after descend(w, 0.25), where w was {1, -2} and w.grad {2, -4}", same.detach(),
               tensor({0.5, -1.0}, kFloat64),
               {{tensor({1.0, -2.0}, kFloat64),
                 "w has not changed: w = w - ... makes another tensor and leaves the old one as it was; use -=."},
                {tensor({1.5, -3.0}, kFloat64), "This goes uphill: the step is against the gradient."}});
  expect(!w.grad().defined(), "the gradient is still there, and the next backward would add to it");
}

void check_straight_through(const Answers& answers) {
  Tensor x = tensor({-1.5, 0.5, 3.0}, kFloat64).requires_grad_();
  const Tensor y = answers.straight_through_sign(x);
  expect_close("straight_through_sign(x) for x = {-1.5, 0.5, 3}", y.detach(), tensor({-1.0, 1.0, 1.0}, kFloat64),
               {{x.detach(), "These are the values of x: add sign(x) - x, detached."}});
  expect(y.requires_grad(), "the result has no graph: something of x must stay outside detach()");
  (y * tensor({1.0, 2.0, 3.0}, kFloat64)).sum().backward();
  expect_close("its gradient for the incoming gradient {1, 2, 3}", x.grad(), tensor({1.0, 2.0, 3.0}, kFloat64),
               {{zeros({3}, kFloat64), "The derivative of sign is 0: detach it, so that only x is differentiated."}});
}

void check_parts(const Answers& answers) {
  const Tensor x = tensor({{1.0, 2.0}, {3.0, -1.0}, {0.5, 0.5}, {-2.0, 4.0}}, kFloat64);
  Tensor w = tensor({0.5, -1.0}, kFloat64).requires_grad_();
  int64_t calls = 0, most_rows = 0;
  const auto loss = [&](const Tensor& rows) {
    ++calls;
    most_rows = std::max(most_rows, rows.size(0));
    return rows.mv(w).square().mean();
  };
  loss(x).backward();
  const Tensor whole = w.grad().clone();
  w.mutable_grad() = Tensor();
  calls = most_rows = 0;
  answers.backward_in_parts(loss, x, 2);
  expect(calls > 0, "loss was never called");
  expect(most_rows == 2, fmt::format("loss was given {} rows at once; two parts of four rows have 2 each", most_rows));
  expect(w.grad().defined(), "no gradient has arrived at the leaf: each part needs its own backward()");
  expect_close("w.grad after backward_in_parts(loss, x, 2)", w.grad(), whole,
               {{2 * whole,
                 "The parts' gradients add up to twice the gradient: the mean of all rows is the mean of the parts' "
                 "means, so each part counts 1 / parts."}});
}

}  // namespace

std::vector<Task> tasks(const Answers& answers) {
  return {
      {"count the nodes of a graph", "Keep a list of nodes to visit and a set of those seen.",
       [=] { check_count(answers); }},
      {"a step of gradient descent", "NoGradGuard, w -= lr * w.grad(), and forget the gradient.",
       [=] { check_descend(answers); }},
      {"straight through the sign", "x + (sign(x) - x), with one of the two terms detached.",
       [=] { check_straight_through(answers); }},
      {"backward in parts", "Divide each part's loss by the number of parts before its backward().",
       [=] { check_parts(answers); }},
  };
}

}  // namespace chapter_04
