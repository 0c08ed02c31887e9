#pragma once
#include <gradus/nn/module.h>

namespace gradus::nn {

/// Returns its input (https://pytorch.org/docs/stable/generated/torch.nn.Identity.html).
class Identity : public Module {
 public:
  Tensor forward(const Tensor& x) const override { return x; }
};

struct LinearOptions {
  bool bias = true;
};

/// y = x W^T + b (https://pytorch.org/docs/stable/generated/torch.nn.Linear.html).
/// x (..., in), W (out, in), b (out) -> y (..., out). Both start uniform in [-1/sqrt(in), 1/sqrt(in)], weight first.
class Linear : public Module {
 public:
  Linear(int64_t in_features, int64_t out_features, LinearOptions options = {});
  /// Throws Error if weight or bias was made a handle on some other tensor.
  Tensor forward(const Tensor& x) const override;
  /// Draws weight and bias anew.
  void reset_parameters();
  std::string extra_repr() const override;

  Parameter weight;  // (out, in)
  Parameter bias;    // (out), or undefined
};

}  // namespace gradus::nn
