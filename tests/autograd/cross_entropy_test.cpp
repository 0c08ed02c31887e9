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

TEST(NllLoss, PicksTheTargetsScores) {
  const Tensor x = tensor({{1., 2.}, {3., 4.}, {5., 7.}}), t = tensor({1, 0, 1}), w = tensor({3., 0.5});
  EXPECT_EQ(nll_loss(x, t, {}, Reduction::kNone).to_vector<double>(), (Doubles{-2, -3, -7}));
  EXPECT_EQ(nll_loss(x, t).item<double>(), -4);
  EXPECT_EQ(nll_loss(x, t, w).item<double>(), -(1 + 9 + 3.5) / 4);  // divided by the weights' sum
  EXPECT_EQ(nll_loss(x, t, w, Reduction::kSum).item<double>(), -13.5);
  EXPECT_EQ(nll_loss(x, t, {}, Reduction::kMean, 1).item<double>(), -3);
  EXPECT_EQ(nll_loss(x, t, {}, Reduction::kNone, 1).to_vector<double>(), (Doubles{0, -3, 0}));
}

TEST(NllLoss, NothingThatCounts) {
  const Tensor x = rand({2, 3}, requires_grad()), ignored = tensor({-100, -100});
  const Tensor loss = nll_loss(x, ignored);
  EXPECT_TRUE(std::isnan(loss.item<double>()));
  loss.backward();
  EXPECT_EQ(x.grad().to_vector<double>(), (Doubles(6, 0)));
  EXPECT_EQ(nll_loss(x, ignored, {}, Reduction::kSum).item<double>(), 0);
  EXPECT_TRUE(std::isnan(nll_loss(zeros({0, 3}), zeros({0}, kInt64)).item<double>()));
  EXPECT_EQ(nll_loss(zeros({0, 3}), zeros({0}, kInt64), {}, Reduction::kSum).item<double>(), 0);
  // A row that is ignored may hold anything.
  EXPECT_EQ(nll_loss(tensor({{std::nan(""), 1.}, {1., 2.}}), tensor({-100, 1})).item<double>(), -2);
}

TEST(CrossEntropy, IsLogSoftmaxThenNllLoss) {
  manual_seed(0);
  const Tensor x = randn({4, 3}, kFloat64), t = tensor({2, 0, -100, 1}), w = tensor({0.5, 2., 1.}, kFloat64);
  for (const Reduction r : kReductions) {
    EXPECT_TRUE(cross_entropy(x, t, {}, r).allclose(nll_loss(x.log_softmax(1), t, {}, r)));
    EXPECT_TRUE(cross_entropy(x, t, w, r).allclose(nll_loss(x.log_softmax(1), t, w, r)));
  }
  const Tensor maps = randn({2, 3, 2, 2}, kFloat64), places = tensor({{{0, 1}, {2, -100}}, {{1, 1}, {0, 2}}});
  for (const Reduction r : kReductions) {
    EXPECT_TRUE(cross_entropy(maps, places, w, r).allclose(nll_loss(maps.log_softmax(1), places, w, r)));
  }
  EXPECT_EQ(cross_entropy(maps, places, {}, Reduction::kNone).sizes(), (IntArrayRef{2, 2, 2}));
  EXPECT_TRUE(cross_entropy(x[0], tensor(1)).allclose(-x[0].log_softmax(0)[1]));
  EXPECT_EQ(cross_entropy(x[0], tensor(1), {}, Reduction::kNone).dim(), 0);
}

TEST(CrossEntropy, LabelSmoothing) {
  const Tensor x = tensor({{1., 2., 3.}, {3., 1., 0.}, {0., 0., 1.}}), t = tensor({0, -100, 2}),
               w = tensor({1., 2., 3.});
  EXPECT_NEAR(cross_entropy(x, t, w, Reduction::kMean, -100, 0.3).item<double>(), 1.0297, 5e-5);
  EXPECT_TRUE(
      cross_entropy(x, t, w, Reduction::kNone, -100, 0.3).allclose(tensor({2.3299, 0., 1.7889}), {.rtol = 5e-5}));
  EXPECT_TRUE(std::isnan(cross_entropy(x, full({3}, -100), {}, Reduction::kMean, -100, 0.3).item<double>()));
  // All of it spread: the mean of all log probabilities.
  EXPECT_TRUE(cross_entropy(x, t.clamp_min(0), {}, Reduction::kMean, -100, 1).allclose(-x.log_softmax(1).mean()));
}

TEST(CrossEntropy, ProbabilitiesAsTarget) {
  manual_seed(0);
  const Tensor x = randn({4, 3}, kFloat64), t = rand({4, 3}, kFloat64), w = rand({3}, kFloat64);
  const Tensor each = -(t * x.log_softmax(1));
  EXPECT_TRUE(cross_entropy(x, t).allclose(each.sum() / 4));
  EXPECT_TRUE(cross_entropy(x, t, w).allclose((each * w).sum() / 4));  // by the rows, not by the weights
  EXPECT_TRUE(cross_entropy(x, t, {}, Reduction::kNone).allclose(each.sum(1)));
  const Tensor smooth = t * 0.8 + 0.2 / 3;
  EXPECT_TRUE(cross_entropy(x, t, {}, Reduction::kSum, -100, 0.2).allclose(-(smooth * x.log_softmax(1)).sum()));
  EXPECT_TRUE(cross_entropy(x[0], t[0]).allclose(each[0].sum()));
  EXPECT_EQ(cross_entropy(x.to(kFloat32), t).dtype(), kFloat64);
  EXPECT_EQ(cross_entropy(zeros({2, 3, 4}), zeros({2, 3, 4}), {}, Reduction::kNone).sizes(), (IntArrayRef{2, 4}));
  EXPECT_TRUE(std::isnan(cross_entropy(zeros({0, 3}), zeros({0, 3})).item<double>()));
  // 0 times infinity is NaN, as in PyTorch.
  EXPECT_TRUE(std::isnan(cross_entropy(tensor({{-kInfinity, 1.}}), tensor({{0., 1.}})).item<double>()));
}

TEST(CrossEntropy, LargeAndInfiniteScores) {
  EXPECT_EQ(cross_entropy(tensor({{1000., -1000.}}), tensor({1})).item<double>(), 2000);
  EXPECT_EQ(cross_entropy(tensor({{-kInfinity, 1., 2.}}), tensor({0})).item<double>(), kInfinity);
  const Tensor x = tensor({{-kInfinity, 1., 2.}}, requires_grad());
  const Tensor loss = cross_entropy(x, tensor({1}));
  EXPECT_NEAR(loss.item<double>(), 1.3132617, 1e-6);
  loss.backward();
  EXPECT_TRUE(x.grad().allclose(tensor({{0., -0.7310585975646973, 0.7310585975646973}})));
  EXPECT_NEAR(cross_entropy(tensor({{10000., 9993.}}, kFloat64), tensor({0})).item<double>(), std::log1p(std::exp(-7.)),
              1e-9);
}

TEST(CrossEntropy, FusedGradientEqualsComposed) {
  manual_seed(0);
  const Tensor x = randn({6, 19}, kFloat64), t = tensor({3, 0, 18, -100, 7, 7}), w = rand({19}, kFloat64);
  const Tensor maps = randn({2, 3, 4}, kFloat64), places = randint(3, {2, 4}), shares = rand({2, 3, 4}, kFloat64);
  for (const Reduction r : kReductions) {
    for (const double smoothing : {0., 0.1, 1.}) {
      for (const Tensor& weight : {Tensor(), w}) {
        expect_fused_equals_composed(
            [=](const TensorList& in) { return cross_entropy(in[0], t, weight, r, -100, smoothing); }, {x});
        expect_fused_equals_composed(
            [=](const TensorList& in) { return cross_entropy(in[0], in[1], weight, r, -100, smoothing); },
            {x, rand({6, 19}, kFloat64)});
      }
      expect_fused_equals_composed(
          [=](const TensorList& in) { return cross_entropy(in[0], places, {}, r, 2, smoothing); }, {maps});
      expect_fused_equals_composed(
          [=](const TensorList& in) { return cross_entropy(in[0], in[1], in[2], r, -100, smoothing); },
          {maps, shares, rand({3}, kFloat64)});
    }
    expect_fused_equals_composed([=](const TensorList& in) { return nll_loss(in[0], t, w, r); }, {x});
    expect_fused_equals_composed([=](const TensorList& in) { return nll_loss(in[0], places, {}, r); }, {maps});
  }
}

TEST(CrossEntropy, Errors) {
  const Tensor x = rand({3, 4});
  EXPECT_THROW(cross_entropy(x, tensor({0, 1, 4})), IndexError);
  EXPECT_EQ(message_of([&] { cross_entropy(x, tensor({0, 1, 4})); }).substr(0, 27), "Target 4 is out of bounds. ");
  EXPECT_THROW(nll_loss(x, tensor({0, 1, -1})), IndexError);
  EXPECT_EQ(message_of([&] {
              cross_entropy(x, tensor({0, 1}));
            }),
            "cross_entropy: Expected input batch_size (3) to match target batch_size (2).");
  EXPECT_THROW(nll_loss(x, tensor({0, 1})), ValueError);
  EXPECT_NE(message_of([&] {
              nll_loss(x, zeros({3, 1}, kInt64));
            }).find("0D or 1D target tensor expected, multi-target not supported"),
            std::string::npos);
  EXPECT_EQ(message_of([&] {
              nll_loss(rand({2, 3, 4}), zeros({2, 5}, kInt64));
            }),
            "nll_loss: Expected target size [2, 4], got [2, 5]");
  EXPECT_EQ(message_of([&] { nll_loss(rand({4}), tensor({1})); }),
            "nll_loss: size mismatch (got input: [4], target: [1])");
  EXPECT_NE(message_of([&] {
              cross_entropy(x, tensor({0., 1., 2.}));
            }).find("expected scalar type Long but found Float"),
            std::string::npos);
  EXPECT_NE(message_of([&] {
              cross_entropy(x, zeros({3, 4}, kInt64));
            }).find("Expected floating point type for target with class probabilities, got Long"),
            std::string::npos);
  EXPECT_EQ(message_of([&] {
              cross_entropy(x, rand({3, 4}), {}, Reduction::kMean, 1);
            }),
            "ignore_index is not supported for floating point target");
  EXPECT_EQ(message_of([&] {
              cross_entropy(x, tensor({0, 1, 2}), {}, Reduction::kMean, -100, 1.5);
            }),
            "label_smoothing must be between 0.0 and 1.0. Got: 1.5");
  EXPECT_EQ(message_of([&] {
              cross_entropy(x, tensor({0, 1, 2}), rand({3}));
            }),
            "cross_entropy: weight tensor should be defined either for all 4 classes or no classes but got weight "
            "tensor of shape: [3]");
  EXPECT_THROW(cross_entropy(x, tensor({0, 1, 2}), rand({4}, kFloat64)), Error);
  EXPECT_THROW(cross_entropy(x, tensor({0, 1, 2}), rand({4}, requires_grad())), Error);
  EXPECT_THROW(nll_loss(tensor(1.), tensor(1)), ValueError);
  EXPECT_THROW(cross_entropy(tensor({{2, 1}}), tensor({0})), Error);
}

}  // namespace
}  // namespace gradus
