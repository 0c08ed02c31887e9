#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/norm.h>
#include <gradus/autograd/op_registry.h>

#include <numeric>

namespace gradus {
namespace {

struct LayerNorm : Function<LayerNorm> {
  static constexpr auto name = "layer_norm", math =
                                                 "y = (x - mean(x)) / sqrt(var(x) + eps),  out = y w + b;  "
                                                 "dx = (h - mean(h) - y mean(h y)) / sqrt(var(x) + eps) with h = g w,  "
                                                 "dw = sum(g y),  db = sum(g)";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& weight, const Tensor& bias, int64_t ndim,
                 double epsilon) {
    normalized_ndim = ndim;
    eps = epsilon;
    Tensor statistics;
    const Tensor out = kernels::layer_norm(x, row_length(x), weight, bias, eps, statistics);
    if (ctx.recording()) {
      ctx.save_for_backward(x, weight, statistics);
      if (bias.defined()) sizes.assign(bias.sizes().begin(), bias.sizes().end());
    }
    return out;
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0), weight = ctx.saved(1);
    if (GradMode::is_enabled()) return composed(ctx, g, x, weight);
    const auto gradients =
        kernels::layer_norm_backward(g, x, ctx.saved(2), row_length(x), weight,
                                     {.x = ctx.needs_grad(0), .weight = ctx.needs_grad(1), .bias = ctx.needs_grad(2)});
    return {gradients.x, gradients.weight.defined() ? gradients.weight.view(weight.sizes()) : Tensor(),
            gradients.bias.defined() ? gradients.bias.view(sizes) : Tensor()};
  }
  TensorList composed(const Context& ctx, const Tensor& g, const Tensor& x, const Tensor& weight) const {
    Dims dims(static_cast<size_t>(normalized_ndim));
    std::iota(dims.begin(), dims.end(), -normalized_ndim);
    TensorList gradients = TensorList::of_size(3);
    const Tensor scale = (x.var(dims, false, true) + eps).rsqrt(), y = (x - x.mean(dims, true)) * scale;
    if (ctx.needs_grad(0)) {
      const Tensor h = weight.defined() ? g * weight : g;
      gradients[0] = scale * (h - h.mean(dims, true) - y * (h * y).mean(dims, true));
    }
    if (ctx.needs_grad(1)) gradients[1] = sum_to(g * y, weight.sizes());
    if (ctx.needs_grad(2)) gradients[2] = sum_to(g, sizes);
    return gradients;
  }
  static Samples samples() {
    return {{"plain", [](const Tensor& x) { return gradus::layer_norm(x, 3); }, {randn({2, 3})}},
            {"affine",
             [](const Tensor& x, const Tensor& w, const Tensor& b) { return gradus::layer_norm(x, 3, w, b); },
             {randn({2, 3}), randn({3}), randn({3})}},
            {"weight",
             [](const Tensor& x, const Tensor& w) { return gradus::layer_norm(x.t(), 2, w, {}, 0.1); },
             {randn({2, 3}), randn({2})}},
            {"bias",
             [](const Tensor& x, const Tensor& b) { return gradus::layer_norm(x, 3, {}, b); },
             {randn({2, 3}), randn({3})}},
            {"two_dims",
             [](const Tensor& x, const Tensor& w, const Tensor& b) {
               return gradus::layer_norm(x, {2, 3}, w, b);
             },
             {randn({2, 2, 3}), randn({2, 3}), randn({2, 3})}}};
  }

  // The number of elements in the normalised dimensions.
  int64_t row_length(const Tensor& x) const {
    int64_t n = 1;
    for (int64_t d = 0; d < normalized_ndim; ++d) n *= x.size(x.dim() - 1 - d);
    return n;
  }

  int64_t normalized_ndim = 1;
  double eps = 1e-5;
  Dims sizes;  // of the bias
};

void check_shape(const Tensor& parameter, IntArrayRef normalized_shape, std::string_view argument) {
  GRADUS_CHECK(!parameter.defined() || parameter.sizes() == normalized_shape,
               "Expected {} to be of same shape as normalized_shape, but got {} of shape {} and normalized_shape = {}",
               argument, argument, parameter.sizes(), normalized_shape);
}

}  // namespace

Tensor layer_norm(const Tensor& x, IntArrayRef normalized_shape, const Tensor& weight, const Tensor& bias, double eps) {
  GRADUS_CHECK(!normalized_shape.empty(),
               "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
               "normalized_shape = []");
  check_shape(weight, normalized_shape, "weight");
  check_shape(bias, normalized_shape, "bias");
  const IntArrayRef sizes = x.sizes();
  GRADUS_CHECK(
      sizes.size() >= normalized_shape.size() && IntArrayRef(sizes.last(normalized_shape.size())) == normalized_shape,
      "Given normalized_shape={}, expected input with shape [*, {}], but got input of size{}", normalized_shape,
      fmt::join(normalized_shape, ", "), sizes);
  return LayerNorm::apply(x, weight, bias, static_cast<int64_t>(normalized_shape.size()), eps);
}

OpInfo layer_norm_op() { return op_info<LayerNorm>(); }

}  // namespace gradus
