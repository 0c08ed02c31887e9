#include <gradus/tests/autograd/helpers.h>
#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(ViewInPlace, WritesThroughAPartOfASplit) {
  const Tensor x = leaf({1., 2., 3.});
  Tensor y = x * 1;
  TensorList parts = y.unbind();
  parts[1].mul_(x[0]);  // y = x0, x0 x1, x2
  EXPECT_EQ(values(y), (Doubles{1, 2, 3}));
  (y * tensor({1., 10., 100.}, kFloat64)).sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{1 + 10 * 2, 10 * 1, 100}));
}

TEST(ViewInPlace, ThroughAChainOfViews) {
  const Tensor x = leaf({{1., 2., 3.}, {4., 5., 6.}});
  Tensor y = x * 1;
  y.t().slice(0, 1).select(1, 0).view({2, 1}).squeeze(1).mul_(10);  // y[0][1:]
  EXPECT_EQ(values(y), (Doubles{1, 20, 30, 4, 5, 6}));
  (y * y).sum().backward();  // sum of squares
  EXPECT_EQ(values(x.grad()), (Doubles{2, 400, 600, 8, 10, 12}));
}

TEST(ViewInPlace, TheBaseOfAViewTakenBefore) {
  const Tensor x = leaf({{1., 2.}, {3., 4.}});
  Tensor base = x * 1;
  const Tensor column = base.t()[1];
  base.mul_(x);     // x^2
  base[0].mul_(3);  // 3 x^2 in the first row
  EXPECT_EQ(values(column), (Doubles{12, 16}));
  (column * tensor({1., 10.}, kFloat64)).sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{0, 6 * 2, 0, 10 * 2 * 4}));
}

TEST(ViewInPlace, OfABaseInTransposedMemory) {
  const Tensor x = leaf({{1., 2.}, {3., 4.}});
  Tensor y = (x * 1).t().detach();  // its own base, with strides 1, 2
  EXPECT_FALSE(y.is_contiguous());
  y[0] = x[1];
  EXPECT_EQ(values(y), (Doubles{3, 4, 2, 4}));
  (y * tensor({{1., 10.}, {100., 1000.}}, kFloat64)).sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{0, 0, 1, 10}));
}

TEST(ViewInPlace, OfLeavesIsRefused) {
  Tensor x = leaf({{1., 2.}, {3., 4.}});
  const std::string refused = "a view of a leaf Variable that requires grad is being used in an in-place operation.";
  EXPECT_EQ(error_of([&] { x.view({4}).add_(1); }), refused);
  EXPECT_EQ(error_of([&] { x.t()[0].zero_(); }), refused);
  EXPECT_EQ(error_of([&] { x.unbind()[0].mul_(2); }), refused);
  EXPECT_EQ(error_of([&] { x[0] = zeros({2}, kFloat64); }), refused);
  EXPECT_EQ(values(x), (Doubles{1, 2, 3, 4}));
}

TEST(ViewInPlace, ASavedBaseIsNotDifferentiatedWrongly) {
  const Tensor x = leaf({1., 2.});
  Tensor y = x * 1;
  const Tensor z = y * y;
  y[0] = 5;
  EXPECT_TRUE(error_of([&] {
                z.sum().backward();
              }).starts_with("one of the variables needed for gradient computation has been modified by an inplace"));
}

}  // namespace
}  // namespace gradus
