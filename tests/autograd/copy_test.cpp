#include <gradus/tests/autograd/helpers.h>
#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(Assignment, OfTensorsNumbersAndBroadcasts) {
  Tensor x = zeros({2, 3}, kFloat64);
  x[0] = tensor({1., 2., 3.}, kFloat64);
  x[1] = 4;
  x.select(1, 2) = tensor(9);  // converted and broadcast
  EXPECT_EQ(values(x), (Doubles{1, 2, 9, 4, 4, 9}));
  EXPECT_EQ(x.version(), 3u);
  const Tensor row = x[0];
  x[1] = row;
  EXPECT_EQ(values(x[1]), (Doubles{1, 2, 9}));
}

TEST(Assignment, HasGradientsInTheRestAndInTheValue) {
  const Tensor x = leaf({{1., 2.}, {3., 4.}}), v = leaf({{5.}, {6.}});
  Tensor y = x * x;
  y.slice(1, 0, 1) = v * 2;
  EXPECT_EQ(values(y), (Doubles{10, 4, 12, 16}));
  (y * y).sum().backward();  // 4 v^2 + x^4 in the second column
  EXPECT_EQ(values(x.grad()), (Doubles{0, 4 * 8, 0, 4 * 64}));
  EXPECT_EQ(values(v.grad()), (Doubles{8 * 5, 8 * 6}));
}

TEST(Assignment, OfABroadcastValueSumsItsGradient) {
  const Tensor v = leaf(3.);
  Tensor y = zeros({2, 3}, kFloat64);
  y[1] = v;
  (y * counting({2, 3})).sum().backward();
  EXPECT_EQ(v.grad().item<double>(), 3 + 4 + 5);
}

TEST(Assignment, OfAnotherDtypeConvertsTheGradientBack) {
  const Tensor v = tensor({1.5, 2.5}, dtype(kFloat32).requires_grad());
  Tensor y = zeros({2, 2}, kFloat64);
  y[0] = v;
  (y * 3).sum().backward();
  EXPECT_EQ(v.grad().dtype(), kFloat32);
  EXPECT_EQ(values(v.grad()), (Doubles{3, 3}));
}

TEST(Assignment, IntoIntegersTruncatesAndHasNoHistory) {
  const Tensor v = leaf({1.75, -2.75});
  Tensor y = zeros({2}, kInt64);
  y.copy_(v);
  EXPECT_EQ(y.to_vector<int64_t>(), (std::vector<int64_t>{1, -2}));
  EXPECT_FALSE(y.requires_grad());
}

TEST(Assignment, ThatNobodyCouldSeeIsAnError) {
  const Tensor x = zeros({3}, kFloat64);
  EXPECT_TRUE(error_of([&] { x[tensor({0, 1})] = 5; }).starts_with("the assignment would be lost"));
  EXPECT_TRUE(error_of([&] { x* 2 = x; }).starts_with("the assignment would be lost"));
}

TEST(Copy, ErrorsAsPyTorchSaysThem) {
  EXPECT_TRUE(
      error_of([] {
        zeros({3}).copy_(zeros({2}));
      }).starts_with("The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 0"));
  EXPECT_EQ(error_of([] {
              zeros({3}).copy_(zeros({2, 3}));
            }),
            "output with shape [3] doesn't match the broadcast shape [2, 3]");
  EXPECT_EQ(error_of([] { zeros({3}).fill_(zeros({1})); }),
            "fill_ only supports 0-dimension value tensor but got tensor with 1 dimensions.");
  Tensor expanded = zeros({1}).expand({3});
  EXPECT_TRUE(error_of([&] { expanded.copy_(zeros({3})); }).starts_with("unsupported operation: more than one"));
}

TEST(Copy, GivesTheOverwrittenTensorAZeroGradient) {
  const Tensor x = leaf({1., 2.}), v = leaf(5.);
  Tensor y = x * 1;
  y.copy_(v);
  y.fill_(v);
  y.sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{0, 0}));
  EXPECT_EQ(v.grad().item<double>(), 2);
}

TEST(Clone, OwnsItsMemory) {
  const Tensor x = counting({2, 3});
  Tensor y = x.t().clone();
  EXPECT_TRUE(y.is_contiguous());
  EXPECT_FALSE(y.is_view());
  y.zero_();
  EXPECT_EQ(x[1][2].item<double>(), 5);
  EXPECT_TRUE(x.contiguous().is_same(x));
  EXPECT_EQ(values(x.t().contiguous()), (Doubles{0, 3, 1, 4, 2, 5}));
}

TEST(To, ConvertsForwardAndBackward) {
  const Tensor x = leaf({1.5, -2.5});
  EXPECT_TRUE(x.to(kFloat64).is_same(x));
  EXPECT_FALSE(x.to(kFloat64, true).is_same(x));
  const Tensor y = x.to(kFloat32);
  EXPECT_EQ(y.dtype(), kFloat32);
  (y * 2).sum().backward();
  EXPECT_EQ(x.grad().dtype(), kFloat64);
  EXPECT_EQ(values(x.grad()), (Doubles{2, 2}));
  EXPECT_FALSE(x.to(kInt64).requires_grad());
  EXPECT_EQ(values(x.to(kInt64)), (Doubles{1, -2}));
  EXPECT_EQ(values(tensor({0., 0.5}).to(kBool)), (Doubles{0, 1}));
}

}  // namespace
}  // namespace gradus
