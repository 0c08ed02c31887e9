#include <gradus/autograd/check.h>
#include <gradus/nn/functional.h>
#include <gradus/nn/init.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/repr.h>

#include <cmath>

namespace gradus::nn {

Linear::Linear(int64_t in_features, int64_t out_features, LinearOptions options)
    : weight(register_parameter("weight", empty({out_features, in_features}))),
      bias(register_parameter("bias", options.bias ? empty({out_features}) : Tensor())) {
  reset_parameters();
}

void Linear::reset_parameters() {
  // kaiming_uniform_ with a = sqrt(5), as PyTorch writes it, is this bound.
  const int64_t in_features = weight.size(1);
  const double bound = in_features > 0 ? 1 / std::sqrt(static_cast<double>(in_features)) : 0;
  init::uniform_(weight, -bound, bound);
  if (bias.defined()) init::uniform_(bias, -bound, bound);
}

Tensor Linear::forward(const Tensor& x) const {
  check_registered(0, weight);
  check_registered(1, bias);
  return functional::linear(x, weight, bias);
}

std::string Linear::extra_repr() const {
  return fmt::format("in_features={}, out_features={}, bias={}", weight.size(1), weight.size(0), repr(bias.defined()));
}

}  // namespace gradus::nn
