#include <gradus/autograd/check.h>
#include <gradus/nn/functional.h>
#include <gradus/nn/init.h>
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

BatchNorm::BatchNorm(int64_t num_features, BatchNormOptions options)
    : weight(register_parameter("weight", options.affine ? ones({num_features}) : Tensor())),
      bias(register_parameter("bias", options.affine ? zeros({num_features}) : Tensor())),
      running_mean(register_buffer("running_mean", options.track_running_stats ? zeros({num_features}) : Tensor())),
      running_var(register_buffer("running_var", options.track_running_stats ? ones({num_features}) : Tensor())),
      num_batches_tracked(register_buffer("num_batches_tracked", options.track_running_stats ? tensor(0) : Tensor())),
      num_features_(num_features),
      options_(options) {}

void BatchNorm::reset_running_stats() {
  if (!options_.track_running_stats) return;
  init::zeros_(running_mean);
  init::ones_(running_var);
  init::zeros_(num_batches_tracked);
}

void BatchNorm::reset_parameters() {
  reset_running_stats();
  if (!options_.affine) return;
  init::ones_(weight);
  init::zeros_(bias);
}

Tensor BatchNorm::forward(const Tensor& x) const {
  check_registered(0, weight);
  check_registered(1, bias);
  check_input_dim(x.dim());
  const bool tracking = options_.track_running_stats, training = is_training();
  double momentum = options_.momentum.value_or(0);
  if (training && tracking) {
    Tensor batches = num_batches_tracked;
    batches.add_(1);
    if (!options_.momentum) momentum = 1 / batches.item<double>();
  }
  return functional::batch_norm(x, running_mean, running_var, weight, bias, training || !tracking, momentum,
                                options_.eps);
}

std::string BatchNorm::extra_repr() const {
  return fmt::format("{}, eps={}, momentum={}, affine={}, track_running_stats={}", num_features_, repr(options_.eps),
                     options_.momentum ? repr(*options_.momentum) : "None", repr(options_.affine),
                     repr(options_.track_running_stats));
}

void BatchNorm1d::check_input_dim(int64_t dim) const {
  GRADUS_CHECK_VALUE(dim == 2 || dim == 3, "expected 2D or 3D input (got {}D input)", dim);
}

void BatchNorm2d::check_input_dim(int64_t dim) const {
  GRADUS_CHECK_VALUE(dim == 4, "expected 4D input (got {}D input)", dim);
}

}  // namespace gradus::nn
