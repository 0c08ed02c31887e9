#pragma once
// Losses in one pass: forward adds up the elements' losses, backward writes the gradient with the mean folded in.
#include <gradus/autograd/tensor.h>

namespace gradus::kernels {

// -- kernels/loss.cpp: x and target have one shape and one floating-point dtype; so has weight if it is defined ---
// `g` is the gradient of the result: of x's shape for Reduction::kNone, otherwise one number.

/// (x - target)^2
Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction);
Tensor mse_loss_backward(const Tensor& g, const Tensor& x, const Tensor& target, Reduction reduction);

/// |x - target|
Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction);
Tensor l1_loss_backward(const Tensor& g, const Tensor& x, const Tensor& target, Reduction reduction);

/// With d = |x - target|: d^2 / (2 beta) below beta, d - beta / 2 from there on.
Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, Reduction reduction, double beta);
Tensor smooth_l1_loss_backward(const Tensor& g, const Tensor& x, const Tensor& target, Reduction reduction,
                               double beta);

/// -weight (target log(x) + (1 - target) log(1 - x)), the logarithms not below -100. Throws Error unless 0 <= x <= 1.
Tensor binary_cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight, Reduction reduction);
/// weight (x - target) / max(x (1 - x), 1e-12)
Tensor binary_cross_entropy_backward(const Tensor& g, const Tensor& x, const Tensor& target, const Tensor& weight,
                                     Reduction reduction);

/// The same of sigmoid(x), with target log(x) times pos_weight; finite for every finite x.
Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target, const Tensor& weight,
                                        const Tensor& pos_weight, Reduction reduction);
Tensor binary_cross_entropy_with_logits_backward(const Tensor& g, const Tensor& x, const Tensor& target,
                                                 const Tensor& weight, const Tensor& pos_weight, Reduction reduction);

// -- kernels/nll_loss.cpp -----------------------------------------------------------------------------------------
/// How the class of a row counts in the losses below.
struct ClassOptions {
  Tensor weight;  // (C), or undefined: all 1
  int64_t ignore_index = -100;
  double label_smoothing = 0;
  Reduction reduction = Reduction::kMean;
};

/// A loss, what it was divided by (1 unless it is a mean), and for cross entropy each row's maximum and
/// log(sum(exp(x - maximum))), (2, M).
struct ClassLoss {
  Tensor loss;
  double divisor = 1;
  Tensor statistics;
};

/// -weight[target] x[target] for each row of x (M, C) with target (M); the mean divides by the sum of the weights.
/// Rows with target ignore_index count nothing. Throws IndexError for another target outside 0..C-1.
ClassLoss nll_loss(const Tensor& x, const Tensor& target, const ClassOptions& options);
/// The gradient of nll_loss: (M, C). `g`: (M) for Reduction::kNone, otherwise one number.
Tensor nll_loss_backward(const Tensor& g, int64_t classes, const Tensor& target, const ClassOptions& options,
                         double divisor);

/// nll_loss of the logarithm of x's softmax, with `label_smoothing` of the target spread over all classes.
ClassLoss cross_entropy(const Tensor& x, const Tensor& target, const ClassOptions& options);
Tensor cross_entropy_backward(const Tensor& g, const Tensor& x, const Tensor& target, const Tensor& statistics,
                              const ClassOptions& options, double divisor);

/// The factors q of cross_entropy's sum -q log_softmax(x), weights and smoothing included: (M, C) of weight's dtype.
Tensor class_factors(const Tensor& target, int64_t classes, Dtype dtype, const ClassOptions& options);

/// Cross entropy with target (M, C) a probability for each class; the mean divides by M.
ClassLoss soft_cross_entropy(const Tensor& x, const Tensor& target, const ClassOptions& options);
Tensor soft_cross_entropy_backward(const Tensor& g, const Tensor& x, const Tensor& target, const Tensor& statistics,
                                   const ClassOptions& options, double divisor);

}  // namespace gradus::kernels
