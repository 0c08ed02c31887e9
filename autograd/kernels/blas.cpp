#include <gradus/autograd/check.h>
#include <gradus/autograd/kernels/blas.h>
#include <xflens/cxxblas/drivers/cblas.h>
#include <algorithm>
#include <limits>
#include <string_view>
#include <type_traits>

extern "C" {
void openblas_set_num_threads(int count);
char* openblas_get_corename();
}

namespace gradus::kernels {
namespace {

int blas_int(int64_t size) {
  GRADUS_CHECK(size <= std::numeric_limits<int>::max(),
               "matmul: a dimension or stride of {} is more than BLAS can count", size);
  return static_cast<int>(size);
}

// OpenBLAS stays on the thread that calls it; gemm itself is what is split (docs/adr/0008-threads.md).
void prepare_blas() { [[maybe_unused]] static const bool done = (openblas_set_num_threads(1), true); }

struct BlasOperand {
  CBLAS_TRANSPOSE transpose;
  int leading_dimension;
};

template <class T>
BlasOperand blas_operand(const Matrix<T>& x) {
  const bool in_rows =
      (x.columns <= 1 || x.column_stride == 1) && (x.rows <= 1 || x.row_stride >= std::max<int64_t>(x.columns, 1));
  if (in_rows) return {CblasNoTrans, blas_int(std::max<int64_t>({1, x.columns, x.rows > 1 ? x.row_stride : 1}))};
  return {CblasTrans, blas_int(std::max<int64_t>({1, x.rows, x.columns > 1 ? x.column_stride : 1}))};
}

}  // namespace

bool openblas_has_avx512() {
  static const std::string_view core = openblas_get_corename();
  return core == "SkylakeX" || core == "Cooperlake" || core == "SapphireRapids";
}

template <class T>
void scale(int64_t count, T beta, T* c) {
  if (beta == T(1)) return;
  if (beta == T(0)) {
    std::fill_n(c, count, T(0));
  } else {
    for (int64_t i = 0; i < count; ++i) c[i] *= beta;
  }
}

template <class T>
void blas_gemm(const Matrix<T>& a, const Matrix<T>& b, T* c, int64_t leading, T alpha, T beta) {
  prepare_blas();
  const auto [a_transpose, a_leading] = blas_operand(a);
  const auto [b_transpose, b_leading] = blas_operand(b);
  const int m = blas_int(a.rows), n = blas_int(b.columns), k = blas_int(a.columns), c_leading = blas_int(leading);
  if constexpr (std::is_same_v<T, float>) {
    cblas_sgemm(CblasRowMajor, a_transpose, b_transpose, m, n, k, alpha, a.data, a_leading, b.data, b_leading, beta, c,
                c_leading);
  } else {
    cblas_dgemm(CblasRowMajor, a_transpose, b_transpose, m, n, k, alpha, a.data, a_leading, b.data, b_leading, beta, c,
                c_leading);
  }
}

template <class T>
void blas_gemv(const Matrix<T>& a, const T* x, int64_t x_stride, T* y, T alpha, T beta) {
  prepare_blas();
  scale(a.rows, beta, y);  // so that BLAS never multiplies what was in y by 0: that would keep NaN
  const auto [transpose, leading] = blas_operand(a);
  const bool in_rows = transpose == CblasNoTrans;
  const int rows = blas_int(in_rows ? a.rows : a.columns), columns = blas_int(in_rows ? a.columns : a.rows);
  const int step = blas_int(x_stride);
  if constexpr (std::is_same_v<T, float>) {
    cblas_sgemv(CblasRowMajor, transpose, rows, columns, alpha, a.data, leading, x, step, 1, y, 1);
  } else {
    cblas_dgemv(CblasRowMajor, transpose, rows, columns, alpha, a.data, leading, x, step, 1, y, 1);
  }
}

template <class T>
T dot(int64_t count, const T* x, int64_t x_stride, const T* y, int64_t y_stride) {
  if constexpr (std::is_same_v<T, float>) {
    prepare_blas();
    return cblas_sdot(blas_int(count), x, blas_int(x_stride), y, blas_int(y_stride));
  } else if constexpr (std::is_same_v<T, double>) {
    prepare_blas();
    return cblas_ddot(blas_int(count), x, blas_int(x_stride), y, blas_int(y_stride));
  } else {
    T sum = 0;
    for (int64_t i = 0; i < count; ++i) sum += x[i * x_stride] * y[i * y_stride];
    return sum;
  }
}

template void scale(int64_t, float, float*);
template void scale(int64_t, double, double*);
template void scale(int64_t, int64_t, int64_t*);
template void blas_gemm(const Matrix<float>&, const Matrix<float>&, float*, int64_t, float, float);
template void blas_gemm(const Matrix<double>&, const Matrix<double>&, double*, int64_t, double, double);
template void blas_gemv(const Matrix<float>&, const float*, int64_t, float*, float, float);
template void blas_gemv(const Matrix<double>&, const double*, int64_t, double*, double, double);
template float dot(int64_t, const float*, int64_t, const float*, int64_t);
template double dot(int64_t, const double*, int64_t, const double*, int64_t);
template int64_t dot(int64_t, const int64_t*, int64_t, const int64_t*, int64_t);

}  // namespace gradus::kernels
