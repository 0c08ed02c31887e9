#pragma once
#include <gradus/nn/module.h>

namespace gradus::nn {

struct LayerNormOptions {
  double eps = 1e-5;
  bool elementwise_affine = true;
  bool bias = true;
};

/// (x - mean) / sqrt(var + eps) * weight + bias, with mean and biased variance over the last dimensions, which have
/// the sizes normalized_shape (https://pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html).
class LayerNorm : public Module {
 public:
  explicit LayerNorm(IntArrayRef normalized_shape, LayerNormOptions options = {});
  /// Throws Error if weight or bias was made a handle on some other tensor.
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

  Parameter weight;  // ones of normalized_shape, or undefined without elementwise_affine
  Parameter bias;    // zeros of normalized_shape, or undefined

 private:
  Dims normalized_shape_;
  LayerNormOptions options_;
};

}  // namespace gradus::nn
