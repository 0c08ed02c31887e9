#pragma once
#include <gradus/autograd/size2d.h>
#include <gradus/nn/module.h>

namespace gradus::nn {

struct Conv2dOptions {
  Size2d stride = 1;
  Padding2d padding = 0;  // a number, {height, width}, "same" or "valid"
  Size2d dilation = 1;
  int64_t groups = 1;
  bool bias = true;
};

/// Slides out_channels filters over images (https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html).
/// x (N, in, H, W) or (in, H, W), weight (out, in / groups, kh, kw), bias (out) -> y (N, out, oh, ow) or (out, oh, ow)
/// with oh = (H + 2 padding - dilation (kh - 1) - 1) / stride + 1. Weight and bias start uniform in
/// +-1/sqrt(in / groups kh kw), weight first.
class Conv2d : public Module {
 public:
  /// Throws ValueError unless groups divides both numbers of channels.
  Conv2d(int64_t in_channels, int64_t out_channels, Size2d kernel_size, Conv2dOptions options = {});
  /// Throws Error if weight or bias was made a handle on some other tensor.
  Tensor forward(const Tensor& x) const override;
  /// Draws weight and bias anew.
  void reset_parameters();
  std::string extra_repr() const override;

  Parameter weight;  // (out, in / groups, kh, kw)
  Parameter bias;    // (out), or undefined

 private:
  Conv2dOptions options_;
};

}  // namespace gradus::nn
