// Losses of class numbers and class probabilities: nll_loss and cross_entropy. Inside, everything is rows of C scores:
// input (N, C, d1, ...) becomes (M, C) with M = N d1 ...
#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/loss.h>
#include <gradus/autograd/op_registry.h>

namespace gradus {
namespace {

using kernels::ClassOptions;

// Remembers the options of a call: numbers here, the weight as a saved tensor.
struct RowLoss {
  ClassOptions options;  // without the weight
  double divisor = 1;    // of the mean

  Tensor finish(Context& ctx, const Tensor& x, const Tensor& target, const ClassOptions& given,
                const kernels::ClassLoss& result) {
    options = given;
    options.weight = {};
    divisor = result.divisor;
    ctx.save_for_backward(x, target, given.weight, result.statistics);
    return result.loss;
  }
  ClassOptions with_weight(const Tensor& weight) const {
    ClassOptions all = options;
    all.weight = weight;
    return all;
  }
  // The gradient of the loss as it meets each row: (M, 1) or one number.
  Tensor per_row(const Tensor& g) const {
    const Tensor each = divisor == 1 ? g : g / divisor;
    return each.dim() == 1 ? each.unsqueeze(1) : each;
  }
};

struct NllLoss : Function<NllLoss> {
  static constexpr auto name = "nll_loss",
                        math = "out = sum(-w[t] x[t]) / sum(w[t]);  dx[t] = -g w[t] / sum(w[t]), 0 elsewhere";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& target, const ClassOptions& options) {
    classes = x.size(1);
    return rows.finish(ctx, {}, target, options, kernels::nll_loss(x, target, options));
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor target = ctx.saved(1);
    const ClassOptions options = rows.with_weight(ctx.saved(2));
    if (!GradMode::is_enabled()) {
      return {kernels::nll_loss_backward(g, classes, target, options, rows.divisor), Tensor()};
    }
    return {-rows.per_row(g) * kernels::class_factors(target, classes, g.dtype(), options), Tensor()};
  }
  static Samples samples() {
    const Tensor target = tensor({2, 0, -100, 1}), weight = tensor({0.5, 2., 1.}, kFloat64);
    const Tensor images = tensor({{0, 2}, {1, -100}});
    return {{"mean", [=](const Tensor& x) { return gradus::nll_loss(x, target); }, {randn({4, 3})}},
            {"weight",
             [=](const Tensor& x) { return gradus::nll_loss(x, target, weight, Reduction::kMean); },
             {randn({4, 3})}},
            {"none",
             [=](const Tensor& x) { return gradus::nll_loss(x, images, weight, Reduction::kNone); },
             {randn({2, 3, 2})}},
            {"one", [=](const Tensor& x) { return gradus::nll_loss(x, target[0]); }, {randn({3})}}};
  }

  int64_t classes = 0;
  RowLoss rows;
};

/// cross_entropy with a probability for each class as target.
struct SoftCrossEntropy : Function<SoftCrossEntropy> {
  static constexpr auto name = "cross_entropy_probabilities",
                        math =
                            "out = sum(-w t log_softmax(x)) / N;  "
                            "dx = g (softmax(x) sum(w t) - w t) / N,  dt = -g w log_softmax(x) / N";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& target, const Tensor& weight, ClassOptions options) {
    options.weight = weight;
    return rows.finish(ctx, x, target, options, kernels::soft_cross_entropy(x, target, options));
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0), target = ctx.saved(1), weight = ctx.saved(2);
    const double smoothing = rows.options.label_smoothing;
    TensorList gradients = TensorList::of_size(3);
    const auto smooth = [&] {
      return smoothing == 0 ? target : target * (1 - smoothing) + smoothing / static_cast<double>(x.size(1));
    };
    if (ctx.needs_grad(0) && !GradMode::is_enabled()) {
      gradients[0] =
          kernels::soft_cross_entropy_backward(g, x, target, ctx.saved(3), rows.with_weight(weight), rows.divisor);
    } else if (ctx.needs_grad(0)) {
      const Tensor q = weight.defined() ? smooth() * weight : smooth();
      gradients[0] = rows.per_row(g) * (x.softmax(1) * q.sum(1, true) - q);
    }
    if (!ctx.needs_grad(1) && !ctx.needs_grad(2)) return gradients;
    const Tensor costs = -rows.per_row(g) * x.log_softmax(1);
    if (ctx.needs_grad(1)) {
      const Tensor weighted = weight.defined() ? costs * weight : costs;
      gradients[1] = smoothing == 0 ? weighted : weighted * (1 - smoothing);
    }
    if (ctx.needs_grad(2)) gradients[2] = (costs * smooth()).sum(0);
    return gradients;
  }
  static Samples samples() {
    const auto loss = [](Reduction r, double smoothing) {
      return [=](const Tensor& x, const Tensor& t) { return gradus::cross_entropy(x, t, {}, r, -100, smoothing); };
    };
    const auto weighted = [](Reduction r, double smoothing) {
      return [=](const Tensor& x, const Tensor& t, const Tensor& w) {
        return gradus::cross_entropy(x, t, w, r, -100, smoothing);
      };
    };
    return {{"mean", loss(Reduction::kMean, 0), {randn({2, 3}), rand({2, 3})}},
            {"smooth", loss(Reduction::kSum, 0.2), {randn({2, 3}), rand({2, 3})}},
            {"weight", weighted(Reduction::kMean, 0), {randn({2, 3}), rand({2, 3}), rand({3})}},
            {"none", weighted(Reduction::kNone, 0.2), {randn({2, 3, 2}), rand({2, 3, 2}), rand({3})}},
            {"one", loss(Reduction::kMean, 0), {randn({3}), rand({3})}}};
  }

  RowLoss rows;
};

/// cross_entropy with class numbers as target.
struct CrossEntropy : Function<CrossEntropy> {
  static constexpr auto name = "cross_entropy", math =
                                                    "out = sum(-w[t] log_softmax(x)[t]) / sum(w[t]);  "
                                                    "dx = g w[t] (softmax(x) - onehot(t)) / sum(w[t])";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& target, const ClassOptions& options) {
    return rows.finish(ctx, x, target, options, kernels::cross_entropy(x, target, options));
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0), target = ctx.saved(1);
    const ClassOptions options = rows.with_weight(ctx.saved(2));
    if (!GradMode::is_enabled()) {
      return {kernels::cross_entropy_backward(g, x, target, ctx.saved(3), options, rows.divisor), Tensor()};
    }
    const Tensor q = kernels::class_factors(target, x.size(1), x.dtype(), options);
    return {rows.per_row(g) * (x.softmax(1) * q.sum(1, true) - q), Tensor()};
  }
  static Samples samples() {
    const Tensor target = tensor({2, 0, -100, 1}), weight = tensor({0.5, 2., 1.}, kFloat64);
    const Tensor images = tensor({{0, 2}, {1, -100}});
    const auto loss = [](const Tensor& t, const Tensor& w, Reduction r, double smoothing) {
      return [=](const Tensor& x) { return gradus::cross_entropy(x, t, w, r, -100, smoothing); };
    };
    return {{"mean", loss(target, {}, Reduction::kMean, 0), {randn({4, 3})}},
            {"weight", loss(target, weight, Reduction::kMean, 0), {randn({4, 3})}},
            {"smooth", loss(target, {}, Reduction::kMean, 0.1), {randn({4, 3})}},
            {"smooth_weight", loss(target, weight, Reduction::kSum, 0.3), {randn({4, 3})}},
            {"none", loss(images, weight, Reduction::kNone, 0), {randn({2, 3, 2})}},
            {"one", loss(target[1], {}, Reduction::kMean, 0), {randn({3})}}};
  }

  RowLoss rows;
};

// Input (C), (N, C) or (N, C, d1, ...), its classes last and everything else flattened: (M, C).
Tensor as_rows(const Tensor& input) {
  if (input.dim() == 2) return input;
  if (input.dim() == 1) return input.unsqueeze(0);
  Dims order{0};
  for (int64_t d = 2; d < input.dim(); ++d) order.push_back(d);
  order.push_back(1);
  const int64_t classes = input.size(1);
  int64_t others = 1;
  for (int64_t d = 0; d < input.dim(); ++d) others *= d == 1 ? 1 : input.size(d);
  return input.permute(order).reshape({others, classes});
}

// The input's sizes without the classes: the shape of a target of class numbers, and of unreduced losses.
Dims target_sizes(IntArrayRef input) {
  if (input.size() == 1) return {};
  Dims sizes(input.begin(), input.end());
  sizes.erase(sizes.begin() + 1);
  return sizes;
}

int64_t classes_of(const Tensor& input) { return input.size(input.dim() == 1 ? 0 : 1); }

void check_weight(const Tensor& weight, const Tensor& input, std::string_view op) {
  if (!weight.defined()) return;
  const int64_t classes = classes_of(input);
  GRADUS_CHECK(weight.dim() == 1 && weight.numel() == classes,
               "{}: weight tensor should be defined either for all {} classes or no classes but got weight tensor of "
               "shape: {}",
               op, classes, weight.sizes());
  GRADUS_CHECK(weight.dtype() == input.dtype(),
               "{}: expected scalar type {} but found {}: convert the weight with .to()", op, type_name(input.dtype()),
               type_name(weight.dtype()));
}

void check_fixed_weight(const Tensor& weight, std::string_view op) {
  GRADUS_CHECK(!weight.defined() || !GradMode::is_enabled() || !weight.requires_grad(),
               "The function '{}' is not differentiable with respect to argument 'weight'. This input cannot have "
               "requires_grad True.",
               op);
}

void check_class_numbers(const Tensor& input, const Tensor& target, std::string_view op) {
  GRADUS_CHECK_VALUE(input.dim() >= 1, "{}: Expected 1 or more dimensions (got 0)", op);
  GRADUS_CHECK(target.dtype() == kInt64,
               "{}: expected scalar type Long but found {}: the target holds class numbers, convert it with "
               ".to(kInt64)",
               op, type_name(target.dtype()));
  const Dims expected = target_sizes(input.sizes());
  if (target.sizes() == expected) return;
  GRADUS_CHECK(input.dim() != 1, "{}: size mismatch (got input: {}, target: {})", op, input.sizes(), target.sizes());
  GRADUS_CHECK_VALUE(target.dim() >= 1 && target.size(0) == input.size(0),
                     "{}: Expected input batch_size ({}) to match target batch_size ({}).", op, input.size(0),
                     target.dim() >= 1 ? target.size(0) : 1);
  GRADUS_CHECK(input.dim() != 2, "{}: 0D or 1D target tensor expected, multi-target not supported, got shape {}", op,
               target.sizes());
  GRADUS_CHECK(false, "{}: Expected target size {}, got {}", op, expected, target.sizes());
}

// The losses of rows in the shape of the target again, or their one sum.
Tensor reduced(const Tensor& loss, const Tensor& input, Reduction reduction) {
  if (reduction != Reduction::kNone || input.dim() == 2) return loss;
  return loss.view(target_sizes(input.sizes()));
}

}  // namespace

Tensor nll_loss(const Tensor& log_probabilities, const Tensor& target, const Tensor& weight, Reduction reduction,
                int64_t ignore_index) {
  check_class_numbers(log_probabilities, target, "nll_loss");
  check_weight(weight, log_probabilities, "nll_loss");
  check_fixed_weight(weight, "nll_loss");
  const ClassOptions options{weight, ignore_index, 0, reduction};
  return reduced(NllLoss::apply(as_rows(log_probabilities), target.reshape({target.numel()}), options),
                 log_probabilities, reduction);
}

Tensor cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight, Reduction reduction,
                     int64_t ignore_index, double label_smoothing) {
  constexpr auto kName = "cross_entropy";
  GRADUS_CHECK(label_smoothing >= 0 && label_smoothing <= 1, "label_smoothing must be between 0.0 and 1.0. Got: {}",
               label_smoothing);
  ClassOptions options{weight, ignore_index, label_smoothing, reduction};
  if (input.dim() > 0 && input.sizes() == target.sizes()) {
    GRADUS_CHECK(target.is_floating_point(),
                 "Expected floating point type for target with class probabilities, got {}: a target of class numbers "
                 "has no class dimension",
                 type_name(target.dtype()));
    GRADUS_CHECK(ignore_index < 0, "ignore_index is not supported for floating point target");
    const Dtype dtype = result_type(input, target);
    const Tensor x = input.to(dtype);
    check_weight(weight, x, kName);
    options.weight = {};
    return reduced(SoftCrossEntropy::apply(as_rows(x), as_rows(target.to(dtype)), weight, options), x, reduction);
  }
  check_class_numbers(input, target, kName);
  check_weight(weight, input, kName);
  check_fixed_weight(weight, kName);
  return reduced(CrossEntropy::apply(as_rows(input), target.reshape({target.numel()}), options), input, reduction);
}

OpInfo nll_loss_op() { return op_info<NllLoss>(); }
OpInfo cross_entropy_op() { return op_info<CrossEntropy>(); }
OpInfo cross_entropy_probabilities_op() { return op_info<SoftCrossEntropy>(); }

}  // namespace gradus
