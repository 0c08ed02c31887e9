#pragma once
// Folds over contiguous numbers, a SIMD register at a time, for what `#pragma omp simd` does not reach: transcendental
// functions, and sums kept in several accumulators. A function here takes and returns whole registers, as those of
// vector_row (vector_math.h) do:
//
//   double total = sum_batches<float>(n, [](auto a, auto b) { return (a - b) * (a - b); }, x, y);
//
// The last, incomplete register is read with elements before it or padded, so that every element goes through the same
// instructions wherever it stands. For float and double only.
#include <gradus/autograd/kernels/lanes.h>
#include <gradus/autograd/kernels/vector_math.h>
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <xsimd/xsimd.hpp>

namespace gradus::kernels {

/// The lanes moved on by kBy places, round and round.
template <size_t kBy, class T, size_t... I>
Batch<T> rotated(const Batch<T>& value, std::index_sequence<I...>) {
  const typename Batch<T>::register_type lanes = value;
  return Batch<T>(__builtin_shufflevector(lanes, lanes, ((I + kBy) % sizeof...(I))...));
}

/// All lanes combined into one number, halves first.
template <class T, class Combine, size_t kHalf = Batch<T>::size / 2>
T across_lanes(const Batch<T>& value, Combine combine) {
  if constexpr (kHalf > 0) {
    const Batch<T> halves = combine(value, rotated<kHalf>(value, std::make_index_sequence<Batch<T>::size>()));
    return across_lanes<T, Combine, kHalf / 2>(halves, combine);
  } else {
    return value.get(0);
  }
}

/// 0, 1, 2 ...
template <class T>
Batch<T> lane_numbers() {
  alignas(64) static constexpr auto kNumbers = [] {
    std::array<T, static_cast<size_t>(kLanes<T>)> numbers{};
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<T>(i);
    return numbers;
  }();
  return Batch<T>::load_aligned(kNumbers.data());
}

/// `value` in the first, or last, `count` lanes, `otherwise` in the others.
template <class T>
Batch<T> keep_first(int64_t count, const Batch<T>& value, T otherwise) {
  return xsimd::select(lane_numbers<T>() < Batch<T>(static_cast<T>(count)), value, Batch<T>(otherwise));
}
template <class T>
Batch<T> keep_last(int64_t count, const Batch<T>& value, T otherwise) {
  return xsimd::select(lane_numbers<T>() >= Batch<T>(static_cast<T>(kLanes<T> - count)), value, Batch<T>(otherwise));
}

/// a + b, of numbers or registers.
struct Add {
  template <class V>
  V operator()(const V& a, const V& b) const {
    return a + b;
  }
};

/// The larger of two; NaN if one is NaN. xsimd's max gives its second argument where one is NaN, and its != is false
/// for NaN, so that it cannot ask b != b. Of b, since a fold waits for what it does with a, the result so far.
struct Larger {
  template <class T>
  Batch<T> operator()(const Batch<T>& a, const Batch<T>& b) const {
    return xsimd::select(xsimd::isnan(b), b, xsimd::max(b, a));
  }
  template <class T>
  requires std::is_arithmetic_v<T> T operator()(T a, T b) const { return b > a || b != b ? b : a; }
};

/// The smaller of two; NaN if one is NaN.
struct Smaller {
  template <class T>
  Batch<T> operator()(const Batch<T>& a, const Batch<T>& b) const {
    return xsimd::select(xsimd::isnan(b), b, xsimd::min(b, a));
  }
  template <class T>
  requires std::is_arithmetic_v<T> T operator()(T a, T b) const { return b < a || b != b ? b : a; }
};

/// As across_lanes, of what NaN wins: asked for once, and then left out of account.
template <class T, class Extreme>
T extreme_across_lanes(const Batch<T>& value, Extreme extreme) {
  if (xsimd::any(xsimd::isnan(value))) [[unlikely]]
    return std::numeric_limits<T>::quiet_NaN();
  return across_lanes(value, extreme);
}
template <class T>
T across_lanes(const Batch<T>& value, Larger) {
  return extreme_across_lanes(value, [](const Batch<T>& a, const Batch<T>& b) { return xsimd::max(a, b); });
}
template <class T>
T across_lanes(const Batch<T>& value, Smaller) {
  return extreme_across_lanes(value, [](const Batch<T>& a, const Batch<T>& b) { return xsimd::min(a, b); });
}

/// f(inputs[i]...) for i < n, combined with `combine`, which takes registers and numbers; n may be 0. Four
/// accumulators, since one would wait for itself.
template <class T, class Combine, class F>
T fold_batches(int64_t n, T identity, Combine combine, F f, const auto*... inputs) {
  constexpr int64_t kWidth = kLanes<T>;
  int64_t i = 0;
  Batch<T> total(identity);
  if (n >= 4 * kWidth) {
    Batch<T> a(identity), b(identity), c(identity);
    for (; i + 4 * kWidth <= n; i += 4 * kWidth) {
      a = combine(a, f(load(inputs + i)...));
      b = combine(b, f(load(inputs + i + kWidth)...));
      c = combine(c, f(load(inputs + i + 2 * kWidth)...));
      total = combine(total, f(load(inputs + i + 3 * kWidth)...));
    }
    total = combine(combine(a, b), combine(c, total));
  }
  for (; i + kWidth <= n; i += kWidth) total = combine(total, f(load(inputs + i)...));
  if (i < n && n >= kWidth) {
    total = combine(total, keep_last(n - i, f(load(inputs + n - kWidth)...), identity));
  } else if (i < n) {
    total = combine(total, keep_first(n - i, f(load_part(inputs + i, n - i)...), identity));
  }
  return across_lanes(total, combine);
}

/// Elements added up in one go in their own precision; the totals of such blocks are added in double.
inline constexpr int64_t kSumBlock = 4096;

/// The sum of f(inputs[i]...) for i < n.
template <class T, class F>
double sum_batches(int64_t n, F f, const auto*... inputs) {
  if (n <= kSumBlock) return static_cast<double>(fold_batches<T>(n, T(0), Add(), f, inputs...));
  double total = 0;
  for (int64_t i = 0; i < n; i += kSumBlock) {
    total += static_cast<double>(fold_batches<T>(std::min(kSumBlock, n - i), T(0), Add(), f, (inputs + i)...));
  }
  return total;
}

}  // namespace gradus::kernels
