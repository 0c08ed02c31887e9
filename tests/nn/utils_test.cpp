#include <gradus/autograd/random.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/utils.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gradus {
namespace {

namespace utils = nn::utils;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Two parameters with gradients (3, -4) and (12), one without.
std::vector<Tensor> parameters_with_gradients() {
  std::vector<Tensor> parameters{zeros({2}, requires_grad()), zeros({1}, requires_grad()), zeros({4}, requires_grad())};
  parameters[0].mutable_grad() = tensor({3., -4.});
  parameters[1].mutable_grad() = tensor({12.});
  return parameters;
}

TEST(ClipGradNorm, ScalesToTheNorm) {
  const auto parameters = parameters_with_gradients();
  const Tensor gradient = parameters[0].grad();
  EXPECT_NEAR(utils::clip_grad_norm_(parameters, 6.5), 13, 1e-12);
  EXPECT_TRUE(gradient.allclose(tensor({1.5, -2.})));  // in place
  EXPECT_TRUE(parameters[1].grad().allclose(tensor({6.})));
  EXPECT_NEAR(utils::clip_grad_norm_(parameters, 100), 6.5, 1e-6);
  EXPECT_TRUE(gradient.allclose(tensor({1.5, -2.})));  // small enough: left alone
}

TEST(ClipGradNorm, DividesByTheNormAndAMillionth) {
  const Tensor w = zeros({2}, dtype(kFloat64).requires_grad());
  w.mutable_grad() = tensor({3e-6, 4e-6}, kFloat64);
  EXPECT_NEAR(utils::clip_grad_norm_({w}, 3e-6), 5e-6, 1e-18);
  EXPECT_TRUE(w.grad().allclose(tensor({1.5e-6, 2e-6}, kFloat64), {.rtol = 1e-12, .atol = 0}));  // 3 / (5 + 1)
}

TEST(ClipGradNorm, OtherNorms) {
  EXPECT_NEAR(utils::clip_grad_norm_(parameters_with_gradients(), 1, 1), 19, 1e-12);
  const auto parameters = parameters_with_gradients();
  EXPECT_NEAR(utils::clip_grad_norm_(parameters, 6, kInfinity), 12, 1e-12);
  EXPECT_TRUE(parameters[1].grad().allclose(tensor({6.})));
  EXPECT_EQ(utils::clip_grad_norm_({zeros({1}, requires_grad())}, 1), 0);
  EXPECT_EQ(utils::clip_grad_norm_({}, 1), 0);
}

TEST(ClipGradNorm, NonFinite) {
  auto parameters = parameters_with_gradients();
  parameters[1].mutable_grad() = tensor({kInfinity});
  try {
    utils::clip_grad_norm_(parameters, 1, 2, true);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("The total norm of order 2 for gradients from `parameters` is non-finite"),
              std::string::npos);
  }
  EXPECT_TRUE(parameters[0].grad().equal(tensor({3., -4.})));
  EXPECT_EQ(utils::clip_grad_norm_(parameters, 1), kInfinity);
  EXPECT_TRUE(parameters[0].grad().equal(zeros({2})));
  parameters[1].mutable_grad() = tensor({std::nan("")});
  EXPECT_TRUE(std::isnan(utils::clip_grad_norm_(parameters, 1)));
  EXPECT_TRUE(std::isnan(parameters[0].grad()[0].item<double>()));
}

TEST(ClipGradValue, ClampsEachElement) {
  const auto parameters = parameters_with_gradients();
  utils::clip_grad_value_(parameters, 3.5);
  EXPECT_TRUE(parameters[0].grad().equal(tensor({3., -3.5})));
  EXPECT_TRUE(parameters[1].grad().equal(tensor({3.5})));
}

TEST(Vector, OfParametersAndBack) {
  manual_seed(1);
  const nn::Linear linear(3, 2), other(3, 2);
  const Tensor vector = utils::parameters_to_vector(linear.parameters());
  EXPECT_EQ(vector.sizes(), IntArrayRef({8}));
  EXPECT_TRUE(vector.narrow(0, 6, 2).equal(linear.bias));
  utils::vector_to_parameters(vector, other.parameters());
  EXPECT_TRUE(other.weight.equal(linear.weight));
  EXPECT_TRUE(other.bias.equal(linear.bias));
  vector.sum().backward();
  EXPECT_TRUE(linear.bias.grad().equal(ones({2})));
  EXPECT_THROW(utils::vector_to_parameters(ones({7}), other.parameters()), Error);
  EXPECT_THROW(utils::parameters_to_vector({}), Error);
}

}  // namespace
}  // namespace gradus
