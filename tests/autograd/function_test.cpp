#include <gradus/autograd/engine.h>
#include <gradus/autograd/random.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gradus {
namespace {

// An op as a user writes it: it remembers a number in a member.
struct Scale : Function<Scale> {
  static constexpr auto name = "scale";
  double factor = 0;
  Tensor forward(Context&, const Tensor& x, double by) {
    factor = by;
    return x * by;
  }
  TensorList backward(Context&, const Tensor& g) { return {g * factor}; }
};

// Two outputs, one gradient.
struct SumAndDifference : Function<SumAndDifference> {
  static constexpr auto name = "sum_and_difference";
  static TensorList forward(Context&, const Tensor& a, const Tensor& b) { return {a + b, a - b}; }
  static TensorList backward(Context&, const TensorList& g) { return {g[0] + g[1], g[0] - g[1]}; }
};

// Saves its output and something in between.
struct ExpTwice : Function<ExpTwice> {
  static constexpr auto name = "exp_twice";
  static Tensor forward(Context& ctx, const Tensor& x) {
    const Tensor doubled = x * 2;
    const Tensor out = doubled.exp();
    ctx.save_for_backward(out, doubled, Tensor());
    return out;
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    EXPECT_FALSE(ctx.saved(2).defined());
    EXPECT_EQ(ctx.saved_count(), 3u);
    return {ctx.saved(0) * g * 2};
  }
};

struct NeedsGrad : Function<NeedsGrad> {
  static constexpr auto name = "needs_grad";
  static Tensor forward(Context& ctx, const Tensor& a, const Tensor& b) {
    ctx.save_for_backward(a, b);
    return a * b;
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    EXPECT_TRUE(ctx.needs_grad(0));
    EXPECT_FALSE(ctx.needs_grad(1));
    return {g * ctx.saved(1), Tensor()};
  }
};

Tensor leaf(double value) { return tensor(value, dtype(kFloat64).requires_grad()); }

TEST(Function, RemembersAttributes) {
  const Tensor x = leaf(3);
  const Tensor y = Scale::apply(x, 4.0);
  EXPECT_EQ(y.grad_fn()->name(), "ScaleBackward0");
  y.backward();
  EXPECT_DOUBLE_EQ(x.grad().item<double>(), 4);
}

TEST(Function, SeveralOutputsOfWhichOneIsUsed) {
  const Tensor a = leaf(3), b = leaf(2);
  const TensorList out = SumAndDifference::apply(a, b);
  EXPECT_EQ(out[1].output_nr(), 1u);
  (out[1] * 5).backward();
  EXPECT_DOUBLE_EQ(a.grad().item<double>(), 5);
  EXPECT_DOUBLE_EQ(b.grad().item<double>(), -5);
}

TEST(Function, SavedOutputDifferentiatesAgain) {
  const Tensor x = leaf(0.5);
  const Tensor first = autograd::grad({ExpTwice::apply(x)}, {x}, {}, std::nullopt, true)[0];
  const Tensor second = autograd::grad({first}, {x})[0];
  EXPECT_DOUBLE_EQ(first.item<double>(), 2 * std::exp(1.0));
  EXPECT_DOUBLE_EQ(second.item<double>(), 4 * std::exp(1.0));
}

TEST(Function, KnowsWhichGradientsAreAskedFor) {
  const Tensor a = leaf(3);
  NeedsGrad::apply(a, tensor(2.0, kFloat64)).backward();
  EXPECT_DOUBLE_EQ(a.grad().item<double>(), 2);
}

TEST(Function, UnrecordedWithoutGradients) {
  EXPECT_FALSE(Scale::apply(tensor(1.0), 2.0).requires_grad());
  const NoGradGuard no_grad;
  EXPECT_FALSE(Scale::apply(leaf(1), 2.0).requires_grad());
}

TEST(Function, InPlaceFormOfACustomOp) {
  const Tensor x = leaf(3);
  Tensor y = x * 1;
  Scale::apply_(y, 4.0);
  EXPECT_DOUBLE_EQ(y.item<double>(), 12);
  EXPECT_EQ(y.version(), 1u);
  y.backward();
  EXPECT_DOUBLE_EQ(x.grad().item<double>(), 4);
}

}  // namespace
}  // namespace gradus
