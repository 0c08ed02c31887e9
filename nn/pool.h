#pragma once
#include <gradus/autograd/size2d.h>
#include <gradus/nn/module.h>
#include <optional>

namespace gradus::nn {

struct MaxPool2dOptions {
  Size2d stride = {};  // not given: the kernel size
  Size2d padding = 0;
  Size2d dilation = 1;
  bool ceil_mode = false;  // windows that begin inside count, wherever they end
};

/// The largest element of every window (https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html).
/// x (N, C, H, W) or (C, H, W). Where each one stood: functional::max_pool2d_with_indices.
class MaxPool2d : public Module {
 public:
  explicit MaxPool2d(Size2d kernel_size, MaxPool2dOptions options = {});
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 private:
  Size2d kernel_size_;
  MaxPool2dOptions options_;
};

struct AvgPool2dOptions {
  Size2d stride = {};  // not given: the kernel size
  Size2d padding = 0;
  bool ceil_mode = false;
  bool count_include_pad = true;                           // whether the zeros of the padding count in the mean
  std::optional<int64_t> divisor_override = std::nullopt;  // what each sum is divided by instead of its count
};

/// The mean of every window (https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html).
/// x (N, C, H, W) or (C, H, W).
class AvgPool2d : public Module {
 public:
  explicit AvgPool2d(Size2d kernel_size, AvgPool2dOptions options = {});
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 private:
  Size2d kernel_size_;
  AvgPool2dOptions options_;
};

}  // namespace gradus::nn
