#include <gradus/autograd/engine.h>
#include <gradus/autograd/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gradus {
namespace {

using Doubles = std::vector<double>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Norm, OfEveryKind) {
  const Tensor x = tensor({{0., -2.}, {2., 1.}}, kFloat64);
  EXPECT_EQ(x.norm().item<double>(), 3);
  EXPECT_EQ(x.norm(1).item<double>(), 5);
  EXPECT_EQ(x.norm(0).item<double>(), 3);
  EXPECT_EQ(x.norm(kInfinity).item<double>(), 2);
  EXPECT_EQ(x.norm(-kInfinity).item<double>(), 0);
  EXPECT_NEAR(x.norm(3).item<double>(), std::cbrt(17.), 1e-14);
  EXPECT_NEAR(x.norm(0.5).item<double>(), 14.656854249492381, 1e-12);
  EXPECT_EQ(x.norm(2, 0).to_vector<double>(), (Doubles{2, std::sqrt(5.)}));
  EXPECT_EQ(x.norm(1, -1, true).sizes(), (IntArrayRef{2, 1}));
  EXPECT_EQ(zeros({0}).norm().item<double>(), 0);
  EXPECT_EQ(zeros({0}).norm(kInfinity).item<double>(), 0);
  EXPECT_TRUE(std::isnan(tensor({1., std::nan("")}).norm(kInfinity).item<double>()));
}

TEST(Norm, OfIntegersIsAnError) {
  try {
    tensor({1, 2}).norm();
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "norm(): input dtype should be either floating point or complex. Got Long instead.");
  }
}

TEST(Norm, GradientIsZeroAtZero) {
  for (const double p : {0., 0.5, 1., 1.5, 2., 3., kInfinity}) {
    const Tensor x = zeros({3}, dtype(kFloat64).requires_grad());
    x.norm(p).backward();
    EXPECT_EQ(x.grad().to_vector<double>(), (Doubles{0, 0, 0})) << p;
  }
}

TEST(Norm, GradientAwayFromZero) {
  const auto gradient = [](double p) {
    const Tensor x = tensor({0., -2., 2., 1.}, dtype(kFloat64).requires_grad());
    return autograd::grad({x.norm(p)}, {x})[0];
  };
  EXPECT_TRUE(gradient(2).allclose(tensor({0., -2. / 3, 2. / 3, 1. / 3}, kFloat64)));
  EXPECT_TRUE(gradient(1).allclose(tensor({0., -1., 1., 1.}, kFloat64)));
  EXPECT_TRUE(gradient(kInfinity).allclose(tensor({0., -0.5, 0.5, 0.}, kFloat64)));
  EXPECT_TRUE(
      gradient(3).allclose(tensor({0., -0.6050074330960554, 0.6050074330960554, 0.15125185827401386}, kFloat64)));
  EXPECT_TRUE(
      gradient(1.5).allclose(tensor({0., -0.7517821014438997, 0.7517821014438997, 0.5315902219056544}, kFloat64)));
}

}  // namespace
}  // namespace gradus
