// Losses of single elements. A mean divides by the number of all elements.
#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/loss.h>
#include <gradus/autograd/op_registry.h>

namespace gradus {
namespace {

// The gradient of the loss as it meets each element: (the shape of the elements) or one number.
Tensor per_element(const Tensor& g, const Tensor& x, Reduction reduction) {
  return reduction == Reduction::kMean ? g / x.numel() : g;
}

// Gradients of a loss that depends on x - target only.
TensorList of_difference(const Context& ctx, const Tensor& dx) {
  return {ctx.needs_grad(0) ? dx : Tensor(), ctx.needs_grad(1) ? -dx : Tensor()};
}

template <class F>
Samples pairs(F f) {
  return {{"mean",
           [f](const Tensor& x, const Tensor& t) { return f(x, t, Reduction::kMean); },
           {randn({2, 3}), randn({2, 3})}},
          {"sum", [f](const Tensor& x, const Tensor& t) { return f(x, t, Reduction::kSum); }, {randn({3}), randn({3})}},
          {"none",
           [f](const Tensor& x, const Tensor& t) { return f(x.t(), t, Reduction::kNone); },
           {randn({2, 3}), randn({3, 2})}}};
}

struct MseLoss : Function<MseLoss> {
  static constexpr auto name = "mse_loss", math = "out = mean((x - t)^2);  dx = 2 g (x - t) / n,  dt = -dx";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& target, Reduction r) {
    reduction = r;
    ctx.save_for_backward(x, target);
    return kernels::mse_loss(x, target, reduction);
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0), target = ctx.saved(1);
    if (!GradMode::is_enabled()) return of_difference(ctx, kernels::mse_loss_backward(g, x, target, reduction));
    return of_difference(ctx, (x - target) * (per_element(g, x, reduction) * 2));
  }
  static Samples samples() {
    return pairs([](const Tensor& x, const Tensor& t, Reduction r) { return gradus::mse_loss(x, t, r); });
  }

  Reduction reduction = Reduction::kMean;
};

struct L1Loss : Function<L1Loss> {
  static constexpr auto name = "l1_loss", math = "out = mean(|x - t|);  dx = g sign(x - t) / n,  dt = -dx";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& target, Reduction r) {
    reduction = r;
    ctx.save_for_backward(x, target);
    return kernels::l1_loss(x, target, reduction);
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0), target = ctx.saved(1);
    if (!GradMode::is_enabled()) return of_difference(ctx, kernels::l1_loss_backward(g, x, target, reduction));
    return of_difference(ctx, (x - target).sign() * per_element(g, x, reduction));
  }
  static Samples samples() {
    return pairs([](const Tensor& x, const Tensor& t, Reduction r) { return gradus::l1_loss(x, t, r); });
  }

  Reduction reduction = Reduction::kMean;
};

struct SmoothL1Loss : Function<SmoothL1Loss> {
  static constexpr auto name = "smooth_l1_loss",
                        math =
                            "d = |x - t|,  out = mean(d^2 / (2 beta) below beta, d - beta / 2 above);  "
                            "dx = g (x - t) / beta / n below, g sign(x - t) / n above,  dt = -dx";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& target, Reduction r, double bound) {
    reduction = r;
    beta = bound;
    ctx.save_for_backward(x, target);
    return kernels::smooth_l1_loss(x, target, reduction, beta);
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0), target = ctx.saved(1);
    if (!GradMode::is_enabled()) {
      return of_difference(ctx, kernels::smooth_l1_loss_backward(g, x, target, reduction, beta));
    }
    const Tensor d = x - target;
    return of_difference(ctx, where(d.abs() >= beta, d.sign(), d / beta) * per_element(g, x, reduction));
  }
  static Samples samples() {
    Samples all = pairs([](const Tensor& x, const Tensor& t, Reduction r) { return gradus::smooth_l1_loss(x, t, r); });
    all.push_back({"beta",
                   [](const Tensor& x, const Tensor& t) { return gradus::smooth_l1_loss(x, t, Reduction::kSum, 0.25); },
                   {randn({2, 3}), randn({2, 3})}});
    return all;
  }

  Reduction reduction = Reduction::kMean;
  double beta = 1;
};

struct BinaryCrossEntropy : Function<BinaryCrossEntropy> {
  static constexpr auto name = "binary_cross_entropy",
                        math =
                            "out = mean(-w (t log(x) + (1 - t) log(1 - x))), logarithms not below -100;  "
                            "dx = g w (x - t) / max(x (1 - x), 1e-12) / n,  dt = g w (log(1 - x) - log(x)) / n";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& target, const Tensor& weight, Reduction r) {
    reduction = r;
    ctx.save_for_backward(x, target, weight);
    return kernels::binary_cross_entropy(x, target, weight, reduction);
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0), target = ctx.saved(1), weight = ctx.saved(2);
    const Tensor each = per_element(g, x, reduction), factor = weight.defined() ? each * weight : each;
    TensorList gradients = TensorList::of_size(3);
    if (ctx.needs_grad(0)) {
      gradients[0] = GradMode::is_enabled() ? factor * ((x - target) / ((1 - x) * x).clamp_min(1e-12))
                                            : kernels::binary_cross_entropy_backward(g, x, target, weight, reduction);
    }
    if (ctx.needs_grad(1)) gradients[1] = factor * ((1 - x).log() - x.log());
    return gradients;
  }
  static Samples samples() {
    const auto probabilities = [](IntArrayRef sizes) { return rand(sizes, kFloat64) * 0.8 + 0.1; };
    const Tensor weight = rand({3}, kFloat64);
    return {
        {"mean",
         [](const Tensor& x, const Tensor& t) { return gradus::binary_cross_entropy(x, t); },
         {probabilities({2, 3}), probabilities({2, 3})}},
        {"weight",
         [weight](const Tensor& x, const Tensor& t) {
           return gradus::binary_cross_entropy(x, t, weight, Reduction::kSum);
         },
         {probabilities({2, 3}), probabilities({2, 3})}},
        {"none",
         [](const Tensor& x, const Tensor& t) { return gradus::binary_cross_entropy(x.t(), t, {}, Reduction::kNone); },
         {probabilities({2, 3}), probabilities({3, 2})}}};
  }

  Reduction reduction = Reduction::kMean;
};

struct BinaryCrossEntropyWithLogits : Function<BinaryCrossEntropyWithLogits> {
  static constexpr auto name = "binary_cross_entropy_with_logits",
                        math =
                            "s = sigmoid(x),  out = mean(-w (p t log(s) + (1 - t) log(1 - s)));  "
                            "dx = g w ((p t + 1 - t) s - p t) / n,  dt = g w (log(1 - s) - p log(s)) / n";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& target, const Tensor& weight, const Tensor& pos_weight,
                 Reduction r) {
    reduction = r;
    ctx.save_for_backward(x, target, weight, pos_weight);
    return kernels::binary_cross_entropy_with_logits(x, target, weight, pos_weight, reduction);
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0), target = ctx.saved(1), weight = ctx.saved(2), pos_weight = ctx.saved(3);
    const Tensor each = per_element(g, x, reduction), factor = weight.defined() ? each * weight : each;
    TensorList gradients = TensorList::of_size(4);
    if (ctx.needs_grad(0)) gradients[0] = input_gradient(g, factor, x, target, weight, pos_weight);
    if (ctx.needs_grad(1)) {
      // log(1 - s) = log(s) - x
      gradients[1] = factor * (pos_weight.defined() ? (1 - pos_weight) * logsigmoid(x) - x : -x);
    }
    return gradients;
  }
  Tensor input_gradient(const Tensor& g, const Tensor& factor, const Tensor& x, const Tensor& target,
                        const Tensor& weight, const Tensor& pos_weight) const {
    if (!GradMode::is_enabled()) {
      return kernels::binary_cross_entropy_with_logits_backward(g, x, target, weight, pos_weight, reduction);
    }
    if (!pos_weight.defined()) return factor * (x.sigmoid() - target);
    const Tensor positive = pos_weight * target;
    return factor * ((positive + 1 - target) * x.sigmoid() - positive);
  }
  static Samples samples() {
    const Tensor weight = rand({2, 1}, kFloat64), pos_weight = rand({3}, kFloat64) + 0.5;
    const auto loss = [](const Tensor& w, const Tensor& p, Reduction r) {
      return [=](const Tensor& x, const Tensor& t) { return gradus::binary_cross_entropy_with_logits(x, t, w, p, r); };
    };
    return {{"mean", loss({}, {}, Reduction::kMean), {randn({2, 3}), rand({2, 3})}},
            {"weight", loss(weight, {}, Reduction::kSum), {randn({2, 3}), rand({2, 3})}},
            {"pos_weight", loss({}, pos_weight, Reduction::kNone), {randn({2, 3}), rand({2, 3})}},
            {"both_weights", loss(weight, pos_weight, Reduction::kMean), {randn({2, 3}), rand({2, 3})}}};
  }

  Reduction reduction = Reduction::kMean;
};

// Input and target of a loss that broadcasts: of one dtype and one shape, with a warning where it had to be made so.
std::pair<Tensor, Tensor> matched(const Tensor& input, const Tensor& target) {
  const Dtype dtype = result_type(input, target);
  const Tensor x = input.to(dtype), t = target.to(dtype);
  if (x.sizes() == t.sizes()) return {x, t};
  warn(
      fmt::format("Using a target size ({}) that is different to the input size ({}). This will likely lead to "
                  "incorrect results due to broadcasting. Please ensure they have the same size.",
                  t.sizes(), x.sizes()));
  const Dims sizes = broadcast_shapes(x.sizes(), t.sizes());
  return {x.expand(sizes), t.expand(sizes)};
}

// A weight of a loss, broadcast to the input's shape.
Tensor expanded_weight(const Tensor& weight, const Tensor& input, std::string_view op, std::string_view argument) {
  if (!weight.defined()) return weight;
  GRADUS_CHECK(!GradMode::is_enabled() || !weight.requires_grad(),
               "The function '{}' is not differentiable with respect to argument '{}'. This input cannot have "
               "requires_grad True.",
               op, argument);
  const Dims sizes = broadcast_shapes(input.sizes(), weight.sizes());
  GRADUS_CHECK(input.sizes() == sizes, "{}: {} of shape {} does not broadcast to the input's shape {}", op, argument,
               weight.sizes(), input.sizes());
  return weight.to(input.dtype()).expand(sizes);
}

}  // namespace

Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  const auto [x, t] = matched(input, target);
  return MseLoss::apply(x, t, reduction);
}

Tensor l1_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  const auto [x, t] = matched(input, target);
  if (x.is_floating_point()) return L1Loss::apply(x, t, reduction);
  const Tensor distance = (x - t).abs();
  return reduction == Reduction::kNone ? distance : reduction == Reduction::kSum ? distance.sum() : distance.mean();
}

Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, Reduction reduction, double beta) {
  GRADUS_CHECK(beta >= 0, "smooth_l1_loss does not support negative values for beta, got {}", beta);
  if (beta == 0) return l1_loss(input, target, reduction);
  const auto [x, t] = matched(input, target);
  return SmoothL1Loss::apply(x, t, reduction, beta);
}

Tensor binary_cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight, Reduction reduction) {
  constexpr auto kName = "binary_cross_entropy";
  GRADUS_CHECK_VALUE(input.sizes() == target.sizes(),
                     "Using a target size ({}) that is different to the input size ({}) is deprecated. Please ensure "
                     "they have the same size.",
                     target.sizes(), input.sizes());
  GRADUS_CHECK(input.dtype() == target.dtype() || !input.is_floating_point(),
               "{}: Found dtype {} but expected {}: convert the target with .to()", kName, type_name(target.dtype()),
               type_name(input.dtype()));
  return BinaryCrossEntropy::apply(input, target, expanded_weight(weight, input, kName, "weight"), reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target, const Tensor& weight,
                                        const Tensor& pos_weight, Reduction reduction) {
  constexpr auto kName = "binary_cross_entropy_with_logits";
  GRADUS_CHECK_VALUE(input.sizes() == target.sizes(), "Target size ({}) must be the same as input size ({})",
                     target.sizes(), input.sizes());
  GRADUS_CHECK(input.is_floating_point() && target.is_floating_point(),
               "{}: input and target must be floating point, but they are {} and {}: convert with .to()", kName,
               to_string(input.dtype()), to_string(target.dtype()));
  const auto [x, t] = matched(input, target);
  return BinaryCrossEntropyWithLogits::apply(x, t, expanded_weight(weight, x, kName, "weight"),
                                             expanded_weight(pos_weight, x, kName, "pos_weight"), reduction);
}

OpInfo mse_loss_op() { return op_info<MseLoss>(); }
OpInfo l1_loss_op() { return op_info<L1Loss>(); }
OpInfo smooth_l1_loss_op() { return op_info<SmoothL1Loss>(); }
OpInfo binary_cross_entropy_op() { return op_info<BinaryCrossEntropy>(); }
OpInfo binary_cross_entropy_with_logits_op() { return op_info<BinaryCrossEntropyWithLogits>(); }

}  // namespace gradus
