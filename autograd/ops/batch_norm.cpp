#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/batch_norm.h>
#include <gradus/autograd/op_registry.h>

namespace gradus {
namespace {

/// What batch_norm is called with besides its three inputs. The running statistics are no inputs: they have no
/// gradient.
struct BatchNormSettings {
  Tensor running_mean, running_var;
  bool training = false;
  double momentum = 0.1, eps = 1e-5;
};

struct BatchNorm : Function<BatchNorm> {
  static constexpr auto name = "batch_norm", math =
                                                 "y = (x - mean(x)) / sqrt(var(x) + eps) by channel,  out = y w + b;  "
                                                 "dx = w (g - mean(g) - y mean(g y)) / sqrt(var(x) + eps),  "
                                                 "dw = sum(g y),  db = sum(g)";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& weight, const Tensor& bias,
                 const BatchNormSettings& settings) {
    training = settings.training, eps = settings.eps;
    Tensor statistics =
        training ? kernels::channel_statistics(x) : stack({settings.running_mean, settings.running_var}).to(x.dtype());
    if (training) update(settings, statistics, x);
    Tensor scale = statistics[1];
    scale.copy_((scale + eps).rsqrt());
    ctx.save_for_backward(x, weight, statistics);
    return kernels::batch_norm(x, statistics, weight, bias);
  }
  TensorList backward(Context& ctx, const Tensor& g) const {
    const Tensor x = ctx.saved(0), weight = ctx.saved(1), statistics = ctx.saved(2);
    if (GradMode::is_enabled()) return composed(ctx, g, x, weight, statistics);
    const auto gradients =
        kernels::batch_norm_backward(g, x, statistics, weight, !training,
                                     {.x = ctx.needs_grad(0), .weight = ctx.needs_grad(1), .bias = ctx.needs_grad(2)});
    return {gradients.x, gradients.weight, gradients.bias};
  }
  TensorList composed(const Context& ctx, const Tensor& g, const Tensor& x, const Tensor& weight,
                      const Tensor& statistics) const {
    Dims dims{0}, by_channel(static_cast<size_t>(x.dim()), 1);  // all dimensions but 1; (1, C, 1, ...)
    for (int64_t d = 2; d < x.dim(); ++d) dims.push_back(d);
    by_channel[1] = x.size(1);
    const Tensor mean = training ? x.mean(dims, true) : statistics[0].view(by_channel);
    const Tensor scale = training ? (x.var(dims, false, true) + eps).rsqrt() : statistics[1].view(by_channel);
    const Tensor y = (x - mean) * scale;
    TensorList gradients = TensorList::of_size(3);
    if (ctx.needs_grad(0)) {
      const Tensor h = weight.defined() ? g * weight.view(by_channel) : g;
      gradients[0] = training ? scale * (h - h.mean(dims, true) - y * (h * y).mean(dims, true)) : scale * h;
    }
    if (ctx.needs_grad(1)) gradients[1] = (g * y).sum(dims);
    if (ctx.needs_grad(2)) gradients[2] = g.sum(dims);
    return gradients;
  }
  /// running <- (1 - momentum) running + momentum that of x; the variance divided by one less than the elements.
  static void update(const BatchNormSettings& settings, const Tensor& statistics, const Tensor& x) {
    const auto move = [&](Tensor running, const Tensor& value, double factor) {
      if (running.defined()) running.mul_(1 - settings.momentum).add_(value, {.alpha = settings.momentum * factor});
    };
    const auto count = static_cast<double>(x.numel() / std::max<int64_t>(x.size(1), 1));
    move(settings.running_mean, statistics[0], 1);
    move(settings.running_var, statistics[1], count / (count - 1));
  }
  static Samples samples() {
    const auto training = [](const Tensor& x, const Tensor& w, const Tensor& b) {
      return gradus::batch_norm(x, {}, {}, w, b, true);
    };
    const Tensor mean = tensor({0.1, -0.2, 0.3}, kFloat64), var = tensor({0.5, 1.0, 2.0}, kFloat64);
    return {{"rows", training, {randn({4, 3}), randn({3}), randn({3})}},
            {"images", training, {randn({2, 3, 2, 3}), randn({3}), randn({3})}},
            {"plain",
             [](const Tensor& x) { return gradus::batch_norm(x.transpose(0, 1), {}, {}, {}, {}, true, 0.1, 0.1); },
             {randn({3, 2, 2})}},
            {"weight",
             [](const Tensor& x, const Tensor& w) { return gradus::batch_norm(x, {}, {}, w, {}, true); },
             {randn({3, 2, 2}), randn({2})}},
            {"evaluation",
             [=](const Tensor& x, const Tensor& w, const Tensor& b) { return gradus::batch_norm(x, mean, var, w, b); },
             {randn({2, 3, 2}), randn({3}), randn({3})}}};
  }

  bool training = false;
  double eps = 1e-5;
};

void check_channels(const Tensor& t, const Tensor& x, std::string_view argument) {
  if (!t.defined()) return;
  GRADUS_CHECK(t.dim() == 1 && t.size(0) == x.size(1), "{} should contain {} elements not {}", argument, x.size(1),
               t.numel());
  GRADUS_CHECK(t.dtype() == x.dtype(), "batch_norm: expected {} to be {} as the input is, but got {}", argument,
               to_string(x.dtype()), to_string(t.dtype()));
}

void check_running(const Tensor& t, const Tensor& x, bool training, std::string_view argument) {
  GRADUS_CHECK(training || t.defined(), "{} must be defined in evaluation mode", argument);
  check_channels(t, x, argument);
  GRADUS_CHECK(!t.defined() || !t.requires_grad(),
               "batch_norm is not differentiable with respect to argument '{}'. This input cannot have requires_grad "
               "True.",
               argument);
}

}  // namespace

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var, const Tensor& weight,
                  const Tensor& bias, bool training, double momentum, double eps) {
  GRADUS_CHECK(x.dim() >= 2, "batch_norm: expected an input of shape (N, C, ...), but got {}", x.sizes());
  check_running(running_mean, x, training, "running_mean");
  check_running(running_var, x, training, "running_var");
  check_channels(weight, x, "weight");
  check_channels(bias, x, "bias");
  GRADUS_CHECK_VALUE(!training || x.numel() != x.size(1),
                     "Expected more than 1 value per channel when training, got input size {}", x.sizes());
  return BatchNorm::apply(x, weight, bias, BatchNormSettings{running_mean, running_var, training, momentum, eps});
}

OpInfo batch_norm_op() { return op_info<BatchNorm>(); }

}  // namespace gradus
