// Where the largest or smallest element stands.
#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/reduce.h>
#include <gradus/autograd/kernels/simd.h>

namespace gradus::kernels {
namespace {

// The first i with x[i] == value, or both NaN: there is one.
template <class T>
int64_t find(const T* x, T value) {
  int64_t i = 0;
  while (x[i] != value && !(value != value && x[i] != x[i])) ++i;
  return i;
}

template <class T, class Better>
std::pair<int64_t, T> row_extreme(const T* x, int64_t n, Better better) {
  if constexpr (std::is_floating_point_v<T>) {
    const T value = fold_batches<T>(
        n, x[0], better, [](const auto& v) { return v; }, x);
    int64_t i = 0;
    if (value == value) {
      while (i + kLanes<T> < n && !xsimd::any(load(x + i) == Batch<T>(value))) i += kLanes<T>;
    }
    return {i + find(x + i, value), value};
  } else {
    int64_t best = 0;
    for (int64_t i = 1; i < n; ++i) {
      if (x[i] != x[best] && better(x[i], x[best]) == x[i]) best = i;
    }
    return {best, x[best]};
  }
}

// Columns: for each j < inner the extreme over i of x[i * inner + j].
template <class T, class Better>
void column_extremes(const T* x, int64_t n, int64_t inner, Better better, int64_t* index, T* value) {
  for (int64_t j = 0; j < inner; ++j) {
    value[j] = x[j];
    index[j] = 0;
  }
  for (int64_t i = 1; i < n; ++i) {
    const T* row = x + i * inner;
#pragma omp simd
    for (int64_t j = 0; j < inner; ++j) {
      const T best = better(value[j], row[j]);
      const bool found = best != value[j] && value[j] == value[j];  // the first NaN stays
      index[j] = found ? i : index[j];
      value[j] = best;
    }
  }
}

template <class Better>
Tensor along(const Tensor& x, int64_t dim, bool keepdim, Tensor* values, Better better) {
  DimSet dims;
  if (x.dim() > 0) dims[static_cast<size_t>(dim)] = true;
  const Slices s = *slices(x, dims);  // one dimension alone has always neighbours only
  const Dims sizes = reduced_sizes(x.sizes(), dims, keepdim);
  const Tensor index = empty(sizes, kInt64), value = empty(sizes, x.dtype());
  dispatch(x.dtype(), [&]<class T>(T) {
    const T* from = s.x.data_ptr<T>();
    auto* index_to = index.data_ptr<int64_t>();
    T* value_to = value.data_ptr<T>();
    for (int64_t o = 0; o < s.outer; ++o, from += s.n * s.inner) {
      if (s.inner == 1) {
        std::tie(index_to[o], value_to[o]) = row_extreme(from, s.n, better);
      } else {
        column_extremes(from, s.n, s.inner, better, index_to + o * s.inner, value_to + o * s.inner);
      }
    }
  });
  if (values) *values = value;
  return index;
}

}  // namespace

Tensor arg_extreme(const Tensor& x, int64_t dim, bool keepdim, bool largest, Tensor* values) {
  return largest ? along(x, dim, keepdim, values, Larger()) : along(x, dim, keepdim, values, Smaller());
}

}  // namespace gradus::kernels
