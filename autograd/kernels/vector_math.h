#pragma once
// Transcendental functions on xsimd's vectors, and how a function of vectors becomes a loop over a tensor. Every
// element is computed by the vector function, the last few in a vector filled up, so that a value never depends on its
// place.
#include <gradus/autograd/kernels/elementwise_loops.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <xsimd/xsimd.hpp>

namespace gradus::kernels {

namespace vector_math {

/// exp(x) within 1 ulp, subnormal results included. For float32 not xsimd's: that one ends at 88.4 with infinity and
/// at -87.3 with 0. As usual x = n log 2 + r with |r| <= log 2 / 2, exp(x) = 2^n exp(r), exp(r) by its Taylor series to
/// r^7 (the rest is below 2^-27). 2^n is multiplied in two halves, as n = 128 and n < -126 have no single factor.
template <class A>
inline xsimd::batch<float, A> exp(const xsimd::batch<float, A>& x) {
  using B = xsimd::batch<float, A>;
  using Integers = xsimd::batch<int32_t, A>;
  const B bounded = xsimd::min(xsimd::max(x, B(-104.f)), B(89.f));
  const B n = xsimd::nearbyint(bounded * B(1.44269504f));
  B r = xsimd::fma(n, B(-0.693359375f), bounded);  // log 2 in two parts: n times the first is exact
  r = xsimd::fma(n, B(2.12194440e-4f), r);
  B p = xsimd::fma(r, B(1.f / 5040), B(1.f / 720));
  p = xsimd::fma(p, r, B(1.f / 120));
  p = xsimd::fma(p, r, B(1.f / 24));
  p = xsimd::fma(p, r, B(1.f / 6));
  p = xsimd::fma(p, r, B(0.5f));
  p = xsimd::fma(p, r * r, r) + B(1.f);
  const Integers exponent = xsimd::to_int(n);
  const Integers half = exponent >> 1;
  const auto power_of_two = [](const Integers& e) { return xsimd::bitwise_cast<B>((e + Integers(127)) << 23); };
  const B result = p * power_of_two(half) * power_of_two(exponent - half);
  return xsimd::select(xsimd::isnan(x), x, result);
}

/// xsimd's, except near the ends of the range: it overflows at 709.4 and flushes subnormal results to 0.
template <class A>
inline xsimd::batch<double, A> exp(const xsimd::batch<double, A>& x) {
  using B = xsimd::batch<double, A>;
  const auto near_an_end = xsimd::abs(x) > B(700);
  const B inner = xsimd::exp(x);
  if (!xsimd::any(near_an_end)) return inner;
  const B root = xsimd::exp(x * B(0.5));
  return xsimd::select(near_an_end, root * root, inner);
}

/// xsimd's, with the sign of -0 kept and, for float32, without its exp's early infinity.
template <class T, class A>
inline xsimd::batch<T, A> expm1(const xsimd::batch<T, A>& x) {
  using B = xsimd::batch<T, A>;
  const B large = xsimd::select(x > B(40), exp(x), xsimd::expm1(x));  // where the 1 is less than half an ulp
  return xsimd::select(x == B(0), x, large);
}

/// xsimd's, with the sign of -0 kept.
template <class T, class A>
inline xsimd::batch<T, A> log1p(const xsimd::batch<T, A>& x) {
  return xsimd::select(x == xsimd::batch<T, A>(0), x, xsimd::log1p(x));
}

}  // namespace vector_math

/// out[i] = f(inputs[i]...) for i < n, contiguous, f a function of xsimd vectors.
template <class T, class F, class... Inputs>
void vector_row(int64_t n, T* out, F f, const Inputs*... inputs) {
  using B = xsimd::batch<T>;
  constexpr auto kWidth = static_cast<int64_t>(B::size);
  int64_t i = 0;
  for (; i + kWidth <= n; i += kWidth) f(B::load_unaligned(inputs + i)...).store_unaligned(out + i);
  if (i == n) return;
  const auto last = [&](const T* input) {
    alignas(64) T filled[B::size] = {};
    std::copy_n(input + i, n - i, filled);
    return B::load_aligned(filled);
  };
  alignas(64) T results[B::size];
  f(last(inputs)...).store_aligned(results);
  std::copy_n(results, n - i, out + i);
}

/// out[i] = f(inputs[i]...) with f a function of vectors of real numbers: xsimd::batch<float> or <double>.
template <class F, class... Inputs>
Tensor vector_map(std::string_view op, const Tensor& out, F f, const Tensor& x, const Inputs&... others) {
  return dispatch_floating(real_dtype(x.dtype()), op, [&]<class T>(T) {
    const auto contiguous = [&](const Tensor& input) {
      return kernels::contiguous(input.dtype() == dtype_of<T>::value ? input : kernels::to(input, dtype_of<T>::value));
    };
    Tensor result = result_like(x, dtype_of<T>::value, out);
    [&](const auto&... ready) {
      vector_row(x.numel(), reinterpret_cast<T*>(result.impl()->data), f,
                 reinterpret_cast<const T*>(ready.impl()->data)...);
    }(contiguous(x), contiguous(others)...);
    return result;
  });
}

}  // namespace gradus::kernels
