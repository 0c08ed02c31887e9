#include <gradus/autograd/check.h>
#include <gradus/autograd/kernels/elementwise.h>
#include <gradus/autograd/kernels/kernels.h>
#include <cstring>

namespace gradus {

// Comparisons have bool results, which have no derivative: they are never recorded.
Tensor eq(const Tensor& a, const Tensor& b) { return kernels::eq(a, b); }
Tensor ne(const Tensor& a, const Tensor& b) { return kernels::ne(a, b); }
Tensor lt(const Tensor& a, const Tensor& b) { return kernels::lt(a, b); }
Tensor le(const Tensor& a, const Tensor& b) { return kernels::le(a, b); }
Tensor gt(const Tensor& a, const Tensor& b) { return kernels::lt(b, a); }
Tensor ge(const Tensor& a, const Tensor& b) { return kernels::le(b, a); }
Tensor logical_and(const Tensor& a, const Tensor& b) { return kernels::logical_and(a, b); }
Tensor logical_or(const Tensor& a, const Tensor& b) { return kernels::logical_or(a, b); }
Tensor logical_xor(const Tensor& a, const Tensor& b) { return kernels::logical_xor(a, b); }
Tensor logical_not(const Tensor& x) { return kernels::logical_not(x); }
Tensor operator&(const Tensor& a, const Tensor& b) { return kernels::bitwise_and(a, b); }
Tensor operator|(const Tensor& a, const Tensor& b) { return kernels::bitwise_or(a, b); }
Tensor operator^(const Tensor& a, const Tensor& b) { return kernels::bitwise_xor(a, b); }
Tensor Tensor::operator~() const { return kernels::bitwise_not(*this); }
Tensor isnan(const Tensor& x) { return kernels::isnan(x); }
Tensor isinf(const Tensor& x) { return kernels::isinf(x); }
Tensor isfinite(const Tensor& x) { return kernels::isfinite(x); }

static bool all_true(const Tensor& mask) {  // a fresh, contiguous mask
  return mask.numel() == 0 || !std::memchr(mask.impl()->data, 0, static_cast<size_t>(mask.numel()));
}

bool equal(const Tensor& a, const Tensor& b) { return a.sizes() == b.sizes() && all_true(kernels::eq(a, b)); }

Tensor isclose(const Tensor& a, const Tensor& b, CloseOptions options) {
  GRADUS_CHECK(a.dtype() == b.dtype(), "{} did not match {}: convert one of the tensors with .to(dtype)",
               type_name(a.dtype()), type_name(b.dtype()));
  GRADUS_CHECK(options.rtol >= 0, "rtol must be greater than or equal to zero, but got {}", options.rtol);
  GRADUS_CHECK(options.atol >= 0, "atol must be greater than or equal to zero, but got {}", options.atol);
  return kernels::isclose(a, b, options.rtol, options.atol, options.equal_nan);
}

bool allclose(const Tensor& a, const Tensor& b, CloseOptions options) { return all_true(isclose(a, b, options)); }

bool Tensor::equal(const Tensor& other) const { return gradus::equal(*this, other); }
bool Tensor::allclose(const Tensor& other, CloseOptions options) const {
  return gradus::allclose(*this, other, options);
}
Tensor Tensor::isnan() const { return gradus::isnan(*this); }
Tensor Tensor::isinf() const { return gradus::isinf(*this); }
Tensor Tensor::isfinite() const { return gradus::isfinite(*this); }
Tensor Tensor::eq(const Tensor& other) const { return gradus::eq(*this, other); }
Tensor Tensor::ne(const Tensor& other) const { return gradus::ne(*this, other); }
Tensor Tensor::lt(const Tensor& other) const { return gradus::lt(*this, other); }
Tensor Tensor::le(const Tensor& other) const { return gradus::le(*this, other); }
Tensor Tensor::gt(const Tensor& other) const { return gradus::gt(*this, other); }
Tensor Tensor::ge(const Tensor& other) const { return gradus::ge(*this, other); }
Tensor Tensor::eq(Scalar other) const { return gradus::eq(*this, scalar_like(*this, other)); }
Tensor Tensor::ne(Scalar other) const { return gradus::ne(*this, scalar_like(*this, other)); }
Tensor Tensor::lt(Scalar other) const { return gradus::lt(*this, scalar_like(*this, other)); }
Tensor Tensor::le(Scalar other) const { return gradus::le(*this, scalar_like(*this, other)); }
Tensor Tensor::gt(Scalar other) const { return gradus::gt(*this, scalar_like(*this, other)); }
Tensor Tensor::ge(Scalar other) const { return gradus::ge(*this, scalar_like(*this, other)); }
Tensor Tensor::logical_and(const Tensor& other) const { return gradus::logical_and(*this, other); }
Tensor Tensor::logical_or(const Tensor& other) const { return gradus::logical_or(*this, other); }
Tensor Tensor::logical_xor(const Tensor& other) const { return gradus::logical_xor(*this, other); }
Tensor Tensor::logical_not() const { return gradus::logical_not(*this); }

}  // namespace gradus
