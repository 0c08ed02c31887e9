#include <gradus/autograd/kernels/blas.h>
#include <gradus/autograd/kernels/direct_gemm.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace gradus::kernels {
namespace {

constexpr int64_t kGap = 3;  // elements between the rows (or columns) of an operand, and between the rows of C

template <class T>
struct Stored {
  std::vector<T> numbers;
  Matrix<T> matrix;
};

/// A random matrix whose rows, or columns, are contiguous with a gap between them; in the gap stands NaN.
template <class T>
Stored<T> random_matrix(int64_t rows, int64_t columns, bool in_rows, std::mt19937& generator) {
  std::uniform_real_distribution<T> uniform(-1, 1);
  const int64_t runs = in_rows ? rows : columns, length = in_rows ? columns : rows;
  std::vector<T> numbers;
  for (int64_t i = 0; i < runs; ++i) {
    for (int64_t j = 0; j < length; ++j) numbers.push_back(uniform(generator));
    if (i + 1 < runs) numbers.insert(numbers.end(), kGap, std::numeric_limits<T>::quiet_NaN());
  }
  Stored<T> stored{std::move(numbers), {}};
  const int64_t stride = length + kGap;
  stored.matrix = {stored.numbers.data(), rows, columns, in_rows ? stride : 1, in_rows ? 1 : stride};
  return stored;
}

template <class T, class Product>
void expect_product(Product product, const Matrix<T>& a, const Matrix<T>& b, T alpha, T beta) {
  const int64_t m = a.rows, n = b.columns, leading = n + kGap;
  const T unread = beta == 0 ? std::numeric_limits<T>::quiet_NaN() : T(0.5), outside = T(-7);
  std::vector<T> c(static_cast<size_t>(m * leading), outside);
  for (int64_t i = 0; i < m; ++i) std::fill_n(c.begin() + i * leading, n, unread);
  product(a, b, c.data(), leading, alpha, beta);
  const double tolerance = (static_cast<double>(a.columns) + 2) * std::numeric_limits<T>::epsilon();
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < leading; ++j) {
      const double found = c[static_cast<size_t>(i * leading + j)];
      if (j >= n) {
        ASSERT_EQ(found, outside) << "behind row " << i;
        continue;
      }
      double sum = 0;
      for (int64_t k = 0; k < a.columns; ++k) {
        sum += double{a.data[i * a.row_stride + k * a.column_stride]} * b.data[k * b.row_stride + j * b.column_stride];
      }
      ASSERT_NEAR(found, alpha * sum + (beta == 0 ? 0 : beta * 0.5), tolerance)
          << "[" << m << ", " << a.columns << "] x [" << a.columns << ", " << n << "] at " << i << ", " << j;
    }
  }
}

/// Rows and columns around the sizes of tiles and registers, depths around those of registers and of one go.
template <class T, class Product>
void expect_products(Product product) {
  std::mt19937 generator(1);
  for (const int64_t m : {1, 2, 3, 4, 5, 6, 7, 8, 15, 38}) {
    for (const int64_t n : {1, 2, 7, 10, 16, 17, 40, 64, 72, 131}) {
      for (const int64_t k : {1, 3, 8, 16, 19, 59, 1030}) {
        for (const int layout : {0, 1, 2, 3}) {
          const Stored<T> a = random_matrix<T>(m, k, (layout & 1) != 0, generator);
          const Stored<T> b = random_matrix<T>(k, n, (layout & 2) != 0, generator);
          expect_product(product, a.matrix, b.matrix, T(1), T(0));
          if (k < 60) expect_product(product, a.matrix, b.matrix, T(0.25), T(k % 2 == 0 ? 1 : -2));
          if (testing::Test::HasFatalFailure()) return;
        }
      }
    }
  }
}

TEST(DirectGemm, MultipliesAnyShapeAndLayout) {
  expect_products<float>(direct_gemm<float>);
  expect_products<double>(direct_gemm<double>);
}

TEST(BlasGemm, MultipliesAnyShapeAndLayout) {
  expect_products<float>(blas_gemm<float>);
  expect_products<double>(blas_gemm<double>);
}

// So many rows that the columns of B are turned round first.
TEST(DirectGemm, TurnsColumnsRoundForManyRows) {
  std::mt19937 generator(3);
  for (const int64_t n : {1, 15, 40, 72, 131}) {
    for (const int64_t k : {3, 19, 1030}) {
      const Stored<float> a = random_matrix<float>(131, k, true, generator);
      const Stored<float> b = random_matrix<float>(k, n, false, generator);
      expect_product(direct_gemm<float>, a.matrix, b.matrix, 1.F, 0.F);
      expect_product(direct_gemm<float>, a.matrix, b.matrix, 0.5F, -2.F);
    }
  }
}

// Rows in place beyond the size up to which they are read where they lie.
TEST(DirectGemm, CopiesRowsThatLieFarApart) {
  std::mt19937 generator(2);
  const Stored<float> a = random_matrix<float>(9, 200, true, generator);
  const Stored<float> b = random_matrix<float>(200, 1500, true, generator);
  expect_product(direct_gemm<float>, a.matrix, b.matrix, 1.F, 0.F);
}

TEST(DirectGemm, KeepsNotANumberWhereItBelongs) {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> a(20 * 40, 1), b(40 * 70, 1), c(20 * 70);
  a[3 * 40 + 39] = kNaN;
  b[69] = std::numeric_limits<float>::infinity();
  for (const bool in_rows : {true, false}) {
    if (!in_rows) std::swap(b[69], b[69 * 40]);  // the same matrix by columns
    direct_gemm({a.data(), 20, 40, 40, 1},
                in_rows ? Matrix<float>{b.data(), 40, 70, 70, 1} : Matrix<float>{b.data(), 40, 70, 1, 40}, c.data(), 70,
                1.F, 0.F);
    for (int64_t i = 0; i < 20; ++i) {
      for (int64_t j = 0; j < 70; ++j) {
        const float value = c[static_cast<size_t>(i * 70 + j)];
        if (i == 3) {
          EXPECT_TRUE(std::isnan(value));
        } else {
          EXPECT_EQ(value, j == 69 ? std::numeric_limits<float>::infinity() : 40.F);
        }
      }
    }
  }
}

TEST(BlasGemv, ScalesAndDoesNotReadWhatBetaZeroForgets) {
  const std::vector<float> a = {1, 2, 3, 4, 5, 6}, x = {1, 0, -1};
  std::vector<float> y(2, std::numeric_limits<float>::quiet_NaN());
  blas_gemv({a.data(), 2, 3, 3, 1}, x.data(), 1, y.data(), 2.F, 0.F);
  EXPECT_EQ(y, (std::vector<float>{-4, -4}));
  blas_gemv({a.data(), 2, 3, 3, 1}, x.data(), 1, y.data(), 1.F, 0.5F);
  EXPECT_EQ(y, (std::vector<float>{-4, -4}));
}

TEST(Dot, TakesStrides) {
  const std::vector<float> x = {1, 9, 2, 9, 3}, y = {4, 5, 6};
  EXPECT_EQ(dot(3, x.data(), 2, y.data(), 1), 32.F);
  const std::vector<int64_t> integers = {int64_t{1} << 60, 3};
  EXPECT_EQ(dot(2, integers.data(), 1, integers.data() + 1, 0), 3 * ((int64_t{1} << 60) + 3));
}

}  // namespace
}  // namespace gradus::kernels
