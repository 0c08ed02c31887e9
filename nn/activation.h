#pragma once
#include <gradus/nn/module.h>

namespace gradus::nn {

/// 1 / (1 + exp(-x)), elementwise (https://pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html).
class Sigmoid : public Module {
 public:
  Tensor forward(const Tensor& x) const override;
};

/// tanh(x), elementwise.
class Tanh : public Module {
 public:
  Tensor forward(const Tensor& x) const override;
};

/// max(0, x), elementwise; the derivative at 0 is 0.
class ReLU : public Module {
 public:
  Tensor forward(const Tensor& x) const override;
};

struct LeakyReLUOptions {
  double negative_slope = 0.01;
};

/// x where x > 0, negative_slope * x elsewhere (https://pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html):
/// `LeakyReLU(0.02)` or `LeakyReLU({.negative_slope = 0.02})`.
class LeakyReLU : public Module {
 public:
  explicit LeakyReLU(double negative_slope) : LeakyReLU(LeakyReLUOptions{negative_slope}) {}
  explicit LeakyReLU(LeakyReLUOptions options = {}) : options_(options) {}
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 private:
  LeakyReLUOptions options_;
};

/// exp(x) / sum exp(x) along dim, so that these add up to 1.
class Softmax : public Module {
 public:
  explicit Softmax(int64_t dim) : dim_(dim) {}
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 private:
  int64_t dim_;
};

/// log(softmax(x)) along dim, without overflow.
class LogSoftmax : public Module {
 public:
  explicit LogSoftmax(int64_t dim) : dim_(dim) {}
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 private:
  int64_t dim_;
};

struct SoftplusOptions {
  double beta = 1;
  double threshold = 20;
};

/// log(1 + exp(beta x)) / beta, and x where beta x > threshold
/// (https://pytorch.org/docs/stable/generated/torch.nn.Softplus.html).
class Softplus : public Module {
 public:
  explicit Softplus(SoftplusOptions options = {}) : options_(options) {}
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 private:
  SoftplusOptions options_;
};

}  // namespace gradus::nn
