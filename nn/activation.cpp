#include <gradus/autograd/check.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/functional.h>
#include <gradus/nn/repr.h>

namespace gradus::nn {

Tensor Sigmoid::forward(const Tensor& x) const { return functional::sigmoid(x); }

Tensor Tanh::forward(const Tensor& x) const { return functional::tanh(x); }

Tensor ReLU::forward(const Tensor& x) const { return functional::relu(x); }

Tensor LeakyReLU::forward(const Tensor& x) const { return functional::leaky_relu(x, options_.negative_slope); }
std::string LeakyReLU::extra_repr() const { return "negative_slope=" + repr(options_.negative_slope); }

Tensor Softmax::forward(const Tensor& x) const { return functional::softmax(x, dim_); }
std::string Softmax::extra_repr() const { return fmt::format("dim={}", dim_); }

Tensor LogSoftmax::forward(const Tensor& x) const { return functional::log_softmax(x, dim_); }
std::string LogSoftmax::extra_repr() const { return fmt::format("dim={}", dim_); }

Tensor Softplus::forward(const Tensor& x) const { return functional::softplus(x, options_.beta, options_.threshold); }
std::string Softplus::extra_repr() const {
  return fmt::format("beta={}, threshold={}", repr(options_.beta), repr(options_.threshold));
}

}  // namespace gradus::nn
