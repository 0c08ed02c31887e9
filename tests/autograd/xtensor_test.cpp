#include <gradus/autograd/engine.h>
#include <gradus/autograd/xtensor.h>
#include <gradus/tests/error_of.h>
#include <gtest/gtest.h>
#include <xtensor/xarray.hpp>
#include <xtensor/xbuilder.hpp>
#include <xtensor/xview.hpp>

namespace gradus {
namespace {

TEST(Xtensor, ViewSharesMemory) {
  const Tensor x = tensor({{1., 2., 3.}, {4., 5., 6.}});
  auto view = as_xtensor<float, 2>(x);
  EXPECT_EQ(view.data(), x.data_ptr<float>());
  EXPECT_EQ(view(1, 2), 6.f);
  view(1, 0) = 40.f;
  xt::view(view, 0, xt::all()) *= 2.f;
  EXPECT_EQ(x.to_vector<float>(), (std::vector<float>{2, 4, 6, 40, 5, 6}));
}

TEST(Xtensor, KeepsStridesOfViews) {
  const Tensor x = arange(6, kFloat64).view({2, 3});
  const Tensor transposed = x.t(), slice = x.narrow(1, 1, 2), expanded = arange(3, kFloat64).expand({2, 3});
  const xt::xarray<double> t = as_xarray<const double>(transposed);
  EXPECT_EQ(t, (xt::xarray<double>{{0., 3.}, {1., 4.}, {2., 5.}}));
  const xt::xarray<double> s = as_xtensor<const double, 2>(slice);
  EXPECT_EQ(s, (xt::xarray<double>{{1., 2.}, {4., 5.}}));
  const xt::xarray<double> e = as_xarray<const double>(expanded);
  EXPECT_EQ(e, (xt::xarray<double>{{0., 1., 2.}, {0., 1., 2.}}));
  auto writable = as_xarray<double>(slice);
  writable(1, 1) = -5;
  EXPECT_EQ(x.to_vector<double>(), (std::vector<double>{0, 1, 2, 3, 4, -5}));
}

TEST(Xtensor, ZeroDimensionalAndEmpty) {
  const Tensor number = tensor(3.5), nothing = zeros({0, 2});
  EXPECT_EQ(as_xarray<const float>(number)(), 3.5f);
  EXPECT_EQ(as_xarray<const float>(nothing).size(), 0u);
  EXPECT_EQ(from_xtensor(as_xarray<const float>(nothing)).sizes(), IntArrayRef({0, 2}));
  const Tensor back = from_xtensor(as_xarray<const float>(number) + 1.f);
  EXPECT_EQ(back.dim(), 0);
  EXPECT_EQ(back.item<float>(), 4.5f);
}

TEST(Xtensor, TensorFromExpressionTakesItsTypeAndShape) {
  const xt::xarray<double> a{{1., 2.}, {3., 4.}};
  const Tensor y = from_xtensor(xt::transpose(a) * 2.0);
  EXPECT_EQ(y.dtype(), kFloat64);
  EXPECT_EQ(y.sizes(), IntArrayRef({2, 2}));
  EXPECT_EQ(y.to_vector<double>(), (std::vector<double>{2, 6, 4, 8}));
  EXPECT_EQ(from_xtensor(xt::arange<int>(3)).dtype(), kInt64);
  EXPECT_EQ(from_xtensor(xt::arange<int>(3)).to_vector<int64_t>(), (std::vector<int64_t>{0, 1, 2}));
  EXPECT_EQ(from_xtensor(a > 2.).dtype(), kBool);
  EXPECT_EQ(from_xtensor(xt::cast<float>(a)).dtype(), kFloat32);
  xt::xarray<double, xt::layout_type::column_major> columns{{1., 2.}, {3., 4.}};
  EXPECT_EQ(from_xtensor(columns).to_vector<double>(), (std::vector<double>{1, 2, 3, 4}));
}

TEST(Xtensor, WrongTypeOrDimensionIsAnError) {
  const Tensor x = zeros({2, 3});
  EXPECT_THROW(as_xarray<const double>(x), TypeError);
  EXPECT_THROW((as_xtensor<const float, 3>(x)), Error);
}

TEST(Xtensor, WritingBehindAutogradIsRefusedOrNoticed) {
  const Tensor leaf = ones({2}, requires_grad());
  EXPECT_EQ(error_of([&] { as_xarray<float>(leaf); }),
            "as_xarray: autograd would not see what is written to a tensor that requires grad: take x.detach(), or "
            "read only, with as_xarray<const T>");
  EXPECT_EQ(as_xarray<const float>(leaf)(1), 1.f);

  const Tensor squared = (leaf * leaf).sum(), alias = leaf.detach();
  as_xarray<float>(alias)(0) = 3.f;
  EXPECT_EQ(leaf.to_vector<float>(), (std::vector<float>{3, 1}));
  EXPECT_THROW(squared.backward(), Error);  // needs the number that was overwritten
}

}  // namespace
}  // namespace gradus
