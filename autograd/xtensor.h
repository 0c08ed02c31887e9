#pragma once
// Tensors as xtensor expressions and back. Opt-in: link gradus::xtensor, which brings xtensor and the flags it needs.
//
//   const Tensor x = rand({2, 3});
//   auto a = as_xtensor<const float, 2>(x);             // no copy
//   Tensor y = from_xtensor(xt::exp(a) / xt::sum(a)()); // evaluated into a new tensor
#include <gradus/autograd/tensor.h>
#include <algorithm>
#include <array>
#include <concepts>
#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>

namespace gradus {

namespace detail {

/// Throws Error for a tensor that requires grad: writing past autograd would make its gradients wrong. Otherwise raises
/// the version, so that a backward that needs the old numbers notices.
inline void begin_foreign_write(const Tensor& x) {
  if (x.requires_grad()) {
    throw Error(
        "as_xarray: autograd would not see what is written to a tensor that requires grad: take x.detach(), or read "
        "only, with as_xarray<const T>");
  }
  x.impl()->storage->bump_version();
}

template <class T, class Shape, class Strides>
auto adapt_tensor(const Tensor& x, Shape shape, Strides strides) {
  if constexpr (!std::is_const_v<T>) begin_foreign_write(x);
  std::copy(x.sizes().begin(), x.sizes().end(), shape.begin());
  for (size_t d = 0; d < strides.size(); ++d) strides[d] = shape[d] == 1 ? 0 : x.strides()[d];  // as xtensor has it
  T* data = x.data_ptr<T>();
  return xt::adapt(std::move(data), static_cast<size_t>(x.numel()), xt::no_ownership(), shape, strides);
}

}  // namespace detail

/// The numbers of x as an xtensor expression of any dimension, without a copy: as_xarray<float>(x) to write,
/// as_xarray<const float>(x) to read. Strided tensors (t(), slices, expand) keep their strides. Valid as long as the
/// tensor's memory; not recorded by autograd. Throws TypeError unless T is x's element type, and Error for writing to a
/// tensor that requires grad: take x.detach().
template <class T>
auto as_xarray(const Tensor& x) {
  const auto dimensions = static_cast<size_t>(x.dim());
  return detail::adapt_tensor<T>(x, std::vector<size_t>(dimensions), std::vector<std::ptrdiff_t>(dimensions));
}
template <class T>
void as_xarray(Tensor&& x) = delete;  // the memory would be gone before the view is used

/// The same with the number of dimensions known to the compiler, which makes xtensor faster. Throws Error unless x has
/// N dimensions.
template <class T, size_t N>
auto as_xtensor(const Tensor& x) {
  x.accessor<std::remove_const_t<T>, N>();  // checks T and N
  return detail::adapt_tensor<T>(x, std::array<size_t, N>(), std::array<std::ptrdiff_t, N>());
}
template <class T, size_t N>
void as_xtensor(Tensor&& x) = delete;

/// A new tensor of the values of an xtensor expression, evaluated once: float gives float32, double float64, bool bool,
/// and integers of any size int64.
template <class E>
Tensor from_xtensor(const xt::xexpression<E>& expression) {
  using Value = typename E::value_type;
  static_assert(std::is_arithmetic_v<Value>, "from_xtensor: the expression must hold real numbers");
  using T = std::conditional_t<std::is_integral_v<Value> && !std::is_same_v<Value, bool>, int64_t,
                               std::conditional_t<std::is_same_v<Value, long double>, double, Value>>;
  const E& values = expression.derived_cast();
  const Dims sizes(values.shape().begin(), values.shape().end());
  const Tensor out = empty(sizes, dtype_of<T>::value);
  T* data = out.data_ptr<T>();
  auto destination = xt::adapt(std::move(data), static_cast<size_t>(out.numel()), xt::no_ownership(),
                               std::vector<size_t>(sizes.begin(), sizes.end()));
  xt::noalias(destination) = xt::cast<T>(values);
  return out;
}

}  // namespace gradus
