#pragma once
// Normalisation of channels: x (N, C, ...), of which channel c is all of x[:, c].
#include <gradus/autograd/tensor.h>

namespace gradus::kernels {

/// (2, C): each channel's mean and biased variance.
Tensor channel_statistics(const Tensor& x);

/// (x - mean) * scale * weight + bias by channel; `statistics` is (2, C), mean and scale = 1 / sqrt(variance + eps);
/// weight and bias (C) may be undefined.
Tensor batch_norm(const Tensor& x, const Tensor& statistics, const Tensor& weight, const Tensor& bias);

/// Which gradients batch_norm_backward computes.
struct BatchNormNeeds {
  bool x = true, weight = true, bias = true;
};
struct BatchNormGradients {
  Tensor x, weight, bias;
};
/// With y the normalised x:  dweight = sum g y,  dbias = sum g,  and dx = weight scale (g - mean(g) - y mean(g y)), or
/// weight scale g where the statistics are `constant` (not those of x).
BatchNormGradients batch_norm_backward(const Tensor& g, const Tensor& x, const Tensor& statistics, const Tensor& weight,
                                       bool constant, BatchNormNeeds needs);

}  // namespace gradus::kernels
