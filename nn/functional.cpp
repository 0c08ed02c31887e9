#include <gradus/autograd/check.h>
#include <gradus/nn/functional.h>

namespace gradus::nn::functional {
namespace {

void warn_if_sizes_differ(const Tensor& input, const Tensor& target) {
  if (input.sizes() == target.sizes()) return;
  warn(
      fmt::format("Using a target size ({}) that is different to the input size ({}). This will likely lead to "
                  "incorrect results due to broadcasting. Please ensure they have the same size.",
                  target.sizes(), input.sizes()));
}

}  // namespace

Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  warn_if_sizes_differ(input, target);
  return gradus::mse_loss(input, target, reduction);
}

Tensor l1_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  warn_if_sizes_differ(input, target);
  return gradus::l1_loss(input, target, reduction);
}

Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, Reduction reduction, double beta) {
  warn_if_sizes_differ(input, target);
  return gradus::smooth_l1_loss(input, target, reduction, beta);
}

}  // namespace gradus::nn::functional
