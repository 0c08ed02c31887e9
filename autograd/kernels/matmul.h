#pragma once
// Products of matrices and vectors, on the CBLAS that xtensor-blas declares. Transposed views and row slices are read
// where they lie: their strides become BLAS's flags and leading dimensions.
#include <gradus/autograd/tensor.h>

namespace gradus::kernels {

// Shapes and dtypes have been checked by the ops. Each returns a new contiguous tensor. A product over no elements is
// 0.

/// (M, K) x (K, N) -> (M, N).
Tensor mm(const Tensor& a, const Tensor& b);
/// beta x + alpha mat1 mat2 for x that broadcasts to (M, N). With beta 0, x is not read.
Tensor addmm(const Tensor& x, const Tensor& mat1, const Tensor& mat2, Scalar beta, Scalar alpha);
/// (B, M, K) x (B, K, N) -> (B, M, N).
Tensor bmm(const Tensor& a, const Tensor& b);
/// (M, K) x (K) -> (M).
Tensor mv(const Tensor& matrix, const Tensor& vector);
/// (K) x (K) -> ().
Tensor dot(const Tensor& a, const Tensor& b);

/// x W^T + b: x (..., in), W (out, in), b (out) or undefined -> (..., out).
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);
/// dx = g W: g (..., out), W (out, in) -> (..., in).
Tensor linear_input_gradient(const Tensor& g, const Tensor& weight);
/// dW = g^T x: g (..., out), x (..., in) -> (out, in).
Tensor linear_weight_gradient(const Tensor& g, const Tensor& x);
/// db = g summed over all but the last dimension: g (..., out) -> (out).
Tensor linear_bias_gradient(const Tensor& g);

}  // namespace gradus::kernels
