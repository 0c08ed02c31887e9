#pragma once
// What OpenBLAS computes. It stays on the thread that calls it; gemm is what is split (docs/adr/0008-threads.md).
#include <gradus/autograd/kernels/gemm.h>

namespace gradus::kernels {

/// True if OpenBLAS has chosen kernels for AVX-512. Its version 0.3.21 takes a processor it does not know for a
/// Haswell.
bool openblas_has_avx512();

/// C = alpha A B + beta C for BLAS operands; a row of C begins `leading` elements after the one before.
template <class T>
void blas_gemm(const Matrix<T>& a, const Matrix<T>& b, T* c, int64_t leading, T alpha, T beta);

/// y = alpha A x + beta y for a BLAS operand A. With beta 0, y is not read.
template <class T>
void blas_gemv(const Matrix<T>& a, const T* x, int64_t x_stride, T* y, T alpha, T beta);

/// The sum of x[i] y[i]; strides at least 1.
template <class T>
T dot(int64_t count, const T* x, int64_t x_stride, const T* y, int64_t y_stride);

/// c = beta c. With beta 0, c is not read.
template <class T>
void scale(int64_t count, T beta, T* c);

}  // namespace gradus::kernels
