#pragma once
// The raw computations behind the ops: no graph, no history. Each returns a new contiguous tensor, or writes to `out`
// where one is given with the result's shape and dtype. Inputs may have any strides.
#include <gradus/autograd/tensor.h>

namespace gradus::kernels {

// -- memory: kernels/memory.cpp -----------------------------------------------------------------------------------
/// A tensor on its own contiguous memory, not cleared, without history.
Tensor empty(IntArrayRef sizes, Dtype dtype);
/// As above with x's sizes; shares x's layout where that is contiguous.
Tensor empty_like(const Tensor& x, Dtype dtype);
inline Tensor empty_like(const Tensor& x) { return empty_like(x, x.dtype()); }
/// `out` if it is defined, contiguous and has these sizes and this dtype; otherwise a new tensor.
Tensor empty_or(const Tensor& out, IntArrayRef sizes, Dtype dtype);
/// A tensor on x's storage with other sizes and strides; `offset` in elements from x's first element. No history.
Tensor alias(const Tensor& x, Ptr<const Layout> layout, int64_t offset = 0);
/// A second handle object on the same numbers and layout. No history.
Tensor alias(const Tensor& x);

// -- copies: kernels/copy.cpp -------------------------------------------------------------------------------------
/// Copies source, broadcast and converted, into destination (any strides).
void copy(Tensor& destination, const Tensor& source);
/// x itself if contiguous, otherwise a contiguous copy.
Tensor contiguous(const Tensor& x);
/// A contiguous copy of x.
Tensor clone(const Tensor& x);
/// x converted (x itself if it has the dtype already).
Tensor to(const Tensor& x, Dtype dtype);
/// Sets every element (any strides).
void fill(Tensor& x, Scalar value);

}  // namespace gradus::kernels
