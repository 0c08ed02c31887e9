#include <gradus/autograd/kernels/elementwise_loops.h>
#include <cmath>

namespace gradus::kernels {
namespace {

// By squaring; wraps around. A negative exponent gives 1 / base^-exponent rounded towards zero, and 0 for base 0.
int64_t integer_power(int64_t base, int64_t exponent) {
  if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
  uint64_t result = 1, factor = static_cast<uint64_t>(base);
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result *= factor;
    factor *= factor;
  }
  return static_cast<int64_t>(result);
}

void check_not_bool(Dtype dtype) {
  GRADUS_CHECK(dtype != kBool, "pow: undefined for dtype bool: convert with .to(kInt64) first");
}

template <class T>
Tensor real_power(const Tensor& base, double exponent, const Tensor& out) {
  if (exponent == 2) return unary<T, T>(base, out, [](T x) { return x * x; });
  if (exponent == 3) return unary<T, T>(base, out, [](T x) { return x * x * x; });
  if (exponent == 1) return unary<T, T>(base, out, [](T x) { return x; });
  if (exponent == 0) return unary<T, T>(base, out, [](T) { return T(1); });
  if (exponent == -1) return unary<T, T>(base, out, [](T x) { return T(1) / x; });
  if (exponent == -2) return unary<T, T>(base, out, [](T x) { return T(1) / (x * x); });
  if (exponent == 0.5) return unary<T, T>(base, out, [](T x) { return std::sqrt(x); });
  if (exponent == -0.5) return unary<T, T>(base, out, [](T x) { return T(1) / std::sqrt(x); });
  return unary<T, T>(base, out, [e = static_cast<T>(exponent)](T x) { return std::pow(x, e); });
}

}  // namespace

Tensor pow(const Tensor& base, const Tensor& exponent, const Tensor& out) {
  const Dtype dtype = result_type(base, exponent);
  check_not_bool(dtype);
  if (dtype == kInt64) return binary<int64_t, int64_t>(base, exponent, out, integer_power);
  return dispatch_floating(dtype, "pow", [&]<class T>(T) {
    return binary<T, T>(base, exponent, out, [](T x, T y) { return std::pow(x, y); });
  });
}

Tensor pow(const Tensor& base, Scalar exponent, const Tensor& out) {
  const Dtype dtype = result_type(base, exponent);
  check_not_bool(dtype);
  if (dtype == kInt64) {
    const int64_t e = exponent.to<int64_t>();
    GRADUS_CHECK(e >= 0, "Integers to negative integer powers are not allowed (the exponent is {})", e);
    return unary<int64_t, int64_t>(base, out, [e](int64_t x) { return integer_power(x, e); });
  }
  return dispatch_floating(dtype, "pow", [&]<class T>(T) { return real_power<T>(base, exponent.to<double>(), out); });
}

}  // namespace gradus::kernels
