#pragma once
// What the elementwise kernels share: operands promoted to one dtype and a place for the result.
#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/elementwise.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/loops.h>

namespace gradus::kernels {

/// The dtype in which a function with real values computes: integers become the default floating-point dtype.
inline Dtype real_dtype(Dtype dtype) { return is_floating_point(dtype) ? dtype : get_default_dtype(); }

/// An operand as a loop wants it: of the loop's dtype and, if large, not strided within its rows (a copy by tiles and a
/// contiguous loop together are faster than a strided loop).
class LoopInput {
 public:
  LoopInput(const Tensor& x, Dtype dtype) : tensor_(&x) {
    if (x.dtype() != dtype || !x.is_contiguous()) [[unlikely]]
      adapt(dtype);
  }
  LoopInput(const LoopInput&) = delete;
  LoopInput& operator=(const LoopInput&) = delete;
  operator const Tensor&() const { return *tensor_; }

 private:
  void adapt(Dtype dtype);

  const Tensor* tensor_;
  Tensor adapted_;
};

/// `out`, or a new tensor, of x's sizes.
Tensor result_like(const Tensor& x, Dtype dtype, const Tensor& out);
/// `out`, or a new tensor, of the sizes that a and b broadcast to.
Tensor result_of(const Tensor& a, const Tensor& b, Dtype dtype, const Tensor& out);
Tensor result_of(const Tensor& a, const Tensor& b, const Tensor& c, Dtype dtype, const Tensor& out);

/// out[i] = f(x[i]) where x is read as T, an element type of the caller's choice (dispatched); result of x's sizes.
template <class R, class T, class F>
Tensor unary(const Tensor& x, const Tensor& out, F f) {
  const LoopInput input(x, dtype_of<T>::value);
  Tensor result = result_like(x, dtype_of<R>::value, out);
  map<R, T>(result, f, static_cast<const Tensor&>(input));
  return result;
}

/// out[i] = f(a[i], b[i]), both read as T.
template <class R, class T, class F>
Tensor binary(const Tensor& a, const Tensor& b, const Tensor& out, F f) {
  const LoopInput first(a, dtype_of<T>::value), second(b, dtype_of<T>::value);
  Tensor result = result_of(a, b, dtype_of<R>::value, out);
  map<R, T, T>(result, f, static_cast<const Tensor&>(first), static_cast<const Tensor&>(second));
  return result;
}

}  // namespace gradus::kernels
