#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/conv.h>
#include <gradus/autograd/op_registry.h>

// The convolution and its two gradients. Each of the three is linear in both of its inputs, and the derivatives of each
// are the other two, so that gradients of any order are made of them.
namespace gradus {
namespace {

using kernels::Window;
using kernels::WindowDim;

struct Conv2d : Function<Conv2d> {
  static constexpr auto name = "conv2d",
                        math =
                            "out[o,y,x] = b[o] + sum_{c,i,j} w[o,c,i,j] x[c, s y - p + d i, s x - p + d j];  "
                            "dx = conv2d_input(w, g),  dw = conv2d_weight(x, g),  db = sum_{n,y,x} g";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& weight, const Tensor& bias, const Window& w, int64_t n) {
    window = w, groups = n;
    ctx.save_for_backward(ctx.needs_grad(1) ? x : Tensor(), ctx.needs_grad(0) ? weight : Tensor());
    return kernels::conv2d(x, weight, bias, window, groups);
  }
  TensorList backward(Context& ctx, const Tensor& g) const;
  static Samples samples();

  Window window;
  int64_t groups = 1;
};

struct Conv2dInput : Function<Conv2dInput> {
  static constexpr auto name = "conv2d_input",
                        math =
                            "out[c, s y - p + d i, s x - p + d j] += w[o,c,i,j] g[o,y,x] for all o, i, j, y, x;  "
                            "dw = conv2d_weight(h, g),  dg = conv2d(h, w) with h the gradient of out";
  Tensor forward(Context& ctx, const Tensor& weight, const Tensor& g, const Window& w, int64_t n) {
    window = w, groups = n;
    ctx.save_for_backward(ctx.needs_grad(1) ? weight : Tensor(), ctx.needs_grad(0) ? g : Tensor());
    return kernels::conv2d_input(weight, g, window, groups);
  }
  TensorList backward(Context& ctx, const Tensor& h) const;
  static Samples samples();

  Window window;
  int64_t groups = 1;
};

struct Conv2dWeight : Function<Conv2dWeight> {
  static constexpr auto name = "conv2d_weight",
                        math =
                            "out[o,c,i,j] = sum_{n,y,x} g[o,y,x] x[c, s y - p + d i, s x - p + d j];  "
                            "dx = conv2d_input(h, g),  dg = conv2d(x, h) with h the gradient of out";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& g, const Window& w, int64_t n) {
    window = w, groups = n;
    ctx.save_for_backward(ctx.needs_grad(1) ? x : Tensor(), ctx.needs_grad(0) ? g : Tensor());
    return kernels::conv2d_weight(x, g, window, groups);
  }
  TensorList backward(Context& ctx, const Tensor& h) const;
  static Samples samples();

  Window window;
  int64_t groups = 1;
};

TensorList Conv2d::backward(Context& ctx, const Tensor& g) const {
  return {ctx.needs_grad(0) ? Conv2dInput::apply(ctx.saved(1), g, window, groups) : Tensor(),
          ctx.needs_grad(1) ? Conv2dWeight::apply(ctx.saved(0), g, window, groups) : Tensor(),
          ctx.needs_grad(2) ? g.sum({0, 2, 3}) : Tensor()};
}

TensorList Conv2dInput::backward(Context& ctx, const Tensor& h) const {
  return {ctx.needs_grad(0) ? Conv2dWeight::apply(h, ctx.saved(1), window, groups) : Tensor(),
          ctx.needs_grad(1) ? Conv2d::apply(h, ctx.saved(0), Tensor(), window, groups) : Tensor()};
}

TensorList Conv2dWeight::backward(Context& ctx, const Tensor& h) const {
  return {ctx.needs_grad(0) ? Conv2dInput::apply(h, ctx.saved(1), window, groups) : Tensor(),
          ctx.needs_grad(1) ? Conv2d::apply(ctx.saved(0), h, Tensor(), window, groups) : Tensor()};
}

Samples Conv2d::samples() {
  return {{"plain",
           [](const Tensor& x, const Tensor& w, const Tensor& b) { return conv2d(x, w, b); },
           {randn({2, 2, 4, 3}), randn({3, 2, 2, 2}), randn({3})}},
          {"stride_padding_dilation",
           [](const Tensor& x, const Tensor& w) {
             return conv2d(x, w, {}, {2, 1}, {1, 2}, {1, 2});
           },
           {randn({1, 2, 4, 3}), randn({2, 2, 3, 2})}},
          {"groups",
           [](const Tensor& x, const Tensor& w, const Tensor& b) { return conv2d(x, w, b, 1, 1, 1, 2); },
           {randn({1, 4, 2, 3}), randn({2, 2, 3, 2}), randn({2})}},
          {"same",
           [](const Tensor& x, const Tensor& w) { return conv2d(x, w, {}, 1, "same"); },
           {randn({1, 1, 3, 4}), randn({2, 1, 2, 3})}},
          {"one_image",
           [](const Tensor& x, const Tensor& w) { return conv2d(x.transpose(1, 2), w, {}, 2); },
           {randn({1, 4, 3}), randn({1, 1, 2, 2})}},
          {"pixel_by_pixel",
           [](const Tensor& x, const Tensor& w, const Tensor& b) { return conv2d(x, w, b); },
           {randn({1, 3, 2, 2}), randn({2, 3, 1, 1}), randn({2})}}};
}

Samples Conv2dInput::samples() {
  return {{"plain",
           [](const Tensor& w, const Tensor& g) {
             return conv2d_input({1, 2, 4, 3}, w, g);
           },
           {randn({2, 2, 2, 2}), randn({1, 2, 3, 2})}},
          {"options",
           [](const Tensor& w, const Tensor& g) {
             return conv2d_input({1, 2, 5, 4}, w, g, 2, 1, 1, 2);
           },
           {randn({2, 1, 3, 2}), randn({1, 2, 3, 3})}}};
}

Samples Conv2dWeight::samples() {
  return {{"plain",
           [](const Tensor& x, const Tensor& g) {
             return conv2d_weight(x, {2, 2, 2, 2}, g);
           },
           {randn({2, 2, 4, 3}), randn({2, 2, 3, 2})}},
          {"options",
           [](const Tensor& x, const Tensor& g) {
             return conv2d_weight(x, {2, 1, 3, 2}, g, 2, 1, 1, 2);
           },
           {randn({1, 2, 5, 4}), randn({1, 2, 3, 3})}}};
}

/// One dimension of a convolution: PyTorch's padding, and the number of places.
WindowDim window_dim(int64_t in, int64_t kernel, int64_t stride, int64_t padding, int64_t dilation, bool same) {
  const int64_t reach = dilation * (kernel - 1), total = same ? reach : 2 * padding;
  const int64_t last = in + total - reach - 1;  // where the window may begin, counted from the padding's first zero
  return {in, kernel, stride, same ? reach / 2 : padding, dilation, last < 0 ? 0 : last / stride + 1};
}

Window make_window(IntArrayRef image, IntArrayRef weight, Size2d stride, const Padding2d& padding, Size2d dilation) {
  const bool same = padding.mode() == "same";
  GRADUS_CHECK(stride.height > 0 && stride.width > 0, "non-positive stride is not supported");
  GRADUS_CHECK(padding.height >= 0 && padding.width >= 0, "negative padding is not supported");
  GRADUS_CHECK(dilation.height > 0 && dilation.width > 0, "non-positive dilation is not supported");
  GRADUS_CHECK(!same || (stride.height == 1 && stride.width == 1),
               "padding='same' is not supported for strided convolutions");
  const Window window{window_dim(image[2], weight[2], stride.height, padding.height, dilation.height, same),
                      window_dim(image[3], weight[3], stride.width, padding.width, dilation.width, same)};
  const auto padded = [&](const WindowDim& d, int64_t p) {
    return d.in + (same ? d.dilation * (d.kernel - 1) : 2 * p);
  };
  GRADUS_CHECK(window.y.out > 0 && window.x.out > 0,
               "Calculated padded input size per channel: ({} x {}). Kernel size: ({} x {}). Kernel size can't be "
               "greater than actual input size",
               padded(window.y, padding.height), padded(window.x, padding.width), dilation.height * (weight[2] - 1) + 1,
               dilation.width * (weight[3] - 1) + 1);
  return window;
}

void check_groups(IntArrayRef weight, IntArrayRef input, int64_t groups) {
  GRADUS_CHECK(groups > 0, "non-positive groups is not supported");
  GRADUS_CHECK(
      weight.size() == 4 && input.size() == 4,
      "Expected 4-dimensional input for 4-dimensional weight {}, but got {}-dimensional input of size {} instead",
      weight, input.size(), input);
  GRADUS_CHECK(weight[0] >= groups,
               "Given groups={}, expected weight to be at least {} at dimension 0, but got weight of size {} instead",
               groups, groups, weight);
  GRADUS_CHECK(
      weight[0] % groups == 0,
      "Given groups={}, expected weight to be divisible by {} at dimension 0, but got weight of size {} instead",
      groups, groups, weight);
  GRADUS_CHECK(input[1] == weight[1] * groups,
               "Given groups={}, weight of size {}, expected input{} to have {} channels, but got {} channels instead",
               groups, weight, input, weight[1] * groups, input[1]);
}

void check_gradient(const char* op, IntArrayRef input, IntArrayRef weight, const Tensor& g, const Window& window) {
  const Dims expected{input[0], weight[0], window.y.out, window.x.out};
  GRADUS_CHECK(g.sizes() == IntArrayRef(expected),
               "{}: expected a gradient of shape {} for input {} and weight {}, but got {}", op, expected, input,
               weight, g.sizes());
}

}  // namespace

Size2d::Size2d(IntArrayRef sizes) : count_(static_cast<int>(sizes.size())) {
  GRADUS_CHECK(count_ == 1 || count_ == 2, "expected one number or {{height, width}}, but got {}", sizes);
  height = sizes[0];
  width = sizes[sizes.size() - 1];
}

Padding2d::Padding2d(std::string_view mode) : Size2d(0), mode_(mode == "same" ? "same" : "valid") {
  GRADUS_CHECK_VALUE(mode == "same" || mode == "valid",
                     "Invalid padding string '{}', should be one of {{'valid', 'same'}}", mode);
}

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, Size2d stride, Padding2d padding,
              Size2d dilation, int64_t groups) {
  GRADUS_CHECK(x.dim() == 3 || x.dim() == 4,
               "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: {}", x.sizes());
  if (x.dim() == 3) return conv2d(x.unsqueeze(0), weight, bias, stride, padding, dilation, groups).squeeze(0);
  GRADUS_CHECK(x.dtype() == weight.dtype(), "Input type ({}) and weight type ({}) should be the same",
               to_string(x.dtype()), to_string(weight.dtype()));
  GRADUS_CHECK(!bias.defined() || x.dtype() == bias.dtype(), "Input type ({}) and bias type ({}) should be the same",
               to_string(x.dtype()), to_string(bias.dtype()));
  check_groups(weight.sizes(), x.sizes(), groups);
  GRADUS_CHECK(!bias.defined() || (bias.dim() == 1 && bias.size(0) == weight.size(0)),
               "Given weight of size {}, expected bias to be 1-dimensional with {} elements, but got bias of size {} "
               "instead",
               weight.sizes(), weight.size(0), bias.sizes());
  return Conv2d::apply(x, weight, bias, make_window(x.sizes(), weight.sizes(), stride, padding, dilation), groups);
}

Tensor conv2d_input(IntArrayRef input_size, const Tensor& weight, const Tensor& g, Size2d stride, Padding2d padding,
                    Size2d dilation, int64_t groups) {
  check_groups(weight.sizes(), input_size, groups);
  const Window window = make_window(input_size, weight.sizes(), stride, padding, dilation);
  check_gradient("conv2d_input", input_size, weight.sizes(), g, window);
  return Conv2dInput::apply(weight, g, window, groups);
}

Tensor conv2d_weight(const Tensor& x, IntArrayRef weight_size, const Tensor& g, Size2d stride, Padding2d padding,
                     Size2d dilation, int64_t groups) {
  check_groups(weight_size, x.sizes(), groups);
  const Window window = make_window(x.sizes(), weight_size, stride, padding, dilation);
  check_gradient("conv2d_weight", x.sizes(), weight_size, g, window);
  return Conv2dWeight::apply(x, g, window, groups);
}

OpInfo conv2d_op() { return op_info<Conv2d>(); }
OpInfo conv2d_input_op() { return op_info<Conv2dInput>(); }
OpInfo conv2d_weight_op() { return op_info<Conv2dWeight>(); }

}  // namespace gradus
