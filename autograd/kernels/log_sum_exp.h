#pragma once
// The two numbers that softmax, its logarithm and the losses on it are made of.
#include <gradus/autograd/kernels/simd.h>
#include <cmath>
#include <limits>

namespace gradus::kernels {

/// max(x) and log(sum(exp(x - max))). Kept apart, since their sum would round the second away beside a large first.
template <class T>
struct LogSumExp {
  T max, log_sum;
};

/// The largest of n numbers; NaN if one is, -inf for none.
template <class T>
T row_max(const T* x, int64_t n) {
  return fold_batches<T>(
      n, -std::numeric_limits<T>::infinity(), Larger(), [](const auto& v) { return v; }, x);
}

/// Of one row.
template <class T>
LogSumExp<T> log_sum_exp(const T* x, int64_t n) {
  const T max = row_max(x, n);
  const Batch<T> shift(max);
  const double sum = sum_batches<T>(
      n, [&](const auto& v) { return vector_math::exp(v - shift); }, x);
  return {max, std::log(static_cast<T>(sum))};
}

}  // namespace gradus::kernels
