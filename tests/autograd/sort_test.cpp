#include <gradus/autograd/random.h>
#include <gradus/tests/autograd/helpers.h>
#include <gtest/gtest.h>
#include <cmath>
#include <limits>

namespace gradus {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Sort, OrdersRowsAndColumns) {
  const Tensor x = tensor({{3., 1., 2.}, {0., 5., 4.}}, kFloat64);
  const auto [rows, row_indices] = x.sort();
  EXPECT_EQ(values(rows), (Doubles{1, 2, 3, 0, 4, 5}));
  EXPECT_EQ(values(row_indices), (Doubles{1, 2, 0, 0, 2, 1}));
  EXPECT_EQ(row_indices.dtype(), kInt64);
  const auto [columns, column_indices] = x.sort(0, true);
  EXPECT_EQ(values(columns), (Doubles{3, 5, 4, 0, 1, 2}));
  EXPECT_EQ(values(column_indices), (Doubles{0, 1, 1, 1, 0, 0}));
  EXPECT_EQ(values(std::get<0>(x.t().sort(0))), (Doubles{1, 0, 2, 4, 3, 5}));
}

TEST(Sort, IsStableBothWays) {
  const Tensor x = tensor({1, 0, 1, 0, 1});
  EXPECT_EQ(values(x.argsort()), (Doubles{1, 3, 0, 2, 4}));
  EXPECT_EQ(values(x.argsort(-1, true)), (Doubles{0, 2, 4, 1, 3}));
}

TEST(Sort, CountsNaNAsTheLargest) {
  const Tensor x = tensor({kNaN, 3., -kInfinity, kNaN, kInfinity}, kFloat64);
  EXPECT_EQ(values(x.argsort()), (Doubles{2, 1, 4, 0, 3}));
  EXPECT_EQ(values(x.argsort(0, true)), (Doubles{0, 3, 4, 1, 2}));
  EXPECT_TRUE(std::isnan(std::get<0>(x.sort())[-1].item<double>()));
}

TEST(Sort, OfScalarsEmptiesAndBools) {
  EXPECT_EQ(sizes_of(std::get<1>(tensor(1.5).sort())), (Sizes{}));
  EXPECT_EQ(sizes_of(std::get<0>(zeros({2, 0}).sort())), (Sizes{2, 0}));
  EXPECT_EQ(sizes_of(std::get<0>(zeros({0, 2}).sort())), (Sizes{0, 2}));
  EXPECT_EQ(values(std::get<0>(tensor({true, false}).sort())), (Doubles{0, 1}));
  EXPECT_THROW(zeros({2}).sort(1), IndexError);
}

TEST(Sort, OfManyNumbersIsAPermutationInOrder) {
  manual_seed(3);
  const Tensor x = randn({10000});
  const auto [sorted, indices] = x.sort();
  EXPECT_TRUE(sorted.equal(x[indices]));
  EXPECT_TRUE((sorted.slice(0, 1) >= sorted.slice(0, 0, -1)).all().item<bool>());
  EXPECT_EQ(values(std::get<0>(indices.sort())), values(arange(10000)));
}

TEST(Sort, SendsGradientsBackToTheirPlaces) {
  const Tensor x = leaf({{3., 1.}, {2., 4.}});
  const auto [sorted, indices] = x.sort(0);
  EXPECT_FALSE(indices.requires_grad());
  (sorted * tensor({{1., 10.}, {100., 1000.}}, kFloat64)).sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{100, 10, 1, 1000}));
}

TEST(TopK, TakesTheLargestOrSmallest) {
  const Tensor x = tensor({{3., 1., 2.}, {0., 5., 4.}}, kFloat64);
  const auto [largest, indices] = x.topk(2);
  EXPECT_EQ(values(largest), (Doubles{3, 2, 5, 4}));
  EXPECT_EQ(values(indices), (Doubles{0, 2, 1, 2}));
  EXPECT_EQ(values(std::get<0>(x.topk(1, 0, false))), (Doubles{0, 1, 2}));
  EXPECT_EQ(values(std::get<0>(x.topk(3))), (Doubles{3, 2, 1, 5, 4, 0}));
  EXPECT_EQ(sizes_of(std::get<0>(x.topk(0))), (Sizes{2, 0}));
  EXPECT_EQ(std::get<0>(tensor(1.5).topk(1)).item<double>(), 1.5);
  EXPECT_TRUE(std::isnan(std::get<0>(tensor({1., kNaN}).topk(1)).item<double>()));
  EXPECT_EQ(error_of([&] { x.topk(4); }), "topk: selected index k out of range: k 4, but dimension 1 has size 3");
}

TEST(TopK, LeavesTheOthersWithoutGradient) {
  const Tensor x = leaf({3., 1., 2.});
  (std::get<0>(x.topk(2)) * tensor({1., 10.}, kFloat64)).sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{1, 0, 10}));
}

}  // namespace
}  // namespace gradus
