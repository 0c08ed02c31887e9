#include <gradus/autograd/random.h>
#include <gradus/nn/init.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gradus {
namespace {

namespace init = nn::init;

double mean_of(const Tensor& x) { return x.to(kFloat64).mean().item<double>(); }
double std_of(const Tensor& x) { return x.to(kFloat64).std().item<double>(); }
double largest(const Tensor& x) { return x.abs().max().item<double>(); }

TEST(Init, WritesUnrecordedIntoLeaves) {
  const Tensor weight = zeros({2, 3}, requires_grad());
  EXPECT_TRUE(init::ones_(weight).is_same(weight));
  EXPECT_TRUE(weight.is_leaf());
  EXPECT_EQ(weight.sum().item<double>(), 6);
  EXPECT_EQ(init::constant_(weight, 0.5).sum().item<double>(), 3);
  EXPECT_TRUE(init::eye_(weight).equal(tensor({{1., 0., 0.}, {0., 1., 0.}})));
  EXPECT_EQ(init::zeros_(weight).sum().item<double>(), 0);
  EXPECT_THROW(init::eye_(zeros({3})), ValueError);
}

TEST(Init, UniformAndNormal) {
  manual_seed(1);
  const Tensor uniform = init::uniform_(empty({100, 100}), -1, 3);
  EXPECT_NEAR(mean_of(uniform), 1, 0.05);
  EXPECT_NEAR(std_of(uniform), 4 / std::sqrt(12), 0.03);
  const Tensor normal = init::normal_(empty({100, 100}), 2, 0.5);
  EXPECT_NEAR(mean_of(normal), 2, 0.02);
  EXPECT_NEAR(std_of(normal), 0.5, 0.02);
  Generator a(7), b(7);
  EXPECT_TRUE(init::uniform_(empty({5}), 0, 1, &a).equal(init::uniform_(empty({5}), 0, 1, &b)));
}

TEST(Init, TruncatedNormal) {
  manual_seed(2);
  const Tensor wide = init::trunc_normal_(empty({20000}));
  EXPECT_LE(largest(wide), 2);
  EXPECT_NEAR(mean_of(wide), 0, 0.03);
  EXPECT_NEAR(std_of(wide), 0.8796, 0.02);  // sqrt(1 - 2 * 2 phi(2) / (2 Phi(2) - 1))
  const Tensor tail = init::trunc_normal_(empty({20000}), 0, 1, 2, 4);
  EXPECT_GE(tail.min().item<double>(), 2);
  EXPECT_LE(tail.max().item<double>(), 4);
  EXPECT_NEAR(mean_of(tail), 2.3706, 0.02);  // (phi(2) - phi(4)) / (Phi(4) - Phi(2))
  EXPECT_THROW(init::trunc_normal_(empty({1}), 0, 1, 2, 2), ValueError);
}

TEST(Init, Gains) {
  EXPECT_DOUBLE_EQ(init::calculate_gain(init::Nonlinearity::kLinear), 1);
  EXPECT_DOUBLE_EQ(init::calculate_gain(init::Nonlinearity::kSigmoid), 1);
  EXPECT_DOUBLE_EQ(init::calculate_gain(init::Nonlinearity::kTanh), 5.0 / 3);
  EXPECT_DOUBLE_EQ(init::calculate_gain(init::Nonlinearity::kReLU), std::sqrt(2));
  EXPECT_DOUBLE_EQ(init::calculate_gain(init::Nonlinearity::kLeakyReLU, 0.5), std::sqrt(1.6));
  EXPECT_DOUBLE_EQ(init::calculate_gain(init::Nonlinearity::kSELU), 0.75);
}

TEST(Init, Fans) {
  EXPECT_EQ(init::_calculate_fan_in_and_fan_out(empty({200, 784})), (std::pair<int64_t, int64_t>{784, 200}));
  EXPECT_EQ(init::_calculate_fan_in_and_fan_out(empty({16, 3, 5, 5})), (std::pair<int64_t, int64_t>{75, 400}));
  EXPECT_THROW(init::_calculate_fan_in_and_fan_out(empty({3})), ValueError);
}

TEST(Init, Xavier) {
  manual_seed(3);
  const double std = 2 * std::sqrt(2.0 / (300 + 100));
  const Tensor uniform = init::xavier_uniform_(empty({100, 300}), 2);
  EXPECT_LE(largest(uniform), std * std::sqrt(3) * 1.000001);
  EXPECT_NEAR(std_of(uniform), std, 0.01 * std);
  EXPECT_NEAR(std_of(init::xavier_normal_(empty({100, 300}), 2)), std, 0.02 * std);
}

TEST(Init, Kaiming) {
  manual_seed(4);
  const Tensor uniform = init::kaiming_uniform_(empty({100, 300}), {.a = std::sqrt(5)});
  EXPECT_LE(largest(uniform), 1.000001 / std::sqrt(300));  // the bound of Linear
  EXPECT_NEAR(std_of(uniform), 1 / std::sqrt(900), 0.001);
  const Tensor normal = init::kaiming_normal_(
      empty({100, 300}), {.mode = init::FanMode::kFanOut, .nonlinearity = init::Nonlinearity::kReLU});
  EXPECT_NEAR(std_of(normal), std::sqrt(2.0 / 100), 0.003);
  EXPECT_EQ(init::kaiming_uniform_(empty({0, 3})).numel(), 0);
}

TEST(Init, Orthogonal) {
  manual_seed(5);
  const Tensor wide = init::orthogonal_(empty({3, 5}, kFloat64), 2);
  EXPECT_TRUE(wide.matmul(wide.t()).allclose(eye(3, kFloat64) * 4, {.atol = 1e-12}));
  const Tensor tall = init::orthogonal_(empty({6, 2, 2}, kFloat64)).view({6, 4});
  EXPECT_TRUE(tall.t().matmul(tall).allclose(eye(4, kFloat64), {.atol = 1e-12}));
  EXPECT_THROW(init::orthogonal_(empty({3})), ValueError);
}

}  // namespace
}  // namespace gradus
