#include <gradus/autograd/engine.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace gradus {
namespace {

using Doubles = std::vector<double>;

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

Tensor leaf(const TensorData& data) { return tensor(data, dtype(kFloat64).requires_grad()); }

TEST(InPlace, RaisesTheVersionThatViewsShare) {
  Tensor x = zeros({2, 2});
  const Tensor row = x[0];
  x.add_(1);
  EXPECT_EQ(row.version(), 1u);
  EXPECT_EQ(x.detach().version(), 1u);
  EXPECT_EQ(row.to_vector<double>(), (Doubles{1, 1}));
}

TEST(InPlace, LeavesThatRequireGradAreRefused) {
  Tensor x = leaf({1., 2.});
  EXPECT_EQ(message_of([&] { x.add_(1); }),
            "a leaf Variable that requires grad is being used in an in-place operation.");
  EXPECT_EQ(message_of([&] { x[0] = 5; }),
            "a view of a leaf Variable that requires grad is being used in an in-place operation.");
  const NoGradGuard no_grad;
  x.add_(1);
  EXPECT_EQ(x.to_vector<double>(), (Doubles{2, 3}));
  EXPECT_TRUE(x.is_leaf());
}

TEST(InPlace, HistoryIsRewritten) {
  const Tensor x = leaf({2., 3.});
  Tensor y = x * 1;
  y.mul_(x);  // x^2
  y.add_(x, {.alpha = 10});
  y.sum().backward();
  EXPECT_EQ(x.grad().to_vector<double>(), (Doubles{14, 16}));
}

TEST(InPlace, KeepsWhatItOverwrites) {
  const Tensor x = leaf({2., 3.}), w = leaf({5., 7.});
  Tensor y = x * 1;
  y.mul_(w);  // w's gradient needs the y before
  y.sum().backward();
  EXPECT_EQ(w.grad().to_vector<double>(), (Doubles{2, 3}));
  EXPECT_EQ(x.grad().to_vector<double>(), (Doubles{5, 7}));
}

TEST(InPlace, TimesItself) {
  const Tensor x = leaf({2., 3.});
  Tensor y = x * 1;
  y.mul_(y);
  EXPECT_EQ(y.to_vector<double>(), (Doubles{4, 9}));
  y.sum().backward();
  EXPECT_EQ(x.grad().to_vector<double>(), (Doubles{4, 6}));
}

TEST(InPlace, SavedOutputsOfInPlaceOpsDifferentiateTwice) {
  const Tensor x = leaf(0.5);
  Tensor y = x * 2;
  y.exp_();
  const Tensor first = autograd::grad({y}, {x}, {}, std::nullopt, true)[0];
  EXPECT_DOUBLE_EQ(first.item<double>(), 2 * std::exp(1.0));
  EXPECT_DOUBLE_EQ(autograd::grad({first}, {x})[0].item<double>(), 4 * std::exp(1.0));
}

TEST(InPlace, ThroughAViewRewritesTheBase) {
  const Tensor x = leaf({1., 2., 3.});
  Tensor y = x * 2;
  y[1].mul_(10);
  EXPECT_EQ(y.to_vector<double>(), (Doubles{2, 40, 6}));
  EXPECT_EQ(y.grad_fn()->name(), "CopySlices");
  y.sum().backward();
  EXPECT_EQ(x.grad().to_vector<double>(), (Doubles{2, 20, 2}));
}

TEST(InPlace, AssignmentDifferentiatesInBaseAndValue) {
  const Tensor x = leaf({1., 2., 3.}), v = leaf(5.0);
  Tensor y = x * 2;
  y[1] = v * v;
  EXPECT_EQ(y.to_vector<double>(), (Doubles{2, 25, 6}));
  (y * tensor({1., 2., 3.}, kFloat64)).sum().backward();
  EXPECT_EQ(x.grad().to_vector<double>(), (Doubles{2, 0, 6}));
  EXPECT_DOUBLE_EQ(v.grad().item<double>(), 20);
}

TEST(InPlace, ATensorWithoutGradTakesPartOnceWrittenTo) {
  const Tensor w = leaf(3.0);
  Tensor x = zeros({2, 2}, kFloat64);
  const Tensor earlier = x[1];
  x[1][0] = w;
  EXPECT_TRUE(x.requires_grad());
  EXPECT_TRUE(earlier.requires_grad());  // the older view follows
  (earlier * tensor({4., 5.}, kFloat64)).sum().backward();
  EXPECT_DOUBLE_EQ(w.grad().item<double>(), 4);
}

TEST(InPlace, OtherViewsAndTheBaseFollow) {
  const Tensor x = leaf({1., 2., 3., 4.});
  Tensor base = x * 1;
  const Tensor matrix = base.view({2, 2});
  Tensor first_row = matrix[0];
  const Tensor column = matrix.t()[1];
  first_row.mul_(10);
  EXPECT_EQ(column.to_vector<double>(), (Doubles{20, 4}));
  column.sum().backward();
  EXPECT_EQ(x.grad().to_vector<double>(), (Doubles{0, 10, 0, 1}));
  EXPECT_EQ(matrix.grad_fn()->name(), "AsStridedBackward0");
}

TEST(InPlace, OnTheBaseAfterAViewWasTaken) {
  const Tensor x = leaf({1., 2., 3.});
  Tensor base = x * 1;
  const Tensor last = base[2];
  base.mul_(7);
  last.backward();
  EXPECT_EQ(x.grad().to_vector<double>(), (Doubles{0, 0, 7}));
}

TEST(InPlace, AChainOfViewsOfATransposedTensor) {
  const Tensor x = leaf({{1., 2.}, {3., 4.}});
  Tensor y = x * 1;
  y.t()[0].mul_(tensor({10., 100.}, kFloat64));  // the first column
  EXPECT_EQ(y.to_vector<double>(), (Doubles{10, 2, 300, 4}));
  y.sum().backward();
  EXPECT_EQ(x.grad().to_vector<double>(), (Doubles{10, 1, 100, 1}));
}

TEST(InPlace, ThroughAViewDifferentiatesTwice) {
  const Tensor x = leaf({1., 2.});
  Tensor y = x * x;
  y[0].mul_(x[1]);  // x0^2 x1, x1^2
  const Tensor first = autograd::grad({y.sum()}, {x}, {}, std::nullopt, true)[0];
  EXPECT_EQ(first.to_vector<double>(), (Doubles{4, 5}));  // 2 x0 x1, x0^2 + 2 x1
  const Tensor second = autograd::grad({first.sum()}, {x})[0];
  EXPECT_EQ(second.to_vector<double>(), (Doubles{2 * 2 + 2, 2 + 2}));
}

TEST(InPlace, AViewMadeWithoutRecordingIsRefused) {
  const Tensor x = leaf({1., 2.});
  Tensor base = x * 1;
  Tensor row;
  {
    const NoGradGuard no_grad;
    row = base[0];
  }
  EXPECT_TRUE(message_of([&] { row.mul_(x[0]); }).starts_with("A view was created in no_grad mode"));
}

TEST(InPlace, DetachedTensorsShareNumbersButNoHistory) {
  const Tensor x = leaf({1., 2.});
  Tensor y = x * 1;
  Tensor detached = y.detach();
  detached.mul_(5);
  EXPECT_EQ(y.to_vector<double>(), (Doubles{5, 10}));
  y.sum().backward();  // nothing was saved: the gradient of x * 1 stands
  EXPECT_EQ(x.grad().to_vector<double>(), (Doubles{1, 1}));
}

TEST(InPlace, OverlappingOperandsAreComputedAside) {
  Tensor x = tensor({{1., 2.}, {3., 4.}}, kFloat64);
  x.add_(x.t());
  EXPECT_EQ(x.to_vector<double>(), (Doubles{2, 5, 5, 8}));
  Tensor row = arange(5, kFloat64);
  row.slice(0, 1).copy_(row.slice(0, 0, 4));
  EXPECT_EQ(row.to_vector<double>(), (Doubles{0, 0, 1, 2, 3}));
}

TEST(InPlace, ErrorsAsPyTorchSaysThem) {
  EXPECT_EQ(message_of([] {
              zeros({1, 3}).add_(zeros({2, 3}));
            }),
            "output with shape [1, 3] doesn't match the broadcast shape [2, 3]");
  EXPECT_EQ(message_of([] { zeros({2}, kInt64).add_(0.5); }),
            "result type Float can't be cast to the desired output type Long");
  EXPECT_TRUE(
      message_of([] { zeros({1}).expand({3}).add_(1); }).starts_with("unsupported operation: more than one element"));
}

TEST(InPlace, RetainedGradFollowsTheNewHistory) {
  const Tensor x = leaf({1., 2.});
  Tensor y = x * 2;
  y.retain_grad();
  y.mul_(3);
  (y * 5).sum().backward();
  EXPECT_EQ(y.grad().to_vector<double>(), (Doubles{5, 5}));
}

}  // namespace
}  // namespace gradus
