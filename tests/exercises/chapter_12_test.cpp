#include <gradus/autograd/engine.h>
#include <gradus/tutorials/12_your_own_op/tasks.h>

#include "helpers.h"

using namespace chapter_12;

namespace {

TEST(Chapter12, TheSolutionPasses) { expect_all_pass(tasks({})); }

TEST(Chapter12, WrongDerivatives) {
  Answers wrong;
  wrong.squared_relu_gradient = [](const Tensor&, const Tensor& x) { return 2 * relu(x); };
  expect_wrong(tasks(wrong), 1, "The incoming gradient g is missing");
  wrong.squared_relu_gradient = [](const Tensor& g, const Tensor& x) { return g * relu(x); };
  expect_wrong(tasks(wrong), 1, "The derivative of z^2 is 2 z");
  wrong.squared_relu_gradient = [](const Tensor& g, const Tensor& x) { return g * 2 * x; };
  expect_wrong(tasks(wrong), 1, "Where x is negative the function is 0");
}

// What the learner's op would be, with another backward.
enum class Kind { kWrongSign, kDetached };
template <Kind kind>
struct Softsign : Function<Softsign<kind>> {
  static constexpr auto name = "softsign", math = "";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return x / (1 + x.abs());
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = kind == Kind::kDetached ? ctx.saved(0).detach() : ctx.saved(0);
    const Tensor below = 1 + x.abs();
    return {(kind == Kind::kWrongSign ? -g : g) / (below * below)};
  }
};

TEST(Chapter12, WrongSoftsigns) {
  Answers wrong;
  wrong.softsign_op = [](const Tensor& x) { return x / (1 + x); };
  expect_wrong(tasks(wrong), 2, "The denominator is 1 + |x|");
  wrong.softsign_op = [](const Tensor& x) { return x / (1 + x.abs()); };
  expect_wrong(tasks(wrong), 2, "grad_fn should be SoftsignBackward0, but it is DivBackward0");
  wrong.softsign_op = [](const Tensor& x) { return Softsign<Kind::kWrongSign>::apply(x); };
  expect_wrong(tasks(wrong), 2, "the gradient check of softsign_op fails");
  wrong.softsign_op = [](const Tensor& x) { return Softsign<Kind::kDetached>::apply(x); };
  expect_wrong(tasks(wrong), 2, "its second derivative is not");
  wrong.softsign_op = [](const Tensor& x) { return (x / (1 + x.abs())).detach(); };
  expect_wrong(tasks(wrong), 2, "without a graph");
}

struct Hypotenuse : Function<Hypotenuse> {  // one gradient for both inputs
  static constexpr auto name = "hypotenuse", math = "";
  static Tensor forward(Context& ctx, const Tensor& a, const Tensor& b) {
    const Tensor out = (a * a + b * b).sqrt();
    ctx.save_for_backward(a, out);
    return out;
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor gradient = g * ctx.saved(0) / ctx.saved(1);
    return {gradient, gradient};
  }
};

TEST(Chapter12, WrongHypotenuses) {
  Answers wrong;
  wrong.hypotenuse_op = [](const Tensor& a, const Tensor& b) { return a * a + b * b; };
  expect_wrong(tasks(wrong), 3, "The root is missing");
  wrong.hypotenuse_op = [](const Tensor& a, const Tensor& b) { return Hypotenuse::apply(a, b); };
  expect_wrong(tasks(wrong), 3, "the gradient check of hypotenuse_op fails");
}

TEST(Chapter12, WrongSecondDerivatives) {
  Answers wrong;
  wrong.second_derivative = [](const auto& f, const Tensor& x) { return autograd::grad({f(x).sum()}, {x})[0]; };
  expect_wrong(tasks(wrong), 4, "This is the first derivative");
  wrong.second_derivative = [](const auto&, const Tensor& x) { return 6 * x; };
  expect_wrong(tasks(wrong), 4, "sin(x)");
}

}  // namespace
