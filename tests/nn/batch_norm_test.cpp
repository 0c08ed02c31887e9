#include <gradus/autograd/random.h>
#include <gradus/nn/clone.h>
#include <gradus/nn/norm.h>
#include <gradus/tests/error_of.h>
#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(BatchNorm, HasPyTorchsStateInItsOrder) {
  const nn::BatchNorm2d norm(3);
  EXPECT_EQ(norm.state_dict().keys(),
            (std::vector<std::string>{"weight", "bias", "running_mean", "running_var", "num_batches_tracked"}));
  EXPECT_EQ(norm.parameters().size(), 2u);
  EXPECT_TRUE(norm.weight.equal(ones({3})));
  EXPECT_TRUE(norm.running_var.equal(ones({3})));
  EXPECT_EQ(norm.num_batches_tracked.dtype(), kInt64);
  EXPECT_EQ(norm.num_batches_tracked.dim(), 0);
  EXPECT_TRUE(nn::BatchNorm1d(3, {.affine = false}).parameters().empty());
  EXPECT_EQ(nn::BatchNorm1d(3, {.track_running_stats = false}).state_dict().keys(),
            (std::vector<std::string>{"weight", "bias"}));
}

TEST(BatchNorm, NormalisesTheBatchInTrainingAndByRunningStatisticsInEvaluation) {
  manual_seed(1);
  nn::BatchNorm1d norm(4);
  const Tensor x = randn({64, 4}) * 3 + 2;
  const Tensor y = norm(x);
  EXPECT_TRUE(y.mean(0).allclose(zeros({4}), {.atol = 1e-6}));
  EXPECT_TRUE(y.var(0, false).allclose(ones({4}), {.rtol = 1e-4}));
  EXPECT_TRUE(norm.running_mean.allclose(x.mean(0) * 0.1));
  EXPECT_TRUE(norm.running_var.allclose(x.var(0) * 0.1 + 0.9));
  EXPECT_EQ(norm.num_batches_tracked.item<int64_t>(), 1);
  norm.eval();
  EXPECT_TRUE(
      norm(x).allclose((x - norm.running_mean) / (norm.running_var + 1e-5).sqrt(), {.rtol = 1e-4, .atol = 1e-5}));
  EXPECT_EQ(norm.num_batches_tracked.item<int64_t>(), 1);
}

TEST(BatchNorm, WithoutMomentumKeepsTheMeanOfAllBatches) {
  manual_seed(2);
  nn::BatchNorm2d norm(2, {.momentum = std::nullopt});
  std::vector<Tensor> means;
  for (int i = 0; i < 3; ++i) {
    const Tensor x = randn({2, 2, 3, 3});
    norm(x);
    means.push_back(x.mean({0, 2, 3}));
  }
  EXPECT_TRUE(norm.running_mean.allclose(stack(means).mean(0), {.atol = 1e-6}));
  EXPECT_EQ(norm.num_batches_tracked.item<int64_t>(), 3);
  norm.reset_running_stats();
  EXPECT_TRUE(norm.running_mean.equal(zeros({2})));
  EXPECT_TRUE(norm.running_var.equal(ones({2})));
  EXPECT_EQ(norm.num_batches_tracked.item<int64_t>(), 0);
}

TEST(BatchNorm, WithoutRunningStatisticsAlwaysUsesTheBatch) {
  manual_seed(3);
  nn::BatchNorm1d norm(3, {.track_running_stats = false});
  const Tensor x = randn({5, 3}), training = norm(x);
  norm.eval();
  EXPECT_TRUE(norm(x).equal(training));
  norm.reset_running_stats();
}

TEST(BatchNorm, LoadsConvertsAndClonesItsBuffers) {
  manual_seed(4);
  nn::BatchNorm1d norm(3), other(3);
  norm(randn({5, 3}));
  other.load_state_dict(norm.state_dict());
  EXPECT_TRUE(other.running_mean.equal(norm.running_mean));
  EXPECT_EQ(other.num_batches_tracked.item<int64_t>(), 1);
  const nn::BatchNorm1d copy = nn::clone(norm);
  norm(randn({5, 3}));
  EXPECT_TRUE(copy.running_mean.equal(other.running_mean));
  EXPECT_FALSE(norm.running_mean.equal(other.running_mean));
  norm.to(kFloat64);
  EXPECT_EQ(norm.running_mean.dtype(), kFloat64);
  EXPECT_EQ(norm.num_batches_tracked.dtype(), kInt64);
  norm(randn({5, 3}, kFloat64));
  norm.reset_parameters();
  EXPECT_EQ(norm.running_mean.abs().sum().item<double>(), 0);
}

TEST(BatchNorm, Errors) {
  EXPECT_EQ(error_of([] {
              nn::BatchNorm1d(3)(ones({1, 3}));
            }),
            "Expected more than 1 value per channel when training, got input size [1, 3]");
  EXPECT_EQ(error_of([] {
              nn::BatchNorm2d(3)(ones({1, 3, 1, 1}));
            }),
            "Expected more than 1 value per channel when training, got input size [1, 3, 1, 1]");
  EXPECT_EQ(error_of([] { nn::BatchNorm1d(3)(ones({3})); }), "expected 2D or 3D input (got 1D input)");
  EXPECT_EQ(error_of([] { nn::BatchNorm1d(3)(ones({2, 3, 4, 4})); }), "expected 2D or 3D input (got 4D input)");
  EXPECT_EQ(error_of([] { nn::BatchNorm2d(3)(ones({2, 3, 4})); }), "expected 4D input (got 3D input)");
  EXPECT_EQ(error_of([] { nn::BatchNorm2d(3)(ones({2, 4, 5, 5})); }), "running_mean should contain 4 elements not 3");
  nn::BatchNorm1d norm(3);
  norm.eval();
  EXPECT_NO_THROW(norm(ones({1, 3})));
}

}  // namespace
}  // namespace gradus
