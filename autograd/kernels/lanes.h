#pragma once
// A SIMD register of numbers, and how one is read and written that is not full.
#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <xsimd/xsimd.hpp>

namespace gradus::kernels {

template <class T>
using Batch = xsimd::batch<T>;
template <class T>
inline constexpr int64_t kLanes = static_cast<int64_t>(Batch<T>::size);

template <class T>
Batch<T> load(const T* x) {
  return Batch<T>::load_unaligned(x);
}

#if defined(__AVX512F__)  // has registers that say which lanes are meant

/// The first `count` lanes from x, `padding` in the others.
inline Batch<float> load_part(const float* x, int64_t count, float padding = 0) {
  return _mm512_mask_loadu_ps(_mm512_set1_ps(padding), static_cast<__mmask16>((1U << count) - 1), x);
}
inline Batch<double> load_part(const double* x, int64_t count, double padding = 0) {
  return _mm512_mask_loadu_pd(_mm512_set1_pd(padding), static_cast<__mmask8>((1U << count) - 1), x);
}

/// The first `count` lanes to y.
inline void store_part(const Batch<float>& value, int64_t count, float* y) {
  _mm512_mask_storeu_ps(y, static_cast<__mmask16>((1U << count) - 1), value);
}
inline void store_part(const Batch<double>& value, int64_t count, double* y) {
  _mm512_mask_storeu_pd(y, static_cast<__mmask8>((1U << count) - 1), value);
}

#else

template <class T>
Batch<T> load_part(const T* x, int64_t count, T padding = T(0)) {
  alignas(64) T lanes[kLanes<T>];
  for (int64_t i = 0; i < kLanes<T>; ++i) lanes[i] = i < count ? x[i] : padding;
  return Batch<T>::load_aligned(lanes);
}

template <class T>
void store_part(const Batch<T>& value, int64_t count, T* y) {
  alignas(64) T lanes[kLanes<T>];
  value.store_aligned(lanes);
  std::copy_n(lanes, count, y);
}

#endif

}  // namespace gradus::kernels
