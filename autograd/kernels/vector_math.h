#pragma once
// Transcendental functions on xsimd's vectors, and how a function of vectors becomes a loop over a tensor. Every
// element is computed by the vector function, a few in a vector filled up, so that a value never depends on its place.
#include <gradus/autograd/kernels/ahead.h>
#include <gradus/autograd/kernels/elementwise_loops.h>
#include <gradus/autograd/kernels/lanes.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <xsimd/xsimd.hpp>

namespace gradus::kernels {

namespace vector_math {

/// exp(r) - 1 for |r| <= log 2 / 2: r + r^2 q(r), with q the polynomial by which exp(r) has the least largest relative
/// error for its degree, 2^-28.
template <class A>
inline xsimd::batch<float, A> exp_less_one_of_remainder(const xsimd::batch<float, A>& r) {
  using B = xsimd::batch<float, A>;
  B q = xsimd::fma(r, B(0.0013814538f), B(0.008368745f));
  q = xsimd::fma(q, r, B(0.04166839f));
  q = xsimd::fma(q, r, B(0.16666521f));
  q = xsimd::fma(q, r, B(0.49999994f));
  return xsimd::fma(q, r * r, r);
}
template <class A>
inline xsimd::batch<float, A> exp_of_remainder(const xsimd::batch<float, A>& r) {
  return exp_less_one_of_remainder(r) + xsimd::batch<float, A>(1.f);
}

/// exp(x) within 1 ulp, subnormal results included. For float32 not xsimd's: that one ends at 88.4 with infinity and
/// at -87.3 with 0. As usual x = n log 2 + r with |r| <= log 2 / 2, so exp(x) = 2^n exp(r).
template <class A>
inline xsimd::batch<float, A> exp(const xsimd::batch<float, A>& x) {
  using B = xsimd::batch<float, A>;
  using Integers = xsimd::batch<int32_t, A>;
  const auto remainder = [](const B& of, const B& n) {  // log 2 in two parts: n times the first is exact
    return xsimd::fma(n, B(2.12194440e-4f), xsimd::fma(n, B(-0.693359375f), of));
  };
  // Added to 1.5 * 2^23, x / log 2 is rounded, and n stands in the lowest bits: from there it is added to the exponent.
  const B shifted = xsimd::fma(x, B(1.44269504f), B(12582912.f));
  const B p = exp_of_remainder(remainder(x, shifted - B(12582912.f)));
  const B result =
      xsimd::bitwise_cast<B>(xsimd::bitwise_cast<Integers>(p) + (xsimd::bitwise_cast<Integers>(shifted) << 23));
  const auto normal = xsimd::abs(x) <= B(87.3f);
  if (xsimd::all(normal)) [[likely]]
    return result;

  // Near the ends 2^n is multiplied in two halves, as n = 128 and n < -126 have no single factor.
  const B bounded = xsimd::min(xsimd::max(x, B(-104.f)), B(89.f));
  const B n = xsimd::nearbyint(bounded * B(1.44269504f));
  const Integers exponent = xsimd::to_int(n), half = exponent >> 1;
  const auto power_of_two = [](const Integers& e) { return xsimd::bitwise_cast<B>((e + Integers(127)) << 23); };
  const B at_end = exp_of_remainder(remainder(bounded, n)) * power_of_two(half) * power_of_two(exponent - half);
  return xsimd::select(normal, result, xsimd::select(xsimd::isnan(x), x, at_end));
}

/// tanh(x) within 3 ulp, float32 in half the time of xsimd's: (e - 1) / (e + 1) with e = exp(2 |x|) = 2^n (1 + p),
/// whose e - 1 = 2^n p + (2^n - 1) keeps all its digits near 0.
template <class A>
inline xsimd::batch<float, A> tanh(const xsimd::batch<float, A>& x) {
  using B = xsimd::batch<float, A>;
  using Integers = xsimd::batch<int32_t, A>;
  const B doubled = xsimd::min(B(20.f), xsimd::abs(x + x));  // from there on tanh is 1; NaN stays, as min's second
  const B shifted = xsimd::fma(doubled, B(1.44269504f), B(12582912.f)), n = shifted - B(12582912.f);
  const B r = xsimd::fma(n, B(2.12194440e-4f), xsimd::fma(n, B(-0.693359375f), doubled));
  const B power = xsimd::bitwise_cast<B>((xsimd::bitwise_cast<Integers>(shifted) << 23) + Integers(0x3f800000));
  const B less_one = xsimd::fma(power, exp_less_one_of_remainder(r), power - B(1.f));
  return xsimd::copysign(less_one / (less_one + B(2.f)), x);
}
template <class A>
inline xsimd::batch<double, A> tanh(const xsimd::batch<double, A>& x) {
  return xsimd::tanh(x);
}

/// log(x) within 1 ulp. For float32 not xsimd's, which takes half as long again: x = 2^n (1 + f) with 1 + f from
/// sqrt(1/2) to sqrt(2), and log(1 + f) = f - f^2 / 2 + f^3 q(f), with q as in exp. xsimd's serves the numbers that are
/// not positive and normal.
template <class A>
inline xsimd::batch<float, A> log(const xsimd::batch<float, A>& x) {
  using B = xsimd::batch<float, A>;
  using Integers = xsimd::batch<int32_t, A>;
  const Integers bits = xsimd::bitwise_cast<Integers>(x);
  const Integers root_half(0x3f3504f3);  // sqrt(1/2)
  const Integers n = (bits - root_half) >> 23;
  const B f = xsimd::bitwise_cast<B>(bits - (n << 23)) - B(1.f), exponent = xsimd::to_float(n);
  B q = xsimd::fma(f, B(-0.07634438f), B(0.12761563f));
  q = xsimd::fma(q, f, B(-0.13160197f));
  q = xsimd::fma(q, f, B(0.1420176f));
  q = xsimd::fma(q, f, B(-0.16623355f));
  q = xsimd::fma(q, f, B(0.20001227f));
  q = xsimd::fma(q, f, B(-0.25000823f));
  q = xsimd::fma(q, f, B(0.3333333f));
  const B square = f * f;
  B tail = q * f * square;  // the small terms first; log 2 in two parts, n times the first is exact
  tail = xsimd::fma(exponent, B(-2.12194440e-4f), tail);
  tail = xsimd::fma(square, B(-0.5f), tail);
  const B result = xsimd::fma(exponent, B(0.693359375f), f + tail);
  const auto normal = (x >= B(std::numeric_limits<float>::min())) & (x <= B(std::numeric_limits<float>::max()));
  if (xsimd::all(normal)) [[likely]]
    return result;
  return xsimd::select(normal, result, xsimd::log(x));
}
template <class A>
inline xsimd::batch<double, A> log(const xsimd::batch<double, A>& x) {
  return xsimd::log(x);
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

/// out[i] = f(inputs[i]...) for i < n, contiguous, f a function of xsimd vectors. `out` may be an input. The last
/// vector overlaps the one before it; it is computed first, while its inputs are still what they were.
template <class T, class F, class... Inputs>
void vector_row(int64_t n, T* out, F f, const Inputs*... inputs) {
  constexpr int64_t kWidth = kLanes<T>;
  if (n < kWidth) return store_part(f(load_part(inputs, n)...), n, out);
  const int64_t end = n - kWidth;
  const Batch<T> last = f(load(inputs + end)...);
  const bool far = is_far<T>(n);
  for (int64_t i = 0; i < end; i += kWidth) {
    if (far) ask_ahead(out + i, (inputs + i)...);
    f(load(inputs + i)...).store_unaligned(out + i);
  }
  last.store_unaligned(out + end);
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
      result.impl()->parts = parallel_for(x.numel(), kTranscendentalGrain, [&](int64_t begin, int64_t end) {
        vector_row(end - begin, reinterpret_cast<T*>(result.impl()->data) + begin, f,
                   (reinterpret_cast<const T*>(ready.impl()->data) + begin)...);
      });
    }(contiguous(x), contiguous(others)...);
    return result;
  });
}

}  // namespace gradus::kernels
