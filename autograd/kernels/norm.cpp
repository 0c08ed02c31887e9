#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/norm.h>
#include <gradus/autograd/kernels/simd.h>

#include <cmath>

namespace gradus::kernels {
namespace {

template <class T>
void normalise_row(const T* x, int64_t n, const T* weight, const T* bias, T mean, T scale, T* out) {
  const Batch<T> shift(mean), factor(scale);
  const auto normal = [&](const auto& v) { return (v - shift) * factor; };
  if (weight && bias) {
    vector_row(
        n, out, [&](const auto& v, const auto& w, const auto& b) { return normal(v) * w + b; }, x, weight, bias);
  } else if (weight) {
    vector_row(
        n, out, [&](const auto& v, const auto& w) { return normal(v) * w; }, x, weight);
  } else if (bias) {
    vector_row(
        n, out, [&](const auto& v, const auto& b) { return normal(v) + b; }, x, bias);
  } else {
    vector_row(n, out, normal, x);
  }
}

// dx of one row.
template <class T>
void row_backward(const T* g, const T* x, int64_t n, const T* weight, T mean, T scale, T* out) {
  const Batch<T> shift(mean), factor(scale), count(static_cast<T>(n));
  const auto normal = [&](const auto& v) { return (v - shift) * factor; };
  const auto finish = [&](auto h_of, double sum_h, double sum_hy, const auto*... inputs) {
    const Batch<T> mean_h(static_cast<T>(sum_h / static_cast<double>(n)));
    const Batch<T> mean_hy(static_cast<T>(sum_hy / static_cast<double>(n)));
    vector_row(
        n, out,
        [&](const auto& v, const auto&... rest) { return factor * (h_of(rest...) - mean_h - normal(v) * mean_hy); }, x,
        inputs...);
  };
  if (weight) {
    const auto h = [](const auto& a, const auto& w) { return a * w; };
    const double sum_h = sum_batches<T>(n, h, g, weight);
    const double sum_hy = sum_batches<T>(
        n, [&](const auto& v, const auto& a, const auto& w) { return normal(v) * a * w; }, x, g, weight);
    finish(h, sum_h, sum_hy, g, weight);
  } else {
    const auto h = [](const auto& a) { return a; };
    const double sum_h = sum_batches<T>(n, h, g);
    const double sum_hy = sum_batches<T>(
        n, [&](const auto& v, const auto& a) { return normal(v) * a; }, x, g);
    finish(h, sum_h, sum_hy, g);
  }
}

// Rows whose shares are added up in T before they go to the totals in double.
constexpr int64_t kBlockRows = 64;

}  // namespace

Tensor layer_norm(const Tensor& x, int64_t n, const Tensor& weight, const Tensor& bias, double eps,
                  Tensor& statistics) {
  const Tensor source = contiguous(x);
  const Tensor w = weight.defined() ? contiguous(weight) : Tensor(), b = bias.defined() ? contiguous(bias) : Tensor();
  const int64_t rows = n == 0 ? 0 : x.numel() / n;
  Tensor out = kernels::empty_like(source);
  statistics = empty({2, rows}, x.dtype());
  dispatch_floating(x.dtype(), "layer_norm", [&]<class T>(T) {
    const T* from = source.data_ptr<T>();
    T *to = out.data_ptr<T>(), *means = statistics.data_ptr<T>(), *scales = means + rows;
    for (int64_t i = 0; i < rows; ++i, from += n, to += n) {
      const double mean = sum_batches<T>(
                              n, [](const auto& v) { return v; }, from) /
                          static_cast<double>(n);
      means[i] = static_cast<T>(mean);
      const Batch<T> shift(means[i]);
      const double squares = sum_batches<T>(
          n,
          [&](const auto& v) {
            const auto d = v - shift;
            return d * d;
          },
          from);
      scales[i] = static_cast<T>(1 / std::sqrt(squares / static_cast<double>(n) + eps));
      normalise_row(from, n, w.defined() ? w.data_ptr<T>() : nullptr, b.defined() ? b.data_ptr<T>() : nullptr, means[i],
                    scales[i], to);
    }
  });
  return out;
}

LayerNormGradients layer_norm_backward(const Tensor& g, const Tensor& x, const Tensor& statistics, int64_t n,
                                       const Tensor& weight, LayerNormNeeds needs) {
  const Tensor gradient = contiguous(g), source = contiguous(x);
  const Tensor w = weight.defined() ? contiguous(weight) : Tensor();
  const int64_t rows = statistics.size(1);
  LayerNormGradients result;
  dispatch_floating(x.dtype(), "layer_norm", [&]<class T>(T) {
    const T *from = source.data_ptr<T>(), *dy = gradient.data_ptr<T>();
    const T *means = statistics.data_ptr<T>(), *scales = means + rows;
    if (needs.x) {
      result.x = kernels::empty_like(source);
      T* to = result.x.data_ptr<T>();
      for (int64_t i = 0; i < rows; ++i) {
        row_backward(dy + i * n, from + i * n, n, w.defined() ? w.data_ptr<T>() : nullptr, means[i], scales[i],
                     to + i * n);
      }
    }
    if (!needs.weight && !needs.bias) return;
    const Tensor scratch = empty({2, n}, x.dtype()), totals = empty({2, n}, kFloat64);
    T *dw = scratch.data_ptr<T>(), *db = dw + n;
    auto *total_w = totals.data_ptr<double>(), *total_b = total_w + n;
    std::fill_n(total_w, 2 * n, 0.0);
    for (int64_t first = 0; first < rows; first += kBlockRows) {
      std::fill_n(dw, 2 * n, T(0));
      for (int64_t i = first; i < std::min(first + kBlockRows, rows); ++i) {
        const T *row = from + i * n, *dy_row = dy + i * n;
        const T mean = means[i], scale = scales[i];
#pragma omp simd
        for (int64_t j = 0; j < n; ++j) {
          dw[j] += dy_row[j] * ((row[j] - mean) * scale);
          db[j] += dy_row[j];
        }
      }
      for (int64_t j = 0; j < 2 * n; ++j) total_w[j] += static_cast<double>(dw[j]);
    }
    const auto as_tensor = [&](const double* total) {
      Tensor out = empty({n}, x.dtype());
      T* to = out.data_ptr<T>();
      for (int64_t j = 0; j < n; ++j) to[j] = static_cast<T>(total[j]);
      return out;
    };
    if (needs.weight) result.weight = as_tensor(total_w);
    if (needs.bias) result.bias = as_tensor(total_b);
  });
  return result;
}

}  // namespace gradus::kernels
