#include <gradus/autograd/check.h>
#include <gradus/nn/utils.h>

#include <algorithm>
#include <cmath>

namespace gradus::nn::utils {
namespace {

/// The gradients that are there.
std::vector<Tensor> gradients_of(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> gradients;
  for (Tensor parameter : parameters) {
    if (const Tensor& gradient = parameter.mutable_grad(); gradient.defined()) gradients.push_back(gradient);
  }
  return gradients;
}

}  // namespace

double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  const NoGradGuard no_grad;
  std::vector<Tensor> gradients = gradients_of(parameters);
  if (gradients.empty()) return 0;
  TensorList norms;
  for (const Tensor& gradient : gradients) norms.push_back(gradient.norm(norm_type).to(kFloat64));
  const double total = stack(norms).norm(norm_type).item<double>();
  GRADUS_CHECK(!error_if_nonfinite || std::isfinite(total),
               "The total norm of order {} for gradients from `parameters` is non-finite, so it cannot be clipped. To "
               "disable this error and scale the gradients by the non-finite norm anyway, set "
               "`error_if_nonfinite=false`",
               norm_type);
  // std::min would drop a NaN, which must reach the gradients.
  const double factor = max_norm / (total + 1e-6);
  for (Tensor& gradient : gradients) gradient.mul_(factor > 1 ? 1.0 : factor);
  return total;
}

void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value) {
  const NoGradGuard no_grad;
  for (Tensor& gradient : gradients_of(parameters)) gradient.clamp_(-clip_value, clip_value);
}

Tensor parameters_to_vector(const std::vector<Tensor>& parameters) {
  GRADUS_CHECK(!parameters.empty(), "parameters_to_vector needs at least one parameter");
  TensorList flat;
  for (const Tensor& parameter : parameters) flat.push_back(parameter.reshape({-1}));
  return cat(flat);
}

void vector_to_parameters(const Tensor& vector, const std::vector<Tensor>& parameters) {
  int64_t total = 0;
  for (const Tensor& parameter : parameters) total += parameter.numel();
  GRADUS_CHECK(vector.dim() == 1 && vector.numel() == total,
               "vector_to_parameters: a vector of sizes {} does not fit parameters of {} elements", vector.sizes(),
               total);
  const NoGradGuard no_grad;
  int64_t start = 0;
  for (Tensor parameter : parameters) {
    parameter.copy_(vector.narrow(0, start, parameter.numel()).view(parameter.sizes()));
    start += parameter.numel();
  }
}

}  // namespace gradus::nn::utils
