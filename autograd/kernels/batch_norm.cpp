#include <gradus/autograd/kernels/batch_norm.h>
#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/simd.h>

namespace gradus::kernels {
namespace {

/// x as (images, channels, pixels). With one pixel a channel is a column, with more it is a row in every image.
struct Shape {
  explicit Shape(const Tensor& x) : images(x.size(0)), channels(x.size(1)), pixels(1) {
    for (const int64_t size : x.sizes().last(x.sizes().size() - 2)) pixels *= size;
  }
  int64_t images, channels, pixels;
  int64_t count() const { return images * pixels; }  // of a channel
};

/// totals[c] = the sum over channel c of f(means[c], inputs...). f takes numbers or registers.
template <class T, class F>
void sum_channels(const Shape& s, const T* means, double* totals, F f, const auto*... inputs) {
  std::fill_n(totals, s.channels, 0.0);
  for (int64_t n = 0; n < s.images; ++n) {
    const int64_t image = n * s.channels * s.pixels;
    if (s.pixels == 1) {
#pragma omp simd
      for (int64_t c = 0; c < s.channels; ++c) totals[c] += static_cast<double>(f(means[c], inputs[image + c]...));
      continue;
    }
    for (int64_t c = 0; c < s.channels; ++c) {
      const Batch<T> mean(means[c]);
      totals[c] += sum_batches<T>(
          s.pixels, [&](const auto&... v) { return f(mean, v...); }, (inputs + image + c * s.pixels)...);
    }
  }
}

/// The numbers that make one channel's result of its inputs.
template <class V>
struct Coefficients {
  V mean, scale, shift, slope;
};

/// out = f(coefficients(c), inputs...) for every element of every channel c. f takes numbers or registers.
template <class T, class F>
void map_channels(const Shape& s, const Coefficients<const T*>& all, T* out, F f, const auto*... inputs) {
  for (int64_t n = 0; n < s.images; ++n) {
    const int64_t image = n * s.channels * s.pixels;
    if (s.pixels == 1) {
#pragma omp simd
      for (int64_t c = 0; c < s.channels; ++c) {
        out[image + c] =
            f(Coefficients<T>{all.mean[c], all.scale[c], all.shift[c], all.slope[c]}, inputs[image + c]...);
      }
      continue;
    }
    for (int64_t c = 0; c < s.channels; ++c) {
      using B = Batch<T>;
      const Coefficients<B> of_channel{B(all.mean[c]), B(all.scale[c]), B(all.shift[c]), B(all.slope[c])};
      const int64_t start = image + c * s.pixels;
      vector_row(
          s.pixels, out + start, [&](const auto&... v) { return f(of_channel, v...); }, (inputs + start)...);
    }
  }
}

/// (rows, C) zeros.
Tensor table(int64_t rows, int64_t channels, Dtype dtype) {
  Tensor x = empty({rows, channels}, dtype);
  fill(x, 0);
  return x;
}

Tensor contiguous_or_undefined(const Tensor& x) { return x.defined() ? contiguous(x) : x; }

}  // namespace

Tensor channel_statistics(const Tensor& x) {
  const Tensor source = contiguous(x);
  const Shape s(x);
  Tensor out = table(2, s.channels, x.dtype());
  const Tensor sums = empty({s.channels}, kFloat64);
  dispatch_floating(x.dtype(), "batch_norm", [&]<class T>(T) {
    const T* from = source.data_ptr<T>();
    T *means = out.data_ptr<T>(), *variances = means + s.channels;
    auto* totals = sums.data_ptr<double>();
    const auto mean_of_sums = [&](T* to) {
      for (int64_t c = 0; c < s.channels; ++c) to[c] = static_cast<T>(totals[c] / static_cast<double>(s.count()));
    };
    sum_channels(
        s, means, totals, [](const auto&, const auto& v) { return v; }, from);
    mean_of_sums(means);
    sum_channels(
        s, means, totals, [](const auto& mean, const auto& v) { return (v - mean) * (v - mean); }, from);
    mean_of_sums(variances);
  });
  return out;
}

Tensor batch_norm(const Tensor& x, const Tensor& statistics, const Tensor& weight, const Tensor& bias) {
  const Tensor source = contiguous(x), w = contiguous_or_undefined(weight), b = contiguous_or_undefined(bias);
  const Shape s(x);
  Tensor out = kernels::empty_like(source);
  const Tensor factors = table(2, s.channels, x.dtype());
  dispatch_floating(x.dtype(), "batch_norm", [&]<class T>(T) {
    const T *means = statistics.data_ptr<T>(), *scales = means + s.channels;
    T *scale = factors.data_ptr<T>(), *shift = scale + s.channels;
    for (int64_t c = 0; c < s.channels; ++c) {
      scale[c] = w.defined() ? scales[c] * w.data_ptr<T>()[c] : scales[c];
      if (b.defined()) shift[c] = b.data_ptr<T>()[c];
    }
    map_channels<T>(
        s, {means, scale, shift, shift}, out.data_ptr<T>(),
        [](const auto& k, const auto& v) { return (v - k.mean) * k.scale + k.shift; }, source.data_ptr<T>());
  });
  return out;
}

BatchNormGradients batch_norm_backward(const Tensor& g, const Tensor& x, const Tensor& statistics, const Tensor& weight,
                                       bool constant, BatchNormNeeds needs) {
  const Tensor gradient = contiguous(g), source = contiguous(x), w = contiguous_or_undefined(weight);
  const Shape s(x);
  BatchNormGradients result;
  const Tensor sums = table(2, s.channels, kFloat64), factors = table(3, s.channels, x.dtype());
  dispatch_floating(x.dtype(), "batch_norm", [&]<class T>(T) {
    const T *from = source.data_ptr<T>(), *dy = gradient.data_ptr<T>();
    const T *means = statistics.data_ptr<T>(), *scales = means + s.channels;
    auto *sum_g = sums.data_ptr<double>(), *sum_gy = sum_g + s.channels;
    if (needs.bias || (needs.x && !constant)) {
      sum_channels(
          s, means, sum_g, [](const auto&, const auto& a) { return a; }, dy);
    }
    if (needs.weight || (needs.x && !constant)) {
      sum_channels(
          s, means, sum_gy, [](const auto& mean, const auto& a, const auto& v) { return a * (v - mean); }, dy, from);
      for (int64_t c = 0; c < s.channels; ++c) sum_gy[c] *= static_cast<double>(scales[c]);
    }
    const auto as_tensor = [&](const double* totals) {
      Tensor out = empty({s.channels}, x.dtype());
      std::transform(totals, totals + s.channels, out.data_ptr<T>(), [](double v) { return static_cast<T>(v); });
      return out;
    };
    if (needs.weight) result.weight = as_tensor(sum_gy);
    if (needs.bias) result.bias = as_tensor(sum_g);
    if (!needs.x) return;

    T *scale = factors.data_ptr<T>(), *shift = scale + s.channels, *slope = shift + s.channels;
    const auto count = static_cast<double>(s.count());
    for (int64_t c = 0; c < s.channels; ++c) {
      scale[c] = w.defined() ? scales[c] * w.data_ptr<T>()[c] : scales[c];
      if (constant) continue;
      shift[c] = static_cast<T>(sum_g[c] / count);
      slope[c] = scale[c] * scales[c] * static_cast<T>(sum_gy[c] / count);
    }
    result.x = kernels::empty_like(source);
    const Coefficients<const T*> all{means, scale, shift, slope};
    if (constant) {  // without x, whose NaN or infinity would come through a slope of 0
      map_channels<T>(
          s, all, result.x.data_ptr<T>(), [](const auto& k, const auto& a) { return a * k.scale; }, dy);
      return;
    }
    map_channels<T>(
        s, all, result.x.data_ptr<T>(),
        [](const auto& k, const auto& a, const auto& v) { return (a - k.shift) * k.scale - (v - k.mean) * k.slope; },
        dy, from);
  });
  return result;
}

}  // namespace gradus::kernels
