// Each runs over rows of n contiguous numbers, or over tiles of neighbouring columns of n numbers each.
#include <gradus/autograd/kernels/ahead.h>
#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/log_sum_exp.h>
#include <gradus/autograd/kernels/reduce.h>
#include <gradus/autograd/kernels/softmax.h>

#include <array>
#include <tuple>

namespace gradus::kernels {
namespace {

constexpr int64_t kTile = 256;
constexpr int64_t kRowBlock =
    256;  // rows added up by themselves, so that a long column's sum does not round a row away

/// y = exp(x - max), a row of many if `far` (ahead.h); returns the sum, made of blocks as sum_batches makes it.
template <class T>
double exp_row(const T* x, int64_t n, T max, T* y, bool far) {
  constexpr int64_t kWidth = kLanes<T>;
  const Batch<T> shift(max);
  double sum = 0;
  for (int64_t first = 0; first < n; first += kSumBlock) {
    const int64_t end = std::min(first + kSumBlock, n);
    Batch<T> block(T(0));
    int64_t i = first;
    for (; i + kWidth <= end; i += kWidth) {
      const Batch<T> value = vector_math::exp(load(x + i) - shift);
      if (far) ask_ahead(y + i, x + i);
      value.store_unaligned(y + i);
      block = block + value;
    }
    if (i < end && end >= kWidth) {
      const Batch<T> value = vector_math::exp(load(x + end - kWidth) - shift);
      value.store_unaligned(y + end - kWidth);
      block = block + keep_last(end - i, value, T(0));
    } else if (i < end) {
      const Batch<T> value = vector_math::exp(load_part(x + i, end - i, max) - shift);
      store_part(value, end - i, y + i);
      block = block + keep_first(end - i, value, T(0));
    }
    sum += static_cast<double>(across_lanes(block, Add()));
  }
  return sum;
}

/// Short rows some at a time, step by step: within a row each step waits for the one before it, and meanwhile another
/// row's may go on.
template <class T>
void softmax_rows(const T* x, int64_t rows, int64_t n, T* y) {
  constexpr int64_t kRows = 8, kNumbers = 1024;
  const int64_t together = std::clamp<int64_t>(kNumbers / std::max<int64_t>(n, 1), 1, kRows);
  const bool far = is_far<T>(rows * n);
  std::array<T, kRows> max, scale;
  for (int64_t first = 0; first < rows; first += together) {
    const int64_t count = std::min(together, rows - first);
    const auto for_each = [&](auto step) {
      for (int64_t r = 0; r < count; ++r) step(static_cast<size_t>(r), (first + r) * n);
    };
    for_each([&](size_t r, int64_t at) { max[r] = row_max(x + at, n); });
    for_each([&](size_t r, int64_t at) { scale[r] = static_cast<T>(1 / exp_row(x + at, n, max[r], y + at, far)); });
    for_each([&](size_t r, int64_t at) {
      vector_row(
          n, y + at, [factor = Batch<T>(scale[r])](const auto& v) { return v * factor; }, y + at);
    });
  }
}

template <class T>
void log_softmax_rows(const T* x, int64_t rows, int64_t n, T* y) {
  for (const T* const end = x + rows * n; x != end; x += n, y += n) {
    const LogSumExp<T> row = log_sum_exp(x, n);
    const Batch<T> max(row.max), log_sum(row.log_sum);
    vector_row(
        n, y, [&](const auto& v) { return v - max - log_sum; }, x);
  }
}

template <class T>
void softmax_backward_rows(const T* g, const T* y, int64_t rows, int64_t n, T* out) {
  for (const T* const end = g + rows * n; g != end; g += n, y += n, out += n) {
    const double dot = sum_batches<T>(
        n, [](const auto& a, const auto& b) { return a * b; }, g, y);
    const Batch<T> total(static_cast<T>(dot));
    vector_row(
        n, out, [&](const auto& a, const auto& b) { return b * (a - total); }, g, y);
  }
}

template <class T>
void log_softmax_backward_rows(const T* g, const T* y, int64_t rows, int64_t n, T* out) {
  for (const T* const end = g + rows * n; g != end; g += n, y += n, out += n) {
    const Batch<T> total(static_cast<T>(sum_batches<T>(
        n, [](const auto& a) { return a; }, g)));
    vector_row(
        n, out, [&](const auto& a, const auto& b) { return a - vector_math::exp(b) * total; }, g, y);
  }
}

// The same for `width` <= kTile columns of n numbers, `stride` apart.
template <class T>
void column_max_and_sum(const T* x, int64_t n, int64_t stride, int64_t width, T* max, T* sum) {
  std::fill_n(max, width, -std::numeric_limits<T>::infinity());
  std::fill_n(sum, width, T(0));
  for (int64_t i = 0; i < n; ++i) vector_row(width, max, Larger(), max, x + i * stride);
  for (int64_t first = 0; first < n; first += kRowBlock) {
    T block[kTile] = {};
    for (int64_t i = first; i < std::min(first + kRowBlock, n); ++i) {
      vector_row(
          width, block, [](const auto& v, const auto& m, const auto& s) { return s + vector_math::exp(v - m); },
          x + i * stride, max, block);
    }
#pragma omp simd
    for (int64_t j = 0; j < width; ++j) sum[j] += block[j];
  }
}

template <class T>
void softmax_columns(const T* x, int64_t n, int64_t stride, int64_t width, T* y) {
  T max[kTile], scale[kTile];
  column_max_and_sum(x, n, stride, width, max, scale);
  for (int64_t j = 0; j < width; ++j) scale[j] = 1 / scale[j];
  for (int64_t i = 0; i < n; ++i) {
    vector_row(
        width, y + i * stride, [](const auto& v, const auto& m, const auto& s) { return vector_math::exp(v - m) * s; },
        x + i * stride, max, scale);
  }
}

template <class T>
void log_softmax_columns(const T* x, int64_t n, int64_t stride, int64_t width, T* y) {
  T max[kTile], log_sum[kTile];
  column_max_and_sum(x, n, stride, width, max, log_sum);
  vector_row(
      width, log_sum, [](const auto& s) { return vector_math::log(s); }, log_sum);
  for (int64_t i = 0; i < n; ++i) {
    vector_row(
        width, y + i * stride, [](const auto& v, const auto& m, const auto& s) { return v - m - s; }, x + i * stride,
        max, log_sum);
  }
}

template <class T>
void softmax_backward_columns(const T* g, const T* y, int64_t n, int64_t stride, int64_t width, T* out) {
  T dot[kTile] = {};
  for (int64_t i = 0; i < n; ++i) {
#pragma omp simd
    for (int64_t j = 0; j < width; ++j) dot[j] += g[i * stride + j] * y[i * stride + j];
  }
  for (int64_t i = 0; i < n; ++i) {
#pragma omp simd
    for (int64_t j = 0; j < width; ++j) out[i * stride + j] = y[i * stride + j] * (g[i * stride + j] - dot[j]);
  }
}

template <class T>
void log_softmax_backward_columns(const T* g, const T* y, int64_t n, int64_t stride, int64_t width, T* out) {
  T total[kTile] = {};
  for (int64_t i = 0; i < n; ++i) {
#pragma omp simd
    for (int64_t j = 0; j < width; ++j) total[j] += g[i * stride + j];
  }
  for (int64_t i = 0; i < n; ++i) {
    vector_row(
        width, out + i * stride,
        [](const auto& a, const auto& b, const auto& t) { return a - vector_math::exp(b) * t; }, g + i * stride,
        y + i * stride, total);
  }
}

// rows(inputs..., rows, n, out) or columns(inputs..., n, stride, width, out) for all slices along `dim` of tensors of
// one shape.
template <class Rows, class Columns, class... Inputs>
Tensor along(int64_t dim, std::string_view op, Rows rows, Columns columns, const Inputs&... inputs) {
  const Tensor& x = std::get<0>(std::tie(inputs...));
  const auto d = static_cast<size_t>(dim);
  const IntArrayRef sizes = x.sizes();
  const int64_t n = sizes.empty() ? 1 : sizes[d];
  int64_t outer = 1, inner = 1;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (i != d) (i < d ? outer : inner) *= sizes[i];
  }
  Tensor out = kernels::empty_like(x);
  dispatch_floating(x.dtype(), op, [&]<class T>(T) {
    T* const to = out.data_ptr<T>();
    if (inner == 1) return rows(inputs.template data_ptr<T>()..., outer, n, to);
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t first = 0; first < inner; first += kTile) {
        const int64_t at = o * n * inner + first;
        columns((inputs.template data_ptr<T>() + at)..., n, inner, std::min(kTile, inner - first), to + at);
      }
    }
  });
  return out;
}

}  // namespace

Tensor softmax(const Tensor& x, int64_t dim) {
  return along(
      dim, "softmax", [](auto... a) { softmax_rows(a...); }, [](auto... a) { softmax_columns(a...); }, contiguous(x));
}

Tensor log_softmax(const Tensor& x, int64_t dim) {
  return along(
      dim, "log_softmax", [](auto... a) { log_softmax_rows(a...); }, [](auto... a) { log_softmax_columns(a...); },
      contiguous(x));
}

Tensor softmax_backward(const Tensor& g, const Tensor& y, int64_t dim) {
  return along(
      dim, "softmax", [](auto... a) { softmax_backward_rows(a...); }, [](auto... a) { softmax_backward_columns(a...); },
      contiguous(g), contiguous(y));
}

Tensor log_softmax_backward(const Tensor& g, const Tensor& y, int64_t dim) {
  return along(
      dim, "log_softmax", [](auto... a) { log_softmax_backward_rows(a...); },
      [](auto... a) { log_softmax_backward_columns(a...); }, contiguous(g), contiguous(y));
}

}  // namespace gradus::kernels
