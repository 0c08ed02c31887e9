#include <gradus/autograd/kernels/elementwise_loops.h>

namespace gradus::kernels {
namespace {

constexpr int64_t kSmall = 256;  // elements up to which a strided loop is as fast as a copy and a contiguous loop

bool strided_within_rows(const Tensor& x) {
  for (size_t d = x.sizes().size(); d-- > 0;) {
    if (x.sizes()[d] != 1) return x.strides()[d] > 1;
  }
  return false;
}

}  // namespace

void LoopInput::adapt(Dtype dtype) {
  const Tensor& x = *tensor_;
  if (x.dtype() != dtype) {
    adapted_ = kernels::to(x, dtype);
  } else if (x.numel() > kSmall && strided_within_rows(x)) {
    adapted_ = kernels::clone(x);
  } else {
    return;
  }
  tensor_ = &adapted_;
}

Tensor result_like(const Tensor& x, Dtype dtype, const Tensor& out) {
  return out.defined() ? kernels::empty_or(out, x.sizes(), dtype) : kernels::empty_like(x, dtype);
}

Tensor result_of(const Tensor& a, const Tensor& b, Dtype dtype, const Tensor& out) {
  if (a.impl()->layout == b.impl()->layout || a.sizes() == b.sizes()) return result_like(a, dtype, out);
  return kernels::empty_or(out, broadcast_shapes(a.sizes(), b.sizes()), dtype);
}

Tensor result_of(const Tensor& a, const Tensor& b, const Tensor& c, Dtype dtype, const Tensor& out) {
  if (a.sizes() == b.sizes() && a.sizes() == c.sizes()) return result_like(a, dtype, out);
  return kernels::empty_or(out, broadcast_shapes(broadcast_shapes(a.sizes(), b.sizes()), c.sizes()), dtype);
}

}  // namespace gradus::kernels
