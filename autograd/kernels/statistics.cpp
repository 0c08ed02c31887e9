// Reductions that look at every element through a function: variance, norms, log-sum-exp.
#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/log_sum_exp.h>
#include <gradus/autograd/kernels/reduce.h>
#include <gradus/autograd/kernels/simd.h>

#include <cmath>
#include <limits>

namespace gradus::kernels {
namespace {

// out[o] = f(row o, its length) for each row of x along `dims`.
template <class F>
Tensor for_each_row(const Tensor& x, DimSet dims, bool keepdim, std::string_view op, F f) {
  const Slices s = rows(x, dims);
  Tensor out = empty(reduced_sizes(x.sizes(), dims, keepdim), x.dtype());
  dispatch_floating(x.dtype(), op, [&]<class T>(T) {
    const T* from = s.x.data_ptr<T>();
    T* to = out.data_ptr<T>();
    for (int64_t o = 0; o < s.outer; ++o) to[o] = static_cast<T>(f(from + o * s.n, s.n));
  });
  return out;
}

// In double throughout: a large mean must not swallow a small variance.
template <class T>
double row_var(const T* x, int64_t n, double correction) {
  double total = 0, squares = 0;
#pragma omp simd reduction(+ : total)
  for (int64_t i = 0; i < n; ++i) total += static_cast<double>(x[i]);
  const double mean = total / static_cast<double>(n);
#pragma omp simd reduction(+ : squares)
  for (int64_t i = 0; i < n; ++i) {
    const double distance = static_cast<double>(x[i]) - mean;
    squares += distance * distance;
  }
  return squares / std::max(static_cast<double>(n) - correction, 0.0);
}

template <class T>
double row_norm(const T* x, int64_t n, double p) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr auto magnitude = [](const auto& v) { return xsimd::abs(v); };
  if (n == 0) return 0;
  if (p == 2)
    return std::sqrt(sum_batches<T>(
        n, [](const auto& v) { return v * v; }, x));
  if (p == 1) return sum_batches<T>(n, magnitude, x);
  if (p == kInfinity) return static_cast<double>(fold_batches<T>(n, T(0), Larger(), magnitude, x));
  if (p == -kInfinity) {
    return static_cast<double>(fold_batches<T>(n, std::numeric_limits<T>::infinity(), Smaller(), magnitude, x));
  }
  double total = 0;
  if (p == 0) {
    for (int64_t i = 0; i < n; ++i) total += x[i] != T(0);
    return total;
  }
  for (int64_t i = 0; i < n; ++i) total += std::pow(std::abs(static_cast<double>(x[i])), p);
  return std::pow(total, 1 / p);
}

}  // namespace

Tensor var(const Tensor& x, DimSet dims, bool keepdim, double correction, bool root) {
  return for_each_row(x, dims, keepdim, root ? "std" : "var", [&]<class T>(const T* row, int64_t n) {
    const double value = row_var(row, n, correction);
    return root ? std::sqrt(value) : value;
  });
}

Tensor norm(const Tensor& x, double p, DimSet dims, bool keepdim) {
  return for_each_row(x, dims, keepdim, "norm", [&]<class T>(const T* row, int64_t n) { return row_norm(row, n, p); });
}

Tensor logsumexp(const Tensor& x, DimSet dims, bool keepdim) {
  return for_each_row(x, dims, keepdim, "logsumexp", [&]<class T>(const T* row, int64_t n) {
    LogSumExp<T> result = log_sum_exp(row, n);
    if (std::isinf(result.max)) return result.max;  // no finite number stands against it
    return result.max + result.log_sum;
  });
}

}  // namespace gradus::kernels
