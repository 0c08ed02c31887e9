#include <gradus/autograd/kernels/elementwise_loops.h>
#include <cmath>
#include <functional>

namespace gradus::kernels {
namespace {

template <class F>
Tensor compare(const Tensor& a, const Tensor& b, F f) {
  return dispatch(result_type(a, b), [&]<class T>(T) { return binary<bool, T>(a, b, {}, f); });
}

// Each operand by its own truth: not 0.
template <class F>
Tensor logical(const Tensor& a, const Tensor& b, F f) {
  return binary<bool, bool>(a, b, {}, f);
}

template <class F>
Tensor bitwise(const Tensor& a, const Tensor& b, const char* symbol, F f) {
  const Dtype dtype = result_type(a, b);
  GRADUS_CHECK(!is_floating_point(dtype), "operator {} is defined for bool and int64 tensors only, but got {} and {}",
               symbol, to_string(a.dtype()), to_string(b.dtype()));
  if (dtype == kBool) return binary<bool, bool>(a, b, {}, f);
  return binary<int64_t, int64_t>(a, b, {}, f);
}

// f of each floating-point number; `of_integer` for all others, which are finite and no NaN.
template <class F>
Tensor classify(const Tensor& x, bool of_integer, F f) {
  return dispatch(x.dtype(), [&]<class T>(T) {
    if constexpr (std::is_floating_point_v<T>) {
      return unary<bool, T>(x, {}, f);
    } else {
      Tensor result = kernels::empty_like(x, kBool);
      kernels::fill(result, of_integer);
      return result;
    }
  });
}

}  // namespace

Tensor eq(const Tensor& a, const Tensor& b) { return compare(a, b, std::equal_to<>()); }
Tensor ne(const Tensor& a, const Tensor& b) { return compare(a, b, std::not_equal_to<>()); }
Tensor lt(const Tensor& a, const Tensor& b) { return compare(a, b, std::less<>()); }
Tensor le(const Tensor& a, const Tensor& b) { return compare(a, b, std::less_equal<>()); }

Tensor logical_and(const Tensor& a, const Tensor& b) {
  return logical(a, b, [](bool x, bool y) { return x & y; });
}
Tensor logical_or(const Tensor& a, const Tensor& b) {
  return logical(a, b, [](bool x, bool y) { return x | y; });
}
Tensor logical_xor(const Tensor& a, const Tensor& b) {
  return logical(a, b, [](bool x, bool y) { return x != y; });
}
Tensor logical_not(const Tensor& x) {
  return unary<bool, bool>(x, {}, [](bool v) { return !v; });
}

Tensor bitwise_and(const Tensor& a, const Tensor& b) { return bitwise(a, b, "&", std::bit_and<>()); }
Tensor bitwise_or(const Tensor& a, const Tensor& b) { return bitwise(a, b, "|", std::bit_or<>()); }
Tensor bitwise_xor(const Tensor& a, const Tensor& b) { return bitwise(a, b, "^", std::bit_xor<>()); }
Tensor bitwise_not(const Tensor& x) {
  if (x.dtype() == kBool) return kernels::logical_not(x);
  GRADUS_CHECK(x.dtype() == kInt64, "operator ~ is defined for bool and int64 tensors only, but got {}",
               to_string(x.dtype()));
  return unary<int64_t, int64_t>(x, {}, std::bit_not<>());
}

Tensor isnan(const Tensor& x) {
  return classify(x, false, [](auto v) { return v != v; });
}
Tensor isinf(const Tensor& x) {
  return classify(x, false, [](auto v) { return std::abs(v) == std::numeric_limits<decltype(v)>::infinity(); });
}
Tensor isfinite(const Tensor& x) {
  return classify(x, true, [](auto v) { return std::abs(v) < std::numeric_limits<decltype(v)>::infinity(); });
}

Tensor isclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  return dispatch(result_type(a, b), [&]<class T>(T) {
    return binary<bool, T>(a, b, {}, [=](T x, T y) {
      if constexpr (std::is_floating_point_v<T>) {
        // An infinite difference is close to nothing, however large the tolerance.
        const double other = static_cast<double>(y), distance = std::abs(static_cast<double>(x) - other);
        const double allowed = atol + rtol * std::abs(other);
        const bool near = (distance <= allowed) & (distance < std::numeric_limits<double>::infinity());
        return (x == y) | near | (equal_nan & (x != x) & (y != y));
      } else {
        const double other = static_cast<double>(y);
        return (x == y) | (std::abs(static_cast<double>(x) - other) <= atol + rtol * std::abs(other));
      }
    });
  });
}

}  // namespace gradus::kernels
