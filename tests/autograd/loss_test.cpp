#include <gradus/autograd/engine.h>
#include <gradus/autograd/random.h>
#include <gradus/autograd/tensor.h>
#include <gradus/tests/autograd/fused_backward.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gradus {
namespace {

using Doubles = std::vector<double>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Reduction kReductions[] = {Reduction::kNone, Reduction::kMean, Reduction::kSum};

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// The gradients for (x, target) of the sum of all elements' losses.
template <class F>
std::vector<Doubles> gradients(F loss, const Tensor& x, const Tensor& target) {
  const Tensor a = x.detach().requires_grad_(), b = target.detach().requires_grad_();
  const TensorList both = autograd::grad({loss(a, b).sum()}, {a, b});
  return {both[0].to_vector<double>(), both[1].to_vector<double>()};
}

TEST(Losses, ValuesByHand) {
  const Tensor x = tensor({1., 2., -1., 0.5}), t = tensor({1., 0., 2., 0.});
  EXPECT_EQ(mse_loss(x, t, Reduction::kNone).to_vector<double>(), (Doubles{0, 4, 9, 0.25}));
  EXPECT_EQ(mse_loss(x, t).item<double>(), 13.25 / 4);
  EXPECT_EQ(mse_loss(x, t, Reduction::kSum).item<double>(), 13.25);
  EXPECT_EQ(l1_loss(x, t, Reduction::kNone).to_vector<double>(), (Doubles{0, 2, 3, 0.5}));
  EXPECT_EQ(smooth_l1_loss(x, t, Reduction::kNone).to_vector<double>(), (Doubles{0, 1.5, 2.5, 0.125}));
  EXPECT_EQ(smooth_l1_loss(x, t, Reduction::kNone, 0).to_vector<double>(), (Doubles{0, 2, 3, 0.5}));
  EXPECT_EQ(smooth_l1_loss(x, t, Reduction::kNone, 4).to_vector<double>(), (Doubles{0, 0.5, 1.125, 0.03125}));
}

TEST(Losses, MeanOfNothingIsNanAndSumIsZero) {
  const Tensor none = zeros({0});
  EXPECT_TRUE(std::isnan(mse_loss(none, none).item<double>()));
  EXPECT_EQ(mse_loss(none, none, Reduction::kSum).item<double>(), 0);
  EXPECT_TRUE(std::isnan(binary_cross_entropy(none, none).item<double>()));
}

TEST(Losses, FusedGradientEqualsComposed) {
  manual_seed(0);
  const Tensor x = randn({5, 7}, kFloat64), t = randn({7, 5}, kFloat64).t(), p = rand({5, 7}, kFloat64);
  const Tensor q = rand({5, 7}, kFloat64) * 0.9 + 0.05, w = rand({7}, kFloat64), v = rand({5, 1}, kFloat64);
  for (const Reduction r : kReductions) {
    expect_fused_equals_composed([=](const TensorList& in) { return mse_loss(in[0], in[1], r); }, {x, t});
    expect_fused_equals_composed([=](const TensorList& in) { return l1_loss(in[0], in[1], r); }, {x, t});
    for (const double beta : {0., 0.5, 1.}) {
      expect_fused_equals_composed([=](const TensorList& in) { return smooth_l1_loss(in[0], in[1], r, beta); }, {x, t});
    }
    expect_fused_equals_composed([=](const TensorList& in) { return binary_cross_entropy(in[0], in[1], {}, r); },
                                 {q, p});
    expect_fused_equals_composed([=](const TensorList& in) { return binary_cross_entropy(in[0], in[1], w, r); },
                                 {q, p});
    for (const auto& weights : std::vector<std::pair<Tensor, Tensor>>{{{}, {}}, {v, {}}, {{}, w}, {v, w}}) {
      expect_fused_equals_composed(
          [=](const TensorList& in) {
            return binary_cross_entropy_with_logits(in[0], in[1], weights.first, weights.second, r);
          },
          {x, p});
    }
  }
}

TEST(Losses, MseOfShapesThatDifferWarnsAndBroadcasts) {
  testing::internal::CaptureStderr();
  const Tensor x = zeros({3, 2}, requires_grad()), t = tensor({1., 2.});
  const Tensor loss = mse_loss(x, t);
  EXPECT_NE(testing::internal::GetCapturedStderr().find(
                "Using a target size ([2]) that is different to the input size ([3, 2])"),
            std::string::npos);
  EXPECT_EQ(loss.item<double>(), 2.5);
  loss.backward();
  EXPECT_TRUE(x.grad().allclose(tensor({-1. / 3, -2. / 3}).expand({3, 2})));
  EXPECT_EQ(message_of([] {
              mse_loss(zeros({3, 2}), zeros({3}));
            }).substr(0, 91),
            "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 1 (");
}

TEST(Losses, DtypesPromote) {
  EXPECT_EQ(mse_loss(tensor({1., 2.}), tensor({1, 3})).item<double>(), 0.5);
  EXPECT_EQ(mse_loss(tensor({1., 2.}), tensor({1., 3.}, kFloat64)).dtype(), kFloat64);
  EXPECT_THROW(mse_loss(tensor({1, 2}), tensor({1, 3})), Error);
  EXPECT_EQ(l1_loss(tensor({1, 2}), tensor({1, 3}), Reduction::kNone).dtype(), kInt64);
  EXPECT_THROW(l1_loss(tensor({1, 2}), tensor({1, 3})), Error);
  EXPECT_EQ(message_of([] { smooth_l1_loss(zeros({2}), zeros({2}), Reduction::kMean, -1); }),
            "smooth_l1_loss does not support negative values for beta, got -1");
}

TEST(Losses, GradientIsZeroAtEquality) {
  const auto l1 = [](const Tensor& a, const Tensor& b) { return l1_loss(a, b, Reduction::kNone); };
  EXPECT_EQ(gradients(l1, tensor({1., 2., 0.}), tensor({1., 3., -1.}))[0], (Doubles{0, -1, 1}));
  const auto smooth = [](const Tensor& a, const Tensor& b) { return smooth_l1_loss(a, b, Reduction::kNone, 0); };
  EXPECT_EQ(gradients(smooth, tensor({1., 2.}), tensor({1., 3.}))[0], (Doubles{0, -1}));
}

TEST(BinaryCrossEntropy, LogarithmsStopAtMinus100) {
  const Tensor x = tensor({0., 1., 0., 1.}), t = tensor({0., 0., 1., 1.});
  EXPECT_EQ(binary_cross_entropy(x, t, {}, Reduction::kNone).to_vector<double>(), (Doubles{0, 100, 100, 0}));
}

TEST(BinaryCrossEntropy, GradientAtTheEndsIsLargeAndFinite) {
  const auto loss = [](const Tensor& a, const Tensor& b) { return binary_cross_entropy(a, b, {}, Reduction::kNone); };
  const auto both = gradients(loss, tensor({0., 1., 0., 1.}), tensor({0., 0., 1., 1.}));
  EXPECT_EQ(both[0], (Doubles{0, 999999995904., -999999995904., 0}));
  EXPECT_EQ(both[1], (Doubles{kInfinity, -kInfinity, kInfinity, -kInfinity}));
}

TEST(BinaryCrossEntropy, RefusesWhatIsNoProbability) {
  for (const double bad : {1.5, -0.1, std::nan("")}) {
    EXPECT_EQ(message_of([=] {
                binary_cross_entropy(tensor({0.5, bad}), ones({2}));
              }).substr(0, 48),
              "all elements of input should be between 0 and 1,");
  }
  EXPECT_NO_THROW(binary_cross_entropy(tensor({0.5}), tensor({2.})));  // the target is not checked
  EXPECT_THROW(binary_cross_entropy(rand({2}), rand({2, 1})), ValueError);
  EXPECT_EQ(message_of([] {
              binary_cross_entropy(rand({2}), rand({2, 1}));
            }),
            "Using a target size ([2, 1]) that is different to the input size ([2]) is deprecated. Please ensure they "
            "have the same size.");
  EXPECT_THROW(binary_cross_entropy(rand({2}), tensor({1, 0})), Error);
  EXPECT_THROW(binary_cross_entropy(rand({2}), rand({2}, kFloat64)), Error);
  EXPECT_THROW(binary_cross_entropy(tensor({1, 0}), tensor({1, 0})), Error);
}

TEST(BinaryCrossEntropy, WeightBroadcastsAndHasNoGradient) {
  manual_seed(0);
  const Tensor x = rand({3, 2}), t = rand({3, 2}), w = rand({2});
  const Tensor each = binary_cross_entropy(x, t, {}, Reduction::kNone);
  EXPECT_TRUE(binary_cross_entropy(x, t, w).allclose((each * w).mean()));
  EXPECT_THROW(binary_cross_entropy(x, t, rand({3})), Error);
  EXPECT_THROW(binary_cross_entropy(x, t, rand({4, 3, 2})), Error);
  EXPECT_EQ(message_of([&] { binary_cross_entropy(x, t, rand({2}, requires_grad())); }),
            "The function 'binary_cross_entropy' is not differentiable with respect to argument 'weight'. This input "
            "cannot have requires_grad True.");
}

TEST(BinaryCrossEntropyWithLogits, IsStable) {
  const Tensor x = tensor({1000., -1000.}), t = tensor({0., 1.});
  EXPECT_EQ(binary_cross_entropy_with_logits(x, t, {}, {}, Reduction::kNone).to_vector<double>(),
            (Doubles{1000, 1000}));
  const auto loss = [](const Tensor& a, const Tensor& b) {
    return binary_cross_entropy_with_logits(a, b, {}, {}, Reduction::kNone);
  };
  EXPECT_EQ(gradients(loss, x, t)[0], (Doubles{1, -1}));
  EXPECT_EQ(gradients(loss, x, t)[1], (Doubles{-1000, 1000}));
}

TEST(BinaryCrossEntropyWithLogits, EqualsSigmoidThenBinaryCrossEntropy) {
  manual_seed(0);
  const Tensor x = randn({4, 3}, kFloat64), t = rand({4, 3}, kFloat64), w = rand({4, 1}, kFloat64);
  const Tensor p = rand({3}, kFloat64) + 0.5, s = x.sigmoid();
  EXPECT_TRUE(binary_cross_entropy_with_logits(x, t, w).allclose(binary_cross_entropy(s, t, w.expand({4, 3}))));
  const Tensor weighted = -(w * (p * t * s.log() + (1 - t) * (1 - s).log()));
  EXPECT_TRUE(binary_cross_entropy_with_logits(x, t, w, p).allclose(weighted.mean()));
  EXPECT_THROW(binary_cross_entropy_with_logits(x, rand({3}, kFloat64)), ValueError);
  EXPECT_EQ(message_of([&] { binary_cross_entropy_with_logits(x, rand({3}, kFloat64)); }),
            "Target size ([3]) must be the same as input size ([4, 3])");
  EXPECT_THROW(binary_cross_entropy_with_logits(x, ones({4, 3}, kInt64)), Error);
  EXPECT_THROW(binary_cross_entropy_with_logits(x, t, {}, rand({4})), Error);
}

TEST(Losses, SumsOfManyFloatsAreAccurate) {
  manual_seed(0);
  const Tensor x = randn({300000}), t = randn({300000});
  const double exact = mse_loss(x.to(kFloat64), t.to(kFloat64)).item<double>();
  EXPECT_NEAR(mse_loss(x, t).item<double>() / exact, 1, 1e-6);
}

TEST(Losses, NamesOfTheNodes) {
  const Tensor x = rand({2}, requires_grad());
  EXPECT_EQ(mse_loss(x, ones({2})).grad_fn()->name(), "MseLossBackward0");
  EXPECT_EQ(binary_cross_entropy(x, ones({2})).grad_fn()->name(), "BinaryCrossEntropyBackward0");
}

}  // namespace
}  // namespace gradus
