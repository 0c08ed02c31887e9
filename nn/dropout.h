#pragma once
#include <gradus/nn/module.h>

namespace gradus::nn {

struct DropoutOptions {
  double p = 0.5;
};

/// While training, sets each element to 0 with probability p and multiplies the others by 1 / (1 - p); in evaluation
/// returns its input (https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html).
class Dropout : public Module {
 public:
  explicit Dropout(double p) : Dropout(DropoutOptions{p}) {}
  /// Throws ValueError unless p is in [0, 1].
  explicit Dropout(DropoutOptions options = {});
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 private:
  DropoutOptions options_;
};

}  // namespace gradus::nn
