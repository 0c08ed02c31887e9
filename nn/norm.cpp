#include <gradus/autograd/check.h>
#include <gradus/nn/functional.h>
#include <gradus/nn/norm.h>
#include <gradus/nn/repr.h>

namespace gradus::nn {

LayerNorm::LayerNorm(IntArrayRef normalized_shape, LayerNormOptions options)
    : weight(register_parameter("weight", options.elementwise_affine ? ones(normalized_shape) : Tensor())),
      bias(register_parameter("bias", options.elementwise_affine && options.bias ? zeros(normalized_shape) : Tensor())),
      normalized_shape_(normalized_shape.begin(), normalized_shape.end()),
      options_(options) {}

Tensor LayerNorm::forward(const Tensor& x) const {
  check_registered(0, weight);
  check_registered(1, bias);
  return functional::layer_norm(x, normalized_shape_, weight, bias, options_.eps);
}

std::string LayerNorm::extra_repr() const {
  return fmt::format("{}, eps={}, elementwise_affine={}", repr(IntArrayRef(normalized_shape_)), repr(options_.eps),
                     repr(options_.elementwise_affine));
}

}  // namespace gradus::nn
