#include <gradus/autograd/kernels/elementwise_loops.h>
#include <limits>

namespace gradus::kernels {
namespace {

// out[i] = f(a[i], b[i], c[i]), all of type T.
template <class T, class F>
Tensor ternary(const Tensor& a, const Tensor& b, const Tensor& c, const Tensor& out, F f) {
  constexpr Dtype dtype = dtype_of<T>::value;
  const LoopInput first(a, dtype), second(b, dtype), third(c, dtype);
  Tensor result = result_of(a, b, c, dtype, out);
  map<T>(result, f, static_cast<const Tensor&>(first), static_cast<const Tensor&>(second),
         static_cast<const Tensor&>(third));
  return result;
}

// The dtype of three operands; where they are mixed, as two are promoted and the third after them.
Dtype result_type(const Tensor& a, const Tensor& b, const Tensor& c) {
  if (a.dtype() == b.dtype() && a.dtype() == c.dtype()) return a.dtype();
  const Dtype products = gradus::result_type(b, c);
  const bool no_dimensions = b.dim() == 0 && c.dim() == 0;
  return gradus::result_type(a, no_dimensions ? kernels::empty({}, products) : kernels::empty({0}, products));
}

void check_integral(Dtype dtype, Scalar value, const char* op) {
  GRADUS_CHECK(is_floating_point(dtype) || !value.is_floating_point(),
               "{}: for integral input tensors, argument value must not be a floating point number (value is {})", op,
               value.to<double>());
}

}  // namespace

Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value, const Tensor& out) {
  const Dtype dtype = result_type(x, a, b);
  GRADUS_CHECK(dtype != kBool, "addcmul: undefined for dtype bool");
  check_integral(dtype, value, "addcmul");
  if (dtype == kInt64) {
    return ternary<int64_t>(x, a, b, out, [v = value.to<int64_t>()](int64_t start, int64_t p, int64_t q) {
      return static_cast<int64_t>(static_cast<uint64_t>(start) +
                                  static_cast<uint64_t>(v) * static_cast<uint64_t>(p) * static_cast<uint64_t>(q));
    });
  }
  return dispatch_floating(dtype, "addcmul", [&]<class T>(T) {
    const T v = value.to<T>();
    if (v == 1) return ternary<T>(x, a, b, out, [](T start, T p, T q) { return start + p * q; });
    return ternary<T>(x, a, b, out, [v](T start, T p, T q) { return start + v * p * q; });
  });
}

Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value, const Tensor& out) {
  return dispatch_floating(result_type(x, a, b), "addcdiv", [&]<class T>(T) {
    return ternary<T>(x, a, b, out, [v = value.to<T>()](T start, T p, T q) { return start + v * p / q; });
  });
}

Tensor lerp(const Tensor& start, const Tensor& end, double weight, const Tensor& out) {
  GRADUS_CHECK(start.dtype() == end.dtype(), "lerp: expected dtype {} for `end` but got dtype {}",
               to_string(start.dtype()), to_string(end.dtype()));
  return dispatch_floating(start.dtype(), "lerp", [&]<class T>(T) {
    // From the nearer side, so that both ends are hit exactly.
    const T w = static_cast<T>(weight), rest = static_cast<T>(1) - w;
    if (w < T(0.5)) return binary<T, T>(start, end, out, [w](T a, T b) { return a + w * (b - a); });
    return binary<T, T>(start, end, out, [rest](T a, T b) { return b - (b - a) * rest; });
  });
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b, const Tensor& out) {
  GRADUS_CHECK(condition.dtype() == kBool,
               "where expected condition to be a boolean tensor, but got a tensor with dtype {}",
               type_name(condition.dtype()));
  return dispatch(gradus::result_type(a, b), [&]<class T>(T) {
    // The mask is widened to the elements' size: compilers vectorise no choice by a bool.
    using Word = std::conditional_t<sizeof(T) == 8, uint64_t, std::conditional_t<sizeof(T) == 4, uint32_t, uint8_t>>;
    constexpr Dtype dtype = dtype_of<T>::value;
    const LoopInput mask(condition, kBool), first(a, dtype), second(b, dtype);
    const Tensor &m = mask, &x = first, &y = second;
    Tensor result = result_of(condition, a, b, dtype, out);
    if (y.numel() == 1) {  // numbers: masks are mostly used with one
      const T number = *reinterpret_cast<const T*>(y.impl()->data);
      map<T, uint8_t, T>(
          result, [number](Word c, T p) { return c != 0 ? p : number; }, m, x);
    } else if (x.numel() == 1) {
      const T number = *reinterpret_cast<const T*>(x.impl()->data);
      map<T, uint8_t, T>(
          result, [number](Word c, T q) { return c != 0 ? number : q; }, m, y);
    } else {
      map<T, uint8_t, T, T>(
          result, [](Word c, T p, T q) { return c != 0 ? p : q; }, m, x, y);
    }
    return result;
  });
}

Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max, const Tensor& out) {
  GRADUS_CHECK(min || max, "clamp: at least one of min and max must be given");
  Dtype dtype = x.dtype();
  if (min) dtype = std::max(dtype, gradus::result_type(x, *min));
  if (max) dtype = std::max(dtype, gradus::result_type(x, *max));
  GRADUS_CHECK(dtype != kBool, "clamp: undefined for dtype bool: convert with .to(kInt64) first");
  return dispatch(dtype, [&]<class T>(T) {
    using Limits = std::numeric_limits<T>;
    const T low = min ? min->to<T>() : Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
    const T high = max ? max->to<T>() : Limits::has_infinity ? Limits::infinity() : Limits::max();
    if (low != low || high != high) {
      return unary<T, T>(x, out, [](T) { return Limits::quiet_NaN(); });
    }
    return unary<T, T>(x, out, [low, high](T v) {
      const T raised = v < low ? low : v;
      return raised > high ? high : raised;
    });
  });
}

}  // namespace gradus::kernels
