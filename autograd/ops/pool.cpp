#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/pool.h>
#include <gradus/autograd/op_registry.h>

namespace gradus {
namespace {

using kernels::Window;
using kernels::WindowDim;

/// Different numbers, no two near each other, so that no maximum changes place within a gradient check.
Tensor apart(IntArrayRef sizes) {
  int64_t count = 1;
  for (const int64_t size : sizes) count *= size;
  return ((arange(count, kFloat64) * 7 + 3) / static_cast<double>(count)).sin().view(sizes);
}

struct MaxPool2d : Function<MaxPool2d> {
  static constexpr auto name = "max_pool2d",
                        math = "out[y,x] = the largest of its window, i = its place;  dx[i[y,x]] += g[y,x]";
  TensorList forward(Context& ctx, const Tensor& x, const Window& w, bool with_indices) {
    window = w;
    Tensor indices;
    Tensor out = kernels::max_pool2d(x, window, with_indices || ctx.recording() ? &indices : nullptr);
    ctx.save_for_backward(indices);
    if (!with_indices) return {std::move(out)};
    return {std::move(out), std::move(indices)};
  }
  TensorList backward(Context& ctx, const TensorList& g) const {
    const Tensor indices = ctx.saved(0);
    if (!GradMode::is_enabled()) return {kernels::max_pool2d_backward(g[0], indices, window)};
    Dims sizes(g[0].sizes().begin(), g[0].sizes().end());
    sizes[sizes.size() - 2] = window.y.in, sizes.back() = window.x.in;
    return {zeros(sizes, g[0].dtype()).flatten(-2).scatter_add(-1, indices.flatten(-2), g[0].flatten(-2)).view(sizes)};
  }
  static Samples samples() {
    return {{"plain", [](const Tensor& x) { return max_pool2d(x, 2); }, {apart({2, 2, 4, 5})}},
            {"overlapping",
             [](const Tensor& x) {
               return max_pool2d(x, {2, 3}, 1, {1, 1});
             },
             {apart({1, 2, 3, 4})}},
            {"dilation",
             [](const Tensor& x) {
               return max_pool2d(x, 2, {1, 2}, 1, {2, 1}, true);
             },
             {apart({2, 4, 4})}},
            {"strided", [](const Tensor& x) { return max_pool2d(x.transpose(0, 1), 2); }, {apart({4, 2, 4})}}};
  }

  Window window;
};

struct AvgPool2d : Function<AvgPool2d> {
  static constexpr auto name = "avg_pool2d",
                        math = "out[y,x] = the sum of its window / n;  dx[its window] += g[y,x] / n";
  Tensor forward(Context&, const Tensor& x, const Window& w, kernels::AverageDivisor by) {
    window = w, divisor = by;
    return kernels::avg_pool2d(x, window, divisor);
  }
  TensorList backward(Context& ctx, const Tensor& g) const;
  static Samples samples() {
    return {
        {"plain", [](const Tensor& x) { return avg_pool2d(x, 2); }, {randn({2, 2, 4, 5})}},
        {"padding",
         [](const Tensor& x) {
           return avg_pool2d(x, 3, {1, 2}, {1, 0});
         },
         {randn({1, 2, 4, 5})}},
        {"count_without_padding",
         [](const Tensor& x) { return avg_pool2d(x, 3, 2, 1, true, false); },
         {randn({2, 4, 4})}},
        {"divisor", [](const Tensor& x) { return avg_pool2d(x.mT(), 2, 2, 0, true, true, 3); }, {randn({1, 2, 3, 4})}}};
  }

  Window window;
  kernels::AverageDivisor divisor;
};

/// The gradient of avg_pool2d, which is linear: its own gradient is the pooling of h, the gradient of out.
struct AvgPool2dBackward : Function<AvgPool2dBackward> {
  static constexpr auto name = "avg_pool2d_backward", math = "out[its window] += g[y,x] / n;  dg = avg_pool2d(h)";
  Tensor forward(Context&, const Tensor& g, const Window& w, kernels::AverageDivisor by) {
    window = w, divisor = by;
    return kernels::avg_pool2d_backward(g, window, divisor);
  }
  TensorList backward(Context&, const Tensor& h) const { return {AvgPool2d::apply(h, window, divisor)}; }
  static Samples samples() {
    return {{"plain",
             [](const Tensor& g) {
               return apply(g, Window{{4, 2, 2, 0, 1, 2}, {5, 3, 1, 1, 1, 5}}, kernels::AverageDivisor{});
             },
             {randn({2, 2, 5})}}};
  }

  Window window;
  kernels::AverageDivisor divisor;
};

TensorList AvgPool2d::backward(Context&, const Tensor& g) const {
  return {AvgPool2dBackward::apply(g, window, divisor)};
}

WindowDim window_dim(int64_t in, int64_t kernel, int64_t stride, int64_t padding, int64_t dilation, bool ceil_mode) {
  const int64_t last = in + 2 * padding - dilation * (kernel - 1) - 1;  // where the last whole window may begin
  int64_t out = last < 0 && !(ceil_mode && last + stride > 0) ? 0 : (last + (ceil_mode ? stride - 1 : 0)) / stride + 1;
  if (ceil_mode && (out - 1) * stride >= in + padding)
    --out;  // the last window begins inside, or in the padding before
  return {in, kernel, stride, padding, dilation, out};
}

Window make_window(const char* op, const Tensor& x, Size2d kernel, Size2d stride, Size2d padding, Size2d dilation,
                   bool ceil_mode) {
  GRADUS_CHECK(x.dim() == 3 || x.dim() == 4,
               "{}: expected a tensor of 3 or 4 dimensions, (N, C, H, W) or (C, H, W), but got {}", op, x.sizes());
  GRADUS_CHECK(kernel.height > 0 && kernel.width > 0, "kernel size should be greater than zero, but got kH: {} kW: {}",
               kernel.height, kernel.width);
  if (!stride.is_given()) stride = kernel;
  GRADUS_CHECK(stride.height != 0 && stride.width != 0, "stride should not be zero");
  GRADUS_CHECK(stride.height > 0 && stride.width > 0, "stride should be greater than zero, but got dH: {} dW: {}",
               stride.height, stride.width);
  GRADUS_CHECK(dilation.height > 0 && dilation.width > 0,
               "dilation should be greater than zero, but got dilationH: {} dilationW: {}", dilation.height,
               dilation.width);
  for (const auto& [p, k, d] : {std::array{padding.height, kernel.height, dilation.height},
                                std::array{padding.width, kernel.width, dilation.width}}) {
    GRADUS_CHECK(p >= 0, "pad must be non-negative, but got pad: {}", p);
    GRADUS_CHECK(p <= (d * (k - 1) + 1) / 2,
                 "pad should be at most half of effective kernel size, but got pad={}, kernel_size={} and dilation={}",
                 p, k, d);
  }
  const int64_t channels = x.size(-3), height = x.size(-2), width = x.size(-1);
  GRADUS_CHECK(channels > 0 && height > 0 && width > 0,
               "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:{}", x.sizes());
  const Window w{window_dim(height, kernel.height, stride.height, padding.height, dilation.height, ceil_mode),
                 window_dim(width, kernel.width, stride.width, padding.width, dilation.width, ceil_mode)};
  GRADUS_CHECK(w.y.out > 0 && w.x.out > 0,
               "Given input size: ({}x{}x{}). Calculated output size: ({}x{}x{}). Output size is too small", channels,
               height, width, channels, w.y.out, w.x.out);
  return w;
}

}  // namespace

Tensor max_pool2d(const Tensor& x, Size2d kernel_size, Size2d stride, Size2d padding, Size2d dilation, bool ceil_mode) {
  const Window window = make_window("max_pool2d", x, kernel_size, stride, padding, dilation, ceil_mode);
  return MaxPool2d::apply(x, window, false)[0];
}

std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& x, Size2d kernel_size, Size2d stride, Size2d padding,
                                                   Size2d dilation, bool ceil_mode) {
  const Window window = make_window("max_pool2d", x, kernel_size, stride, padding, dilation, ceil_mode);
  const TensorList result = MaxPool2d::apply(x, window, true);
  return {result[0], result[1]};
}

Tensor avg_pool2d(const Tensor& x, Size2d kernel_size, Size2d stride, Size2d padding, bool ceil_mode,
                  bool count_include_pad, std::optional<int64_t> divisor_override) {
  GRADUS_CHECK(divisor_override != 0, "divisor must be not zero");
  const Window window = make_window("avg_pool2d", x, kernel_size, stride, padding, 1, ceil_mode);
  return AvgPool2d::apply(x, window, kernels::AverageDivisor{count_include_pad, divisor_override.value_or(0)});
}

OpInfo max_pool2d_op() { return op_info<MaxPool2d>(); }
OpInfo avg_pool2d_op() { return op_info<AvgPool2d>(); }
OpInfo avg_pool2d_backward_op() { return op_info<AvgPool2dBackward>(); }

}  // namespace gradus
