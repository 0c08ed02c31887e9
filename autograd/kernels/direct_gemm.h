#pragma once
// The matrix product on SIMD registers, for matrices as large as a layer's (docs/adr/0011-matrix-products.md).
//
//   C = A B, a tile of C at a time: 6 rows by 4 registers of columns stay in registers while k runs over a column of
//   A and a row of B, and each step adds an outer product to them:  c[r][v] += A[r][k] * B[k][v].
//
// A row of B is read where it lies; a B whose columns are contiguous (x W^T, the layer's forward) is turned round a
// tile at a time, or, for a few rows of A, multiplied by as many dot products.
#include <gradus/autograd/kernels/gemm.h>

namespace gradus::kernels {

/// True if this build's registers are as wide as those of the kernels OpenBLAS has chosen: then direct_gemm is as fast
/// as its gemm or faster.
bool direct_gemm_is_faster();

/// As gemm, for any strides; a row of C begins `leading` elements after the one before.
template <class T>
void direct_gemm(const Matrix<T>& a, const Matrix<T>& b, T* c, int64_t leading, T alpha, T beta);

extern template void direct_gemm(const Matrix<float>&, const Matrix<float>&, float*, int64_t, float, float);
extern template void direct_gemm(const Matrix<double>&, const Matrix<double>&, double*, int64_t, double, double);

}  // namespace gradus::kernels
