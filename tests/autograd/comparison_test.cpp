#include <gradus/autograd/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gradus {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<int64_t> truth(const Tensor& x) {
  EXPECT_EQ(x.dtype(), kBool);
  return x.to_vector<int64_t>();
}
using Truth = std::vector<int64_t>;

TEST(Comparison, ComparesElements) {
  for (const Dtype dtype : {kInt64, kFloat32, kFloat64}) {
    const Tensor a = tensor({1, 2, 3}).to(dtype), b = tensor({2, 2, 2}).to(dtype);
    EXPECT_EQ(truth(a == b), (Truth{0, 1, 0}));
    EXPECT_EQ(truth(a != b), (Truth{1, 0, 1}));
    EXPECT_EQ(truth(a < b), (Truth{1, 0, 0}));
    EXPECT_EQ(truth(a <= b), (Truth{1, 1, 0}));
    EXPECT_EQ(truth(a > b), (Truth{0, 0, 1}));
    EXPECT_EQ(truth(a >= b), (Truth{0, 1, 1}));
    EXPECT_EQ(truth(a.eq(2)), (Truth{0, 1, 0}));
    EXPECT_EQ(truth(a.ne(2)), (Truth{1, 0, 1}));
    EXPECT_EQ(truth(a.lt(2)), (Truth{1, 0, 0}));
    EXPECT_EQ(truth(a.le(2)), (Truth{1, 1, 0}));
    EXPECT_EQ(truth(a.gt(2)), (Truth{0, 0, 1}));
    EXPECT_EQ(truth(a.ge(2)), (Truth{0, 1, 1}));
  }
}

TEST(Comparison, NanIsUnequalToEverything) {
  const Tensor a = tensor({kNan, 1.0}), b = tensor({kNan, kNan});
  EXPECT_EQ(truth(a == b), (Truth{0, 0}));
  EXPECT_EQ(truth(a != b), (Truth{1, 1}));
  EXPECT_EQ(truth(a < b), (Truth{0, 0}));
  EXPECT_EQ(truth(a >= b), (Truth{0, 0}));
}

TEST(Comparison, BroadcastsAndPromotes) {
  EXPECT_EQ(truth(tensor({1, 2, 3}).view({3, 1}) == tensor({3., 1.})), (Truth{0, 1, 0, 0, 1, 0}));
  EXPECT_EQ(truth(tensor({1, 2}) < 1.5), (Truth{1, 0}));  // not truncated to 1
  EXPECT_EQ(truth(tensor({true, false}) == 1), (Truth{1, 0}));
  const Tensor large = arange(600).view({20, 30});
  EXPECT_EQ((large.t() < large.t().contiguous() + 1).to_vector<int64_t>(), Truth(600, 1));
}

TEST(Comparison, LogicalOperatorsAskForTruth) {
  const Tensor a = tensor({0.0, 0.5, kNan, 0.0}), b = tensor({0, 0, 7, -1});
  EXPECT_EQ(truth(logical_and(a, b)), (Truth{0, 0, 1, 0}));
  EXPECT_EQ(truth(logical_or(a, b)), (Truth{0, 1, 1, 1}));
  EXPECT_EQ(truth(logical_xor(a, b)), (Truth{0, 1, 0, 1}));
  EXPECT_EQ(truth(logical_not(a)), (Truth{1, 0, 0, 1}));
  const Tensor x = tensor({true, true, false}), y = tensor({true, false, false});
  EXPECT_EQ(truth(x & y), (Truth{1, 0, 0}));
  EXPECT_EQ(truth(x | y), (Truth{1, 1, 0}));
  EXPECT_EQ(truth(x ^ y), (Truth{0, 1, 0}));
  EXPECT_EQ(truth(~y), (Truth{0, 1, 1}));
}

TEST(Comparison, OperatorsWorkOnTheBitsOfIntegers) {
  const Tensor a = tensor({6, 12}), b = tensor({3, 10});
  EXPECT_EQ((a & b).to_vector<int64_t>(), (Truth{2, 8}));
  EXPECT_EQ((a | b).to_vector<int64_t>(), (Truth{7, 14}));
  EXPECT_EQ((a ^ b).to_vector<int64_t>(), (Truth{5, 6}));
  EXPECT_EQ((~a).to_vector<int64_t>(), (Truth{-7, -13}));
  EXPECT_EQ((a & tensor({true, false})).to_vector<int64_t>(), (Truth{0, 0}));
  EXPECT_THROW(a & tensor({1.0, 2.0}), Error);
  EXPECT_THROW(~tensor({1.0}), Error);
}

TEST(Comparison, ClassifiesNumbers) {
  for (const Dtype dtype : {kFloat32, kFloat64}) {
    const Tensor x = tensor({1.0, kNan, kInf, -kInf}, dtype);
    EXPECT_EQ(truth(x.isnan()), (Truth{0, 1, 0, 0}));
    EXPECT_EQ(truth(x.isinf()), (Truth{0, 0, 1, 1}));
    EXPECT_EQ(truth(x.isfinite()), (Truth{1, 0, 0, 0}));
  }
  EXPECT_EQ(truth(tensor({1, 2}).isnan()), (Truth{0, 0}));
  EXPECT_EQ(truth(tensor({1, 2}).isfinite()), (Truth{1, 1}));
}

TEST(Comparison, EqualWantsSizesAndElements) {
  EXPECT_TRUE(equal(tensor({1, 2}), tensor({1, 2})));
  EXPECT_FALSE(equal(tensor({1, 2}), tensor({1, 3})));
  EXPECT_FALSE(equal(tensor({1, 1}), tensor(1)));  // no broadcasting
  EXPECT_FALSE(equal(tensor({kNan}), tensor({kNan})));
  EXPECT_TRUE(equal(tensor({0.0}), tensor({-0.0})));
  EXPECT_TRUE(equal(empty({0, 2}), empty({0, 2})));
  EXPECT_TRUE(equal(arange(6).view({2, 3}).t(), tensor({{0, 3}, {1, 4}, {2, 5}})));
}

TEST(Comparison, IscloseTakesTolerancesOfTheSecond) {
  const Tensor a = tensor({1.0, 1.0, kInf, kInf, kNan, 0.0}, kFloat64);
  const Tensor b = tensor({1.000009, 1.00002, kInf, -kInf, kNan, 1e-9}, kFloat64);
  EXPECT_EQ(truth(isclose(a, b)), (Truth{1, 0, 1, 0, 0, 1}));
  EXPECT_EQ(truth(isclose(a, b, {.equal_nan = true})), (Truth{1, 0, 1, 0, 1, 1}));
  EXPECT_EQ(truth(isclose(tensor({100., 110.}), tensor({110., 100.}), {.rtol = 0.095, .atol = 0})), (Truth{1, 0}));
  EXPECT_FALSE(allclose(tensor({1.0}), tensor({kInf}), {.rtol = kInf}));
  EXPECT_TRUE(allclose(tensor({1, 2}), tensor({1, 2})));
  EXPECT_TRUE(tensor({{1., 2.}, {1., 2.}}).allclose(tensor({1., 2.})));
}

TEST(Comparison, IscloseRefusesMixedDtypesAndNegativeTolerances) {
  EXPECT_THROW(isclose(zeros({2}), zeros({2}, kFloat64)), Error);
  EXPECT_THROW(isclose(zeros({2}), zeros({2}), {.rtol = -1}), Error);
  EXPECT_THROW(isclose(zeros({2}), zeros({2}), {.atol = -1}), Error);
}

TEST(Comparison, ResultsHaveNoHistory) {
  const Tensor x = ones({2}, requires_grad());
  EXPECT_FALSE((x < 2).requires_grad());
  EXPECT_FALSE(x.isnan().requires_grad());
}

}  // namespace
}  // namespace gradus
