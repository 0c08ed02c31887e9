#include <gradus/autograd/check.h>
#include <gradus/autograd/kernels/blas.h>
#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/gemm.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/matmul.h>
#include <algorithm>

namespace gradus::kernels {
namespace {

// As dispatch, for products: floating point and int64.
template <class F>
void dispatch_product(const Tensor& x, const char* op, F f) {
  GRADUS_CHECK(x.dtype() != kBool, "{}: undefined for dtype bool: convert with .to(kFloat32) or .to(kInt64) first", op);
  if (x.dtype() == kInt64) return f(int64_t{});
  dispatch_floating(x.dtype(), op, f);
}

// The last two dimensions of x as a matrix, at its first element.
template <class T>
Matrix<T> as_matrix(const Tensor& x) {
  const auto sizes = x.sizes(), strides = x.strides();
  const size_t last = sizes.size() - 1;
  return {x.data_ptr<T>(), sizes[last - 1], sizes[last], strides[last - 1], strides[last]};
}

int64_t rows_of(const Tensor& x) {
  int64_t rows = 1;
  for (const int64_t size : x.sizes().first(x.sizes().size() - 1)) rows *= size;
  return rows;
}

// All dimensions but the last as the rows of a matrix; x is contiguous or has two dimensions.
template <class T>
Matrix<T> as_rows(const Tensor& x) {
  if (x.dim() == 2) return as_matrix<T>(x);
  return {x.data_ptr<T>(), rows_of(x), x.size(-1), x.size(-1), 1};
}

// x if BLAS can read its last two dimensions where they lie, otherwise a contiguous copy.
Tensor readable(const Tensor& x) {
  const auto sizes = x.sizes(), strides = x.strides();
  const size_t last = sizes.size() - 1;
  const Matrix<char> shape{nullptr, sizes[last - 1], sizes[last], strides[last - 1], strides[last]};
  return shape.is_blas_operand() ? x : contiguous(x);
}

Tensor readable_rows(const Tensor& x) { return x.dim() == 2 ? readable(x) : contiguous(x); }

Tensor readable_vector(const Tensor& x) { return x.size(0) <= 1 || x.stride(0) >= 1 ? x : contiguous(x); }

int64_t step_of(const Tensor& vector) { return std::max<int64_t>(vector.stride(0), 1); }

template <class T>
Matrix<T> as_column(const Tensor& x) {
  return {x.data_ptr<T>(), x.size(0), 1, step_of(x), 1};
}

Dims with_last(const Tensor& x, int64_t size) {
  Dims sizes(x.sizes().begin(), x.sizes().end());
  sizes.back() = size;
  return sizes;
}

}  // namespace

Tensor mm(const Tensor& a, const Tensor& b) {
  const Tensor left = readable(a), right = readable(b);
  Tensor out = empty({a.size(0), b.size(1)}, a.dtype());
  dispatch_product(a, "mm", [&]<class T>(T) {
    out.impl()->parts = gemm(as_matrix<T>(left), as_matrix<T>(right), out.data_ptr<T>());
  });
  return out;
}

Tensor addmm(const Tensor& x, const Tensor& mat1, const Tensor& mat2, Scalar beta, Scalar alpha) {
  const Tensor left = readable(mat1), right = readable(mat2);
  Tensor out = empty({mat1.size(0), mat2.size(1)}, mat1.dtype());
  dispatch_product(mat1, "addmm", [&]<class T>(T) {
    const T x_factor = beta.to<T>();
    if (x_factor != T(0)) copy(out, x);
    out.impl()->parts = gemm(as_matrix<T>(left), as_matrix<T>(right), out.data_ptr<T>(), alpha.to<T>(), x_factor);
  });
  return out;
}

Tensor bmm(const Tensor& a, const Tensor& b) {
  const Tensor left = readable(a), right = readable(b);
  Tensor out = empty({a.size(0), a.size(1), b.size(2)}, a.dtype());
  dispatch_product(a, "bmm", [&]<class T>(T) {
    Matrix<T> left_matrix = as_matrix<T>(left), right_matrix = as_matrix<T>(right);
    T* result = out.data_ptr<T>();
    for (int64_t i = 0; i < a.size(0); ++i) {
      gemm(left_matrix, right_matrix, result);
      left_matrix.data += left.stride(0);
      right_matrix.data += right.stride(0);
      result += out.stride(0);
    }
  });
  return out;
}

Tensor mv(const Tensor& matrix, const Tensor& vector) {
  const Tensor left = readable(matrix), right = readable_vector(vector);
  Tensor out = empty({matrix.size(0)}, matrix.dtype());
  dispatch_product(matrix, "mv", [&]<class T>(T) { gemm(as_matrix<T>(left), as_column<T>(right), out.data_ptr<T>()); });
  return out;
}

Tensor dot(const Tensor& a, const Tensor& b) {
  const Tensor left = readable_vector(a), right = readable_vector(b);
  Tensor out = empty({}, a.dtype());
  dispatch_product(a, "dot", [&]<class T>(T) {
    *out.data_ptr<T>() = dot(a.size(0), left.data_ptr<T>(), step_of(left), right.data_ptr<T>(), step_of(right));
  });
  return out;
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const Tensor input = readable_rows(x), w = readable(weight);
  const int64_t rows = rows_of(x), columns = weight.size(0);
  Tensor out = empty(with_last(x, columns), x.dtype());
  dispatch_product(x, "linear", [&]<class T>(T) {
    T* result = out.data_ptr<T>();
    if (bias.defined()) {  // the product is added to the bias
      const Tensor b = contiguous(bias);
      for (int64_t i = 0; i < rows; ++i) std::copy_n(b.data_ptr<T>(), columns, result + i * columns);
    }
    out.impl()->parts = gemm(as_rows<T>(input), as_matrix<T>(w).transposed(), result, T(1), T(bias.defined() ? 1 : 0));
  });
  return out;
}

Tensor linear_input_gradient(const Tensor& g, const Tensor& weight) {
  const Tensor gradient = readable_rows(g), w = readable(weight);
  Tensor out = empty(with_last(g, weight.size(1)), g.dtype());
  dispatch_product(g, "linear", [&]<class T>(T) {
    out.impl()->parts = gemm(as_rows<T>(gradient), as_matrix<T>(w), out.data_ptr<T>());
  });
  return out;
}

Tensor linear_weight_gradient(const Tensor& g, const Tensor& x) {
  const Tensor gradient = readable_rows(g), input = readable_rows(x);
  Tensor out = empty({g.size(-1), x.size(-1)}, g.dtype());
  dispatch_product(g, "linear", [&]<class T>(T) {
    out.impl()->parts = gemm(as_rows<T>(gradient).transposed(), as_rows<T>(input), out.data_ptr<T>());
  });
  return out;
}

Tensor linear_bias_gradient(const Tensor& g) {
  const Tensor gradient = contiguous(g);
  const int64_t rows = rows_of(g), columns = g.size(-1);
  Tensor out = empty({columns}, g.dtype());
  dispatch_product(g, "linear", [&]<class T>(T) {
    T* sum = out.data_ptr<T>();
    const T* row = gradient.data_ptr<T>();
    if (rows == 0) return static_cast<void>(std::fill_n(sum, columns, T(0)));
    std::copy_n(row, columns, sum);
    for (int64_t i = 1; i < rows; ++i) {
      row += columns;
#pragma omp simd
      for (int64_t j = 0; j < columns; ++j) sum[j] += row[j];
    }
  });
  return out;
}

}  // namespace gradus::kernels
