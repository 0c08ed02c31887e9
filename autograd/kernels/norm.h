#pragma once
// Normalisation over the last dimensions.
#include <gradus/autograd/tensor.h>

namespace gradus::kernels {

/// Rows of `n` numbers normalised to mean 0 and variance 1, times weight plus bias (n) where they are defined.
/// `statistics` becomes (2, rows): each row's mean, and 1 / sqrt(variance + eps).
Tensor layer_norm(const Tensor& x, int64_t n, const Tensor& weight, const Tensor& bias, double eps, Tensor& statistics);

/// Which gradients layer_norm_backward computes.
struct LayerNormNeeds {
  bool x = true, weight = true, bias = true;
};
struct LayerNormGradients {
  Tensor x, weight, bias;
};
/// With y the normalised rows and h = g weight:  dx = (h - mean(h) - y mean(h y)) / sqrt(variance + eps),
/// dweight = sum of g y over rows, dbias = sum of g over rows.
LayerNormGradients layer_norm_backward(const Tensor& g, const Tensor& x, const Tensor& statistics, int64_t n,
                                       const Tensor& weight, LayerNormNeeds needs);

}  // namespace gradus::kernels
