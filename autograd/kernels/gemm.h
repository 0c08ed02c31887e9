#pragma once
// The matrix product on bare memory, and the choice of who computes it.
#include <cstdint>

namespace gradus::kernels {

/// A matrix as it lies in memory.
template <class T>
struct Matrix {
  const T* data;
  int64_t rows, columns, row_stride, column_stride;

  Matrix transposed() const { return {data, columns, rows, column_stride, row_stride}; }
  /// True if BLAS can read it: one of the strides is 1, and rows (or columns) do not overlap.
  bool is_blas_operand() const {
    const auto lies_in_rows = [](int64_t r, int64_t c, int64_t stride, int64_t inner) {
      return (c <= 1 || inner == 1) && (r <= 1 || stride >= (c > 1 ? c : 1));
    };
    return lies_in_rows(rows, columns, row_stride, column_stride) ||
           lies_in_rows(columns, rows, column_stride, row_stride);
  }
};

/// C = alpha A B + beta C for A (M, K), B (K, N) and a contiguous C (M, N). With beta 0, C is not read. float and
/// double take BLAS operands only; int64 takes any strides. Returns how many threads computed it, each a range of rows.
template <class T>
int gemm(const Matrix<T>& a, const Matrix<T>& b, T* c, T alpha = 1, T beta = 0);

extern template int gemm(const Matrix<float>&, const Matrix<float>&, float*, float, float);
extern template int gemm(const Matrix<double>&, const Matrix<double>&, double*, double, double);
extern template int gemm(const Matrix<int64_t>&, const Matrix<int64_t>&, int64_t*, int64_t, int64_t);

}  // namespace gradus::kernels
