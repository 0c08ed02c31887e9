#include <gradus/autograd/kernels/elementwise_loops.h>
#include <cmath>

namespace gradus::kernels {
namespace {

// Integers wrap around, which C++ promises for unsigned ones only.
template <class T>
using Wrapping = std::conditional_t<std::is_same_v<T, int64_t>, uint64_t, T>;

template <class T>
T sum(T a, T b) {
  return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
}
template <class T>
T difference(T a, T b) {
  return static_cast<T>(static_cast<Wrapping<T>>(a) - static_cast<Wrapping<T>>(b));
}
template <class T>
T product(T a, T b) {
  return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b, double alpha, const Tensor& out) {
  return dispatch(result_type(a, b), [&]<class T>(T) {
    if constexpr (!std::is_floating_point_v<T>) {
      GRADUS_CHECK(alpha == std::trunc(alpha),
                   "For integral input tensors, argument alpha must not be a floating point number (alpha is {})",
                   alpha);
    }
    if constexpr (std::is_same_v<T, bool>) {
      return binary<T, T>(a, b, out, [on = alpha != 0](bool x, bool y) { return x | (y & on); });
    } else {
      if (alpha == 1) return binary<T, T>(a, b, out, [](T x, T y) { return sum(x, y); });
      if (alpha == -1) return binary<T, T>(a, b, out, [](T x, T y) { return difference(x, y); });
      const T factor = static_cast<T>(alpha);
      return binary<T, T>(a, b, out, [factor](T x, T y) { return sum(x, product(factor, y)); });
    }
  });
}

void mul_in_place(Tensor& factor, const Tensor& x) {
  dispatch(factor.dtype(), [&]<class T>(T) {
    const LoopInput input(x, dtype_of<T>::value);
    map<T>(
        factor, [](T a, T b) { return product(a, b); }, factor, static_cast<const Tensor&>(input));
  });
}

void add_in_place(Tensor& total, const Tensor& x) {
  dispatch(total.dtype(), [&]<class T>(T) {
    map<T>(
        total, [](T a, T b) { return sum(a, b); }, total, x);
  });
}

Tensor mul(const Tensor& a, const Tensor& b, const Tensor& out) {
  return dispatch(result_type(a, b), [&]<class T>(T) {
    if constexpr (std::is_same_v<T, bool>) {
      return binary<T, T>(a, b, out, [](bool x, bool y) { return x & y; });
    } else {
      return binary<T, T>(a, b, out, [](T x, T y) { return product(x, y); });
    }
  });
}

Tensor div(const Tensor& a, const Tensor& b, const Tensor& out) {
  return dispatch_floating(real_dtype(result_type(a, b)), "div",
                           [&]<class T>(T) { return binary<T, T>(a, b, out, [](T x, T y) { return x / y; }); });
}

Tensor maximum(const Tensor& a, const Tensor& b, const Tensor& out) {
  return dispatch(result_type(a, b), [&]<class T>(T) {
    return binary<T, T>(a, b, out, [](T x, T y) { return ((x > y) | (x != x)) ? x : y; });
  });
}

Tensor minimum(const Tensor& a, const Tensor& b, const Tensor& out) {
  return dispatch(result_type(a, b), [&]<class T>(T) {
    return binary<T, T>(a, b, out, [](T x, T y) { return ((x < y) | (x != x)) ? x : y; });
  });
}

Tensor neg(const Tensor& x, const Tensor& out) {
  return dispatch(x.dtype(), [&]<class T>(T) -> Tensor {
    if constexpr (std::is_same_v<T, bool>) {
      throw Error(
          "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the "
          "`~` or `logical_not()` operator instead.");
    } else if constexpr (std::is_floating_point_v<T>) {
      return unary<T, T>(x, out, [](T v) { return -v; });
    } else {
      return unary<T, T>(x, out, [](T v) { return difference(T(0), v); });
    }
  });
}

Tensor abs(const Tensor& x, const Tensor& out) {
  GRADUS_CHECK(x.dtype() != kBool, "abs: undefined for dtype bool: convert with .to(kInt64) first");
  return dispatch(x.dtype(), [&]<class T>(T) {
    if constexpr (std::is_floating_point_v<T>) {
      return unary<T, T>(x, out, [](T v) { return std::abs(v); });
    } else {
      return unary<T, T>(x, out, [](T v) { return v < T(0) ? difference(T(0), v) : v; });
    }
  });
}

Tensor sign(const Tensor& x, const Tensor& out) {
  return dispatch(x.dtype(), [&]<class T>(T) {
    return unary<T, T>(x, out, [](T v) { return static_cast<T>(static_cast<T>(v > T(0)) - static_cast<T>(v < T(0))); });
  });
}

Tensor square(const Tensor& x, const Tensor& out) {
  return dispatch(x.dtype() == kBool ? kInt64 : x.dtype(), [&]<class T>(T) {  // as a power with an integer exponent
    return unary<T, T>(x, out, [](T v) { return product(v, v); });
  });
}

Tensor reciprocal(const Tensor& x, const Tensor& out) {
  return dispatch_floating(real_dtype(x.dtype()), "reciprocal",
                           [&]<class T>(T) { return unary<T, T>(x, out, [](T v) { return T(1) / v; }); });
}

Tensor sqrt(const Tensor& x, const Tensor& out) {
  return dispatch_floating(real_dtype(x.dtype()), "sqrt",
                           [&]<class T>(T) { return unary<T, T>(x, out, [](T v) { return std::sqrt(v); }); });
}

Tensor rsqrt(const Tensor& x, const Tensor& out) {
  return dispatch_floating(real_dtype(x.dtype()), "rsqrt",
                           [&]<class T>(T) { return unary<T, T>(x, out, [](T v) { return T(1) / std::sqrt(v); }); });
}

// Integers are whole already.
template <class F>
static Tensor to_whole(const Tensor& x, const Tensor& out, const char* name, F f) {
  GRADUS_CHECK(x.dtype() != kBool, "{}: undefined for dtype bool: convert with .to(kInt64) first", name);
  if (x.dtype() == kInt64) {
    Tensor result = result_like(x, kInt64, out);
    kernels::copy(result, x);
    return result;
  }
  return dispatch_floating(x.dtype(), name, [&]<class T>(T) { return unary<T, T>(x, out, f); });
}

Tensor floor(const Tensor& x, const Tensor& out) {
  return to_whole(x, out, "floor", [](auto v) { return std::floor(v); });
}

Tensor ceil(const Tensor& x, const Tensor& out) {
  return to_whole(x, out, "ceil", [](auto v) { return std::ceil(v); });
}

Tensor round(const Tensor& x, const Tensor& out) {
  return to_whole(x, out, "round", [](auto v) { return std::nearbyint(v); });
}

}  // namespace gradus::kernels
