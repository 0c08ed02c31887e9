#include <gradus/nn/functional.h>
#include <gradus/nn/loss.h>

namespace gradus::nn {

Tensor MSELoss::forward(const Tensor& input, const Tensor& target) const {
  return functional::mse_loss(input, target, options_.reduction);
}

Tensor L1Loss::forward(const Tensor& input, const Tensor& target) const {
  return functional::l1_loss(input, target, options_.reduction);
}

Tensor SmoothL1Loss::forward(const Tensor& input, const Tensor& target) const {
  return functional::smooth_l1_loss(input, target, options_.reduction, options_.beta);
}

BCELoss::BCELoss(const BCELossOptions& options)
    : weight(register_buffer("weight", options.weight)), reduction_(options.reduction) {}

Tensor BCELoss::forward(const Tensor& input, const Tensor& target) const {
  return functional::binary_cross_entropy(input, target, weight, reduction_);
}

BCEWithLogitsLoss::BCEWithLogitsLoss(const BCEWithLogitsLossOptions& options)
    : weight(register_buffer("weight", options.weight)),
      pos_weight(register_buffer("pos_weight", options.pos_weight)),
      reduction_(options.reduction) {}

Tensor BCEWithLogitsLoss::forward(const Tensor& input, const Tensor& target) const {
  return functional::binary_cross_entropy_with_logits(input, target, weight, pos_weight, reduction_);
}

NLLLoss::NLLLoss(const NLLLossOptions& options)
    : weight(register_buffer("weight", options.weight)),
      ignore_index_(options.ignore_index),
      reduction_(options.reduction) {}

Tensor NLLLoss::forward(const Tensor& input, const Tensor& target) const {
  return functional::nll_loss(input, target, weight, reduction_, ignore_index_);
}

CrossEntropyLoss::CrossEntropyLoss(const CrossEntropyLossOptions& options)
    : weight(register_buffer("weight", options.weight)),
      ignore_index_(options.ignore_index),
      reduction_(options.reduction),
      label_smoothing_(options.label_smoothing) {}

Tensor CrossEntropyLoss::forward(const Tensor& input, const Tensor& target) const {
  return functional::cross_entropy(input, target, weight, reduction_, ignore_index_, label_smoothing_);
}

}  // namespace gradus::nn
