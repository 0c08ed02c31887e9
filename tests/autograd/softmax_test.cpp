#include <gradus/autograd/random.h>
#include <gradus/autograd/tensor.h>
#include <gradus/tests/autograd/fused_backward.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gradus {
namespace {

using Doubles = std::vector<double>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Softmax, IsExpOverSumOfExpAlongEveryDimension) {
  manual_seed(0);
  for (const Tensor& x : {randn({2, 3, 4}, kFloat64), randn({5, 17}, kFloat64).t(), randn({3, 300, 2}, kFloat64),
                          randn({2, 3, 300}, kFloat64).transpose(0, 2)}) {
    for (int64_t dim = -1; dim < x.dim(); ++dim) {
      const Tensor expected = x.exp() / x.exp().sum(dim, true);
      EXPECT_TRUE(x.softmax(dim).allclose(expected, {.rtol = 1e-12}));
      EXPECT_TRUE(x.log_softmax(dim).allclose(expected.log(), {.rtol = 1e-12, .atol = 1e-12}));
    }
  }
}

TEST(Softmax, OfLongFloatRows) {
  manual_seed(0);
  const Tensor x = randn({2, 20000}) * 3;
  EXPECT_TRUE(x.softmax(1).to(kFloat64).allclose(x.to(kFloat64).softmax(1), {.rtol = 1e-5, .atol = 0}));
  EXPECT_TRUE(x.t().softmax(0).to(kFloat64).allclose(x.to(kFloat64).softmax(1).t(), {.rtol = 1e-5, .atol = 0}));
}

TEST(Softmax, OfLargeAndInfiniteNumbers) {
  EXPECT_EQ(tensor({1000., 1000.}).softmax(0).to_vector<double>(), (Doubles{0.5, 0.5}));
  EXPECT_EQ(tensor({1000., -1000.}).log_softmax(0).to_vector<double>(), (Doubles{0, -2000}));
  EXPECT_EQ(tensor({-kInfinity, 2.}).softmax(0).to_vector<double>(), (Doubles{0, 1}));
  for (const Tensor& x : {tensor({-kInfinity, -kInfinity}), tensor({kInfinity, 1.}), tensor({std::nan(""), 1.})}) {
    EXPECT_TRUE(x.softmax(0).isnan().any().item<bool>());
    EXPECT_TRUE(x.log_softmax(0).isnan().any().item<bool>());
  }
  // A small difference beside large numbers is not rounded away.
  EXPECT_NEAR(tensor({10000., 9993.}, kFloat64).log_softmax(0)[0].item<double>(), -std::log1p(std::exp(-7.)), 1e-12);
}

TEST(Softmax, OfNothingAndOfOne) {
  EXPECT_EQ(tensor(3.).softmax(0).item<double>(), 1);
  EXPECT_EQ(tensor(3.).log_softmax(-1).item<double>(), 0);
  EXPECT_EQ(zeros({0, 3}).softmax(0).sizes(), (IntArrayRef{0, 3}));
  EXPECT_EQ(zeros({3, 0}).log_softmax(1).sizes(), (IntArrayRef{3, 0}));
  EXPECT_THROW(zeros({3, 2}).softmax(2), IndexError);
  EXPECT_THROW(tensor({1, 2}).softmax(0), Error);
}

TEST(Softmax, FusedGradientEqualsComposed) {
  manual_seed(0);
  for (const Tensor& x : {randn({3, 5}, kFloat64), randn({2, 40, 3}, kFloat64), randn({2, 3, 300}, kFloat64)}) {
    for (int64_t dim = 0; dim < x.dim(); ++dim) {
      expect_fused_equals_composed([=](const TensorList& in) { return in[0].softmax(dim); }, {x});
      expect_fused_equals_composed([=](const TensorList& in) { return in[0].log_softmax(dim); }, {x});
      expect_fused_equals_composed([=](const TensorList& in) { return in[0].transpose(0, -1).softmax(dim); }, {x});
    }
  }
}

}  // namespace
}  // namespace gradus
