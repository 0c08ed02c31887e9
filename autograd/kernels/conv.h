#pragma once
// Convolution as a matrix product (im2col): the window's numbers at every place become the columns of a matrix.
#include <gradus/autograd/kernels/window.h>

namespace gradus::kernels {

// Shapes and dtypes have been checked by the ops: x (N, C, H, W), weight (O, C / groups, kh, kw), out and g
// (N, O, oh, ow). Each returns a new contiguous tensor.

/// out[n, o] = sum over channels c of o's group, weight[o, c] * windows of x[n, c], plus bias (O) where it is defined.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Window& window, int64_t groups);
/// dx: every window of g spread over the inputs it came from.
Tensor conv2d_input(const Tensor& weight, const Tensor& g, const Window& window, int64_t groups);
/// dweight: the products of g with the windows of x, summed over places and images.
Tensor conv2d_weight(const Tensor& x, const Tensor& g, const Window& window, int64_t groups);

}  // namespace gradus::kernels
