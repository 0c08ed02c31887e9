#include <gradus/autograd/random.h>
#include <gradus/autograd/tensor.h>
#include <gradus/tests/autograd/fused_backward.h>
#include <gradus/tests/error_of.h>
#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(BatchNorm, NormalisesEveryChannel) {
  manual_seed(1);
  const Tensor x = randn({5, 3, 4, 7}, kFloat64) * 3 + 2, w = randn({3}, kFloat64), b = randn({3}, kFloat64);
  const Tensor mean = x.mean({0, 2, 3}, true), var = x.var({0, 2, 3}, false, true);
  const Tensor y = (x - mean) / (var + 1e-5).sqrt() * w.view({3, 1, 1}) + b.view({3, 1, 1});
  EXPECT_TRUE(batch_norm(x, {}, {}, w, b, true).allclose(y));
  const Tensor rows = x.permute({0, 2, 3, 1}).reshape({-1, 3});
  EXPECT_TRUE(batch_norm(rows, {}, {}, w, b, true).allclose(y.permute({0, 2, 3, 1}).reshape({-1, 3})));
}

TEST(BatchNorm, RunningStatisticsMoveInPlaceAndServeInEvaluation) {
  manual_seed(2);
  const Tensor x = randn({6, 2}, kFloat64), mean = zeros({2}, kFloat64), var = ones({2}, kFloat64);
  batch_norm(x, mean, var, {}, {}, true, 0.25);
  EXPECT_TRUE(mean.allclose(x.mean(0) * 0.25));
  EXPECT_TRUE(var.allclose(x.var(0) * 0.25 + 0.75));  // the unbiased one
  EXPECT_TRUE(batch_norm(x, mean, var).allclose((x - mean) / (var + 1e-5).sqrt()));
}

TEST(BatchNorm, FusedGradientEqualsComposed) {
  manual_seed(3);
  const Tensor w = randn({3}, kFloat64), b = randn({3}, kFloat64), mean = randn({3}, kFloat64),
               var = rand({3}, kFloat64);
  for (const Tensor& x : {randn({19, 3}, kFloat64), randn({4, 3, 5, 7}, kFloat64)}) {
    for (const bool training : {true, false}) {
      const auto norm = [=](const Tensor& input, const Tensor& weight, const Tensor& bias) {
        return training ? batch_norm(input, {}, {}, weight, bias, true) : batch_norm(input, mean, var, weight, bias);
      };
      expect_fused_equals_composed([&](const TensorList& in) { return norm(in[0], {}, {}); }, {x});
      expect_fused_equals_composed([&](const TensorList& in) { return norm(in[0], in[1], {}); }, {x, w});
      expect_fused_equals_composed([&](const TensorList& in) { return norm(in[0], in[1], in[2]); }, {x, w, b});
    }
  }
}

TEST(BatchNorm, ComputesOnlyWhatIsAskedFor) {
  const Tensor x = randn({4, 3}), w = ones({3}, requires_grad()), b = zeros({3}, requires_grad());
  batch_norm(x, {}, {}, w, b, true).sum().backward();
  EXPECT_EQ(b.grad().to_vector<double>(), (std::vector<double>(3, 4)));
  EXPECT_FALSE(x.grad().defined());
}

TEST(BatchNorm, GradientAfterTheRunningStatisticsMovedOn) {
  const Tensor x = randn({4, 3}, kFloat64).requires_grad_(), mean = zeros({3}, kFloat64), var = ones({3}, kFloat64);
  const Tensor out = batch_norm(x, mean, var, {}, {}, true), expected = batch_norm(x, {}, {}, {}, {}, true);
  batch_norm(x * 2, mean, var, {}, {}, true);
  const Tensor g = randn_like(out);
  out.backward(g);
  const Tensor gradient = x.grad().clone();
  x.mutable_grad() = Tensor();
  expected.backward(g);
  EXPECT_TRUE(gradient.equal(x.grad()));
}

TEST(BatchNorm, Errors) {
  const Tensor x = rand({4, 3}), three = rand({3});
  EXPECT_EQ(error_of([&] { batch_norm(rand({3}), three, three); }),
            "batch_norm: expected an input of shape (N, C, ...), but got [3]");
  EXPECT_EQ(error_of([&] {
              batch_norm(rand({1, 3}), {}, {}, {}, {}, true);
            }),
            "Expected more than 1 value per channel when training, got input size [1, 3]");
  EXPECT_EQ(error_of([&] { batch_norm(x, rand({2}), three); }), "running_mean should contain 3 elements not 2");
  EXPECT_EQ(error_of([&] { batch_norm(x, three, {}); }), "running_var must be defined in evaluation mode");
  EXPECT_EQ(error_of([&] { batch_norm(x, three, three, rand({4})); }), "weight should contain 3 elements not 4");
  EXPECT_EQ(error_of([&] { batch_norm(x, three, three, {}, rand({4})); }), "bias should contain 3 elements not 4");
  EXPECT_EQ(error_of([&] { batch_norm(x.to_double(), three, three); }),
            "batch_norm: expected running_mean to be float64 as the input is, but got float32");
}

}  // namespace
}  // namespace gradus
