#include <gradus/tests/autograd/helpers.h>
#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(Cat, JoinsAlongADimension) {
  const Tensor x = counting({2, 3});
  EXPECT_EQ(values(cat({x, x.slice(0, 1)})), (Doubles{0, 1, 2, 3, 4, 5, 3, 4, 5}));
  EXPECT_EQ(values(cat({x, x.slice(1, 0, 1)}, -1)), (Doubles{0, 1, 2, 0, 3, 4, 5, 3}));
  EXPECT_EQ(values(cat({x.t(), x.t()}, 1)), (Doubles{0, 3, 0, 3, 1, 4, 1, 4, 2, 5, 2, 5}));
  EXPECT_EQ(sizes_of(cat({zeros({0}), x})), (Sizes{2, 3}));  // an empty vector joins anything
  EXPECT_EQ(sizes_of(cat({zeros({0}), zeros({0})})), (Sizes{0}));
  EXPECT_EQ(sizes_of(cat({x, zeros({0, 3}, kFloat64)})), (Sizes{2, 3}));
}

TEST(Cat, PromotesDtypes) {
  EXPECT_EQ(cat({tensor({true}), tensor({2})}).dtype(), kInt64);
  const Tensor mixed = cat({tensor({1, 2}), tensor({0.5})});
  EXPECT_EQ(mixed.dtype(), kFloat32);
  EXPECT_EQ(values(mixed), (Doubles{1, 2, 0.5}));
}

TEST(Cat, SplitsItsGradient) {
  const Tensor a = leaf({1., 2.}), b = leaf({3.});
  const Tensor c = tensor({4.f}, dtype(kFloat32).requires_grad());
  (cat({a, b, c, a}) * tensor({1., 10., 100., 1000., 5., 7.}, kFloat64)).sum().backward();
  EXPECT_EQ(values(a.grad()), (Doubles{6, 17}));
  EXPECT_EQ(values(b.grad()), (Doubles{100}));
  EXPECT_EQ(c.grad().dtype(), kFloat32);
  EXPECT_EQ(values(c.grad()), (Doubles{1000}));
}

TEST(Cat, ErrorsAsPyTorchSaysThem) {
  const Tensor x = zeros({2, 3});
  EXPECT_EQ(error_of([] { cat({}); }), "cat(): expected a non-empty list of Tensors");
  EXPECT_EQ(error_of([&] { cat({x, zeros({3})}); }), "Tensors must have same number of dimensions: got 2 and 1");
  EXPECT_TRUE(error_of([&] {
                cat({x, zeros({3, 4})});
              })
                  .starts_with("Sizes of tensors must match except in dimension 0. Expected size 3 but got size 4 for "
                               "tensor number 1 in the list"));
  EXPECT_TRUE(error_of([&] {
                cat({tensor(1.5)});
              }).starts_with("zero-dimensional tensor (at position 0) cannot be concatenated"));
  EXPECT_EQ(error_of([&] {
              cat({x, x}, 2);
            }),
            "Dimension out of range (expected to be in range of [-2, 1], but got 2)");
}

TEST(Stack, AddsADimension) {
  const Tensor a = counting({2, 2}), b = a.t();
  EXPECT_EQ(values(stack({a, b})), (Doubles{0, 1, 2, 3, 0, 2, 1, 3}));
  EXPECT_EQ(values(stack({a, b}, -1)), (Doubles{0, 0, 1, 2, 2, 1, 3, 3}));
  EXPECT_EQ(sizes_of(stack({tensor(1.5), tensor(2.5), tensor(3)})), (Sizes{3}));
  EXPECT_EQ(stack({tensor(1.5), tensor(3)}).dtype(), kFloat32);
  EXPECT_EQ(error_of([] { stack({}); }), "stack expects a non-empty TensorList");
  EXPECT_EQ(error_of([] {
              stack({zeros({2}), zeros({3})});
            }),
            "stack expects each tensor to be equal size, but got [2] at entry 0 and [3] at entry 1");
}

TEST(Stack, SelectsItsGradient) {
  const Tensor a = leaf(2.), b = leaf(3.);
  const Tensor y = stack({a, b, a * b});
  (y * tensor({1., 10., 100.}, kFloat64)).sum().backward();
  EXPECT_EQ(a.grad().item<double>(), 301);
  EXPECT_EQ(b.grad().item<double>(), 210);
}

TEST(Repeat, TilesATensor) {
  const Tensor x = counting({2});
  EXPECT_EQ(values(x.repeat({3})), (Doubles{0, 1, 0, 1, 0, 1}));
  EXPECT_EQ(values(x.view({2, 1}).repeat({1, 2})), (Doubles{0, 0, 1, 1}));
  EXPECT_EQ(sizes_of(x.repeat({2, 1, 3})), (Sizes{2, 1, 6}));
  EXPECT_EQ(sizes_of(x.repeat({0})), (Sizes{0}));
  EXPECT_EQ(sizes_of(tensor(1.5).repeat({})), (Sizes{}));
  EXPECT_TRUE(error_of([] { zeros({2, 2}).repeat({2}); }).starts_with("Number of dimensions of repeat dims can not"));
  EXPECT_THROW(x.repeat({-1}), Error);
}

TEST(Repeat, SumsItsGradient) {
  const Tensor x = leaf({1., 2.});
  (x.repeat({2, 2}) * counting({2, 4})).sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{0 + 2 + 4 + 6, 1 + 3 + 5 + 7}));
}

}  // namespace
}  // namespace gradus
