#include <gradus/tests/autograd/helpers.h>
#include <gtest/gtest.h>
#include <limits>

namespace gradus {
namespace {

TEST(Gather, PicksAlongADimension) {
  const Tensor x = counting({2, 3});
  EXPECT_EQ(values(x.gather(1, tensor({{2, 0}, {1, 1}}))), (Doubles{2, 0, 4, 4}));
  EXPECT_EQ(values(x.gather(0, tensor({{1, 0, 1}}))), (Doubles{3, 1, 5}));
  EXPECT_EQ(values(x.t().gather(0, tensor({{2, 1}}))), (Doubles{2, 4}));
  EXPECT_EQ(sizes_of(x.gather(0, zeros({0, 3}, kInt64))), (Sizes{0, 3}));
  EXPECT_EQ(sizes_of(tensor(5.).gather(0, tensor(0))), (Sizes{}));
  EXPECT_EQ(values(tensor({true, false}).gather(0, tensor({1, 1, 0}))), (Doubles{0, 0, 1}));
}

TEST(Gather, ErrorsAsPyTorchSaysThem) {
  const Tensor x = counting({2, 3});
  EXPECT_EQ(error_of([&] { x.gather(0, tensor({{2}})); }), "index 2 is out of bounds for dimension 0 with size 2");
  EXPECT_EQ(error_of([&] { x.gather(1, tensor({{-1}})); }), "index -1 is out of bounds for dimension 1 with size 3");
  EXPECT_EQ(error_of([&] { x.gather(0, tensor({{0.5}})); }),
            "gather(): Expected dtype int64 for index, but got float32");
  EXPECT_TRUE(error_of([&] { x.gather(0, tensor({0})); }).starts_with("Index tensor must have the same number of"));
  EXPECT_EQ(error_of([&] {
              x.gather(0, tensor({{0, 0, 0, 0}}));
            }),
            "Size does not match at dimension 1 expected index [1, 4] to be smaller than self [2, 3] apart from "
            "dimension 0");
  EXPECT_THROW(x.gather(2, tensor({{0}})), IndexError);
}

TEST(Gather, RepeatedIndicesAddTheirGradients) {
  const Tensor x = leaf({1., 2., 3.});
  (x.gather(0, tensor({1, 1, 0})) * tensor({1., 10., 100.}, kFloat64)).sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{100, 11, 0}));
}

TEST(ScatterAdd, AddsAtIndices) {
  const Tensor x = counting({2, 3}), ones_ = ones({2, 3}, kFloat64);
  EXPECT_EQ(values(x.scatter_add(0, tensor({{0, 0, 1}, {0, 1, 1}}), ones_)), (Doubles{2, 2, 2, 3, 5, 7}));
  EXPECT_EQ(values(x), (Doubles{0, 1, 2, 3, 4, 5}));
  Tensor y = counting({2, 3});
  y.t().scatter_add_(0, tensor({{2, 2}}), tensor({{10., 20.}}, kFloat64));  // through a view
  EXPECT_EQ(values(y), (Doubles{0, 1, 12, 3, 4, 25}));
  Tensor z = counting({3});
  z.scatter_add_(0, tensor({1, 2, 0}), z);  // its own source: the values before
  EXPECT_EQ(values(z), (Doubles{2, 1, 3}));
}

TEST(ScatterAdd, ASourceLargerThanTheIndexIsUsedInPart) {
  const Tensor x = leaf({0., 0.}), s = leaf({1., 2., 3.});
  const Tensor y = x.scatter_add(0, tensor({1, 1}), s);
  EXPECT_EQ(values(y), (Doubles{0, 3}));
  (y * tensor({10., 100.}, kFloat64)).sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{10, 100}));
  EXPECT_EQ(values(s.grad()), (Doubles{100, 100, 0}));
}

TEST(ScatterAdd, WritesNothingIfAnIndexIsWrong) {
  Tensor x = zeros({3}, kFloat64);
  EXPECT_EQ(error_of([&] {
              x.scatter_add_(0, tensor({0, 3}), ones({2}, kFloat64));
            }),
            "index 3 is out of bounds for dimension 0 with size 3");
  EXPECT_EQ(values(x), (Doubles{0, 0, 0}));
  EXPECT_TRUE(error_of([&] {
                x.scatter_add_(0, tensor({0, 1}), ones({1}, kFloat64));
              }).starts_with("Expected index [2] to be smaller than self [3] apart from dimension 0"));
  EXPECT_TRUE(error_of([&] {
                x.scatter_add_(0, tensor({0}), ones({1}, kFloat32));
              }).starts_with("scatter_add(): Expected self.dtype to be equal to src.dtype"));
}

TEST(IndexSelect, PicksRowsAndColumns) {
  const Tensor x = counting({2, 3});
  EXPECT_EQ(values(x.index_select(0, tensor({1, 0, 1}))), (Doubles{3, 4, 5, 0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(values(x.index_select(-1, tensor({2, 2}))), (Doubles{2, 2, 5, 5}));
  EXPECT_EQ(values(x.t().index_select(0, tensor({2}))), (Doubles{2, 5}));
  EXPECT_EQ(sizes_of(x.index_select(0, tensor(1))), (Sizes{1, 3}));
  EXPECT_EQ(sizes_of(x.index_select(1, zeros({0}, kInt64))), (Sizes{2, 0}));
  EXPECT_EQ(sizes_of(tensor(3.).index_select(0, tensor({0}))), (Sizes{}));
  EXPECT_THROW(x.index_select(0, tensor({2})), IndexError);
  EXPECT_EQ(error_of([&] { x.index_select(0, tensor({{0}})); }),
            "index_select(): Index is supposed to be a vector, but got size [1, 1]");
}

TEST(IndexAdd, AddsRows) {
  Tensor x = zeros({2, 2}, kFloat64);
  x.index_add_(0, tensor({1, 0, 1}), counting({3, 2}));
  EXPECT_EQ(values(x), (Doubles{2, 3, 4, 6}));
  EXPECT_EQ(values(x.index_add(1, tensor({0}), ones({2, 1}, kFloat64))), (Doubles{3, 3, 5, 6}));
  EXPECT_EQ(error_of([&] {
              x.index_add_(0, tensor({0}), zeros({2, 2}, kFloat64));
            }),
            "index_add(): Number of indices (1) should be equal to source.size(dim): (2), for dim: 0");
  EXPECT_EQ(error_of([&] {
              x.index_add_(0, tensor({0}), zeros({1, 2}, kInt64));
            }),
            "index_add(): self (Double) and source (Long) must have the same scalar type");
  EXPECT_TRUE(error_of([&] {
                x.index_add_(0, tensor({0}), zeros({1, 3}, kFloat64));
              }).starts_with("index_add(): The size of tensor a (2) must match the size of tensor b (3)"));
}

TEST(IndexAdd, InPlaceHasGradientsInBoth) {
  const Tensor x = leaf({1., 2.}), s = leaf({3., 4., 5.});
  Tensor y = x * 1;
  y.index_add_(0, tensor({1, 1, 0}), s * s);
  (y * tensor({1., 10.}, kFloat64)).sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{1, 10}));
  EXPECT_EQ(values(s.grad()), (Doubles{60, 80, 10}));
}

TEST(MaskedSelect, BroadcastsBothWays) {
  const Tensor x = counting({2, 3});
  EXPECT_EQ(values(x.masked_select(tensor({true, false, true}))), (Doubles{0, 2, 3, 5}));
  EXPECT_EQ(values(counting({3}).masked_select(tensor({{true, false, false}, {false, true, true}}))),
            (Doubles{0, 1, 2}));
  EXPECT_EQ(sizes_of(x.masked_select(tensor(false))), (Sizes{0}));
  EXPECT_EQ(values(tensor(4.).masked_select(tensor(true))), (Doubles{4}));
  EXPECT_THROW(x.masked_select(tensor({1, 0, 1})), TypeError);
  EXPECT_TRUE(
      error_of([&] {
        x.masked_select(tensor({true, false}));
      }).starts_with("The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1"));
}

TEST(OneHot, SetsTheClassOfEachRow) {
  const Tensor y = one_hot(tensor({2, 0}), 4);
  EXPECT_EQ(y.dtype(), kInt64);
  EXPECT_EQ(values(y), (Doubles{0, 0, 1, 0, 1, 0, 0, 0}));
  EXPECT_EQ(sizes_of(one_hot(tensor({{1}, {0}}))), (Sizes{2, 1, 2}));
  EXPECT_EQ(values(one_hot(tensor(1), 3)), (Doubles{0, 1, 0}));
  EXPECT_EQ(sizes_of(one_hot(zeros({0}, kInt64), 3)), (Sizes{0, 3}));
  EXPECT_EQ(error_of([] { one_hot(tensor({3}), 3); }),
            "Class values must be smaller than num_classes (3), but one is 3.");
  EXPECT_EQ(error_of([] { one_hot(tensor({-1})); }), "Class values must be non-negative, but one is -1.");
  EXPECT_EQ(error_of([] { one_hot(zeros({0}, kInt64)); }), "Can not infer total number of classes from empty tensor.");
  EXPECT_THROW(one_hot(tensor({0.5})), TypeError);
}

TEST(Nonzero, FindsWhatIsNotZero) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor x = tensor({{0., 3., -0.}, {nan, 0., 1.}}, kFloat64);
  EXPECT_EQ(values(x.nonzero()), (Doubles{0, 1, 1, 0, 1, 2}));
  EXPECT_EQ(values(x.t().nonzero()), (Doubles{0, 1, 1, 0, 2, 1}));
  EXPECT_EQ(sizes_of(tensor(1).nonzero()), (Sizes{1, 0}));
  EXPECT_EQ(sizes_of(tensor(0).nonzero()), (Sizes{0, 0}));
  const TensorList places = where(x);
  ASSERT_EQ(places.size(), 2u);
  EXPECT_EQ(values(places[1]), (Doubles{1, 0, 2}));
  EXPECT_EQ(values(where(tensor(true))[0]), (Doubles{0}));
}

TEST(Triangle, KeepsOneSideOfADiagonal) {
  const Tensor x = counting({2, 3}) + 1;
  EXPECT_EQ(values(tril(x)), (Doubles{1, 0, 0, 4, 5, 0}));
  EXPECT_EQ(values(tril(x, -1)), (Doubles{0, 0, 0, 4, 0, 0}));
  EXPECT_EQ(values(triu(x, 1)), (Doubles{0, 2, 3, 0, 0, 6}));
  EXPECT_EQ(values(triu(x, -5)), values(x));
  EXPECT_EQ(values(tril(x.t())), (Doubles{1, 0, 2, 5, 3, 6}));
  EXPECT_EQ(sizes_of(tril(zeros({2, 0}))), (Sizes{2, 0}));
  EXPECT_EQ(error_of([] { tril(zeros({2})); }),
            "tril: input tensor must have at least 2 dimensions, but has sizes [2]");
}

}  // namespace
}  // namespace gradus
