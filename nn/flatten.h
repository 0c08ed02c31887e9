#pragma once
#include <gradus/nn/module.h>

namespace gradus::nn {

struct FlattenOptions {
  int64_t start_dim = 1;
  int64_t end_dim = -1;
};

/// Makes one dimension of start_dim..end_dim: (N, 28, 28) -> (N, 784)
/// (https://pytorch.org/docs/stable/generated/torch.nn.Flatten.html).
class Flatten : public Module {
 public:
  explicit Flatten(FlattenOptions options = {}) : options_(options) {}
  Tensor forward(const Tensor& x) const override { return x.flatten(options_.start_dim, options_.end_dim); }
  std::string extra_repr() const override;

 private:
  FlattenOptions options_;
};

/// Makes several dimensions of one: Unflatten(1, {28, 28}) turns (N, 784) into (N, 28, 28)
/// (https://pytorch.org/docs/stable/generated/torch.nn.Unflatten.html).
class Unflatten : public Module {
 public:
  Unflatten(int64_t dim, IntArrayRef unflattened_size)
      : dim_(dim), unflattened_size_(unflattened_size.begin(), unflattened_size.end()) {}
  Tensor forward(const Tensor& x) const override { return x.unflatten(dim_, unflattened_size_); }
  std::string extra_repr() const override;

 private:
  int64_t dim_;
  Dims unflattened_size_;
};

}  // namespace gradus::nn
