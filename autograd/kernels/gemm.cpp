#include <gradus/autograd/kernels/blas.h>
#include <gradus/autograd/kernels/direct_gemm.h>
#include <gradus/autograd/kernels/gemm.h>
#include <gradus/autograd/kernels/parallel.h>
#include <algorithm>
#include <type_traits>

namespace gradus::kernels {
namespace {

// Up to these sizes a product made of simple parts beats gemm. BLAS's packs its operands first, except that on cores
// with AVX-512 OpenBLAS skips the packing for small matrices; direct_gemm packs nothing and takes rows several at a
// time, so that only outer products are better added up here. Measured on the tutorial's layers (784-200-10).
struct Crossover {
  int64_t rows;            // (M, K) x (K, N) as M products of a row with the matrix
  int64_t outer_products;  // as K outer products, added up while C is written once
};
constexpr int kMostOuterProducts = 8;

Crossover crossover() {
  static const Crossover measured = [] {
    if (direct_gemm_is_faster()) return Crossover{1, kMostOuterProducts};
    return openblas_has_avx512() ? Crossover{1, 2} : Crossover{4, 4};
  }();
  return measured;
}

template <class T>
bool takes_outer_products(const Matrix<T>& a, const Matrix<T>& b) {
  return a.columns <= crossover().outer_products && (b.columns == 1 || b.column_stride == 1);
}

// C = alpha A B + beta C for K columns of A; the rows of B are contiguous. One pass over C, which is not read first.
// A function of its own: inlined among the others, GCC 12 makes a slower loop of it.
template <int K, class T>
[[gnu::noinline]] void add_outer_products(const Matrix<T>& a, const Matrix<T>& b, T* c, int64_t leading, T alpha,
                                          T beta) {
  const int64_t columns = b.columns;
  for (int64_t i = 0; i < a.rows; ++i, c += leading) {
    T factor[K];
    const T* row[K];
    for (int k = 0; k < K; ++k) {
      factor[k] = alpha * a.data[i * a.row_stride + k * a.column_stride];
      row[k] = b.data + k * b.row_stride;
    }
    const auto value = [&](int64_t j) {
      T sum = factor[0] * row[0][j];
      for (int k = 1; k < K; ++k) sum += factor[k] * row[k][j];
      return sum;
    };
    if (beta == T(0)) {
#pragma omp simd
      for (int64_t j = 0; j < columns; ++j) c[j] = value(j);
    } else {
#pragma omp simd
      for (int64_t j = 0; j < columns; ++j) c[j] = beta * c[j] + value(j);
    }
  }
}

// The same for up to K columns of A.
template <int K = kMostOuterProducts, class T>
void add_few_outer_products(const Matrix<T>& a, const Matrix<T>& b, T* c, int64_t leading, T alpha, T beta) {
  if constexpr (K > 1) {
    if (a.columns < K) return add_few_outer_products<K - 1>(a, b, c, leading, alpha, beta);
  }
  add_outer_products<K>(a, b, c, leading, alpha, beta);
}

// C = alpha A B + beta C; a row of C begins `leading` elements after the one before.
template <class T>
void gemm_part(const Matrix<T>& a, const Matrix<T>& b, T* c, int64_t leading, T alpha, T beta) {
  if (takes_outer_products(a, b)) {
    add_few_outer_products(a, b, c, leading, alpha, beta);
  } else if (direct_gemm_is_faster()) {
    direct_gemm(a, b, c, leading, alpha, beta);
  } else {
    blas_gemm(a, b, c, leading, alpha, beta);
  }
}

// The same on several threads: each has some rows of C, or some columns if there are more of those. Two exceptions:
// - W^T in x W^T is split by columns if there are enough, even for many x: a thread turns only its part of W round.
// - A weight's gradient, g^T x, is split by rows if there are enough. These are the same rows of W, and the optimizer's
//   step is split alike: what a thread writes is in its own core's cache when it reads it.
template <class T>
int split_gemm(const Matrix<T>& a, const Matrix<T>& b, T* c, T alpha, T beta) {
  constexpr int64_t kFewestProducts = 250'000;    // multiplications that are worth a thread: some 5 us
  constexpr int64_t kFewest = 16, kMultiple = 8;  // rows or columns of a part
  constexpr int64_t kFewestTurned = 48;           // columns of a part for which all of A is read again
  const int64_t m = a.rows, n = b.columns, k = a.columns, threads = get_num_threads();
  const bool is_weight_gradient = a.row_stride == 1 && b.column_stride == 1;
  const bool turns_b = b.row_stride == 1 && n >= kFewestTurned * threads;
  const bool by_rows = is_weight_gradient ? (m >= n || m >= kFewest * threads) : (m >= n && !turns_b);
  const int64_t count = by_rows ? m : n, each = std::max<int64_t>(m * n * k / count, 1);
  const int64_t grain = std::max<int64_t>((kFewestProducts + each - 1) / each, kFewest);
  const auto part = [&](int64_t begin, int64_t end) {
    if (by_rows) {
      const Matrix<T> rows{a.data + begin * a.row_stride, end - begin, k, a.row_stride, a.column_stride};
      gemm_part(rows, b, c + begin * n, n, alpha, beta);
    } else {
      const Matrix<T> columns{b.data + begin * b.column_stride, k, end - begin, b.row_stride, b.column_stride};
      gemm_part(a, columns, c + begin, n, alpha, beta);
    }
  };
  const int parts = parallel_for(count, grain, part, kMultiple);
  return by_rows ? parts : 1;
}

// y = alpha A x + beta y.
template <class T>
void gemv(const Matrix<T>& a, const T* x, int64_t x_stride, T* y, T alpha, T beta) {
  if (direct_gemm_is_faster() && a.column_stride == 1 && x_stride == 1) {
    direct_gemm({x, 1, a.columns, a.columns, 1}, a.transposed(), y, a.rows, alpha, beta);
  } else {
    blas_gemv(a, x, x_stride, y, alpha, beta);
  }
}

// BLAS knows no integers.
void integer_gemm(const Matrix<int64_t>& a, const Matrix<int64_t>& b, int64_t* c, int64_t alpha, int64_t beta) {
  for (int64_t i = 0; i < a.rows; ++i) {
    for (int64_t k = 0; k < a.columns; ++k) {
      const int64_t factor = alpha * a.data[i * a.row_stride + k * a.column_stride];
      const int64_t* row = b.data + k * b.row_stride;
      for (int64_t j = 0; j < b.columns; ++j) {
        c[i * b.columns + j] = factor * row[j * b.column_stride] + (k == 0 ? beta : 1) * c[i * b.columns + j];
      }
    }
  }
}

}  // namespace

template <class T>
int gemm(const Matrix<T>& a, const Matrix<T>& b, T* c, T alpha, T beta) {
  const int64_t m = a.rows, n = b.columns, k = a.columns;
  if (m == 0 || n == 0) return 1;
  if (k == 0 || alpha == T(0)) {
    scale(m * n, beta, c);
  } else if constexpr (std::is_integral_v<T>) {
    if (beta == T(0)) std::fill_n(c, m * n, T(0));
    integer_gemm(a, b, c, alpha, beta);
  } else if (takes_outer_products(a, b)) {
    return split_gemm(a, b, c, alpha, beta);
  } else if (n == 1) {
    gemv(a, b.data, std::max<int64_t>(b.row_stride, 1), c, alpha, beta);
  } else if (m <= crossover().rows) {
    for (int64_t i = 0; i < m; ++i) {
      gemv(b.transposed(), a.data + i * a.row_stride, std::max<int64_t>(a.column_stride, 1), c + i * n, alpha, beta);
    }
  } else {
    return split_gemm(a, b, c, alpha, beta);
  }
  return 1;
}

template int gemm(const Matrix<float>&, const Matrix<float>&, float*, float, float);
template int gemm(const Matrix<double>&, const Matrix<double>&, double*, double, double);
template int gemm(const Matrix<int64_t>&, const Matrix<int64_t>&, int64_t*, int64_t, int64_t);

}  // namespace gradus::kernels
