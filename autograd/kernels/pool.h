#pragma once
// Pooling: one number for every place of a window over an image.
#include <gradus/autograd/kernels/window.h>

namespace gradus::kernels {

// x (..., H, W) and out and g (..., oh, ow), with any dimensions before. Each returns a new contiguous tensor.

/// The largest element of every window: the first of several, the last NaN if there is one. `indices`, unless null,
/// becomes the place of each, y W + x, int64.
Tensor max_pool2d(const Tensor& x, const Window& window, Tensor* indices);
/// dx: every element of g added where its maximum was.
Tensor max_pool2d_backward(const Tensor& g, const Tensor& indices, const Window& window);

/// What an average divides by: the size of the window, with or without the padding, or a number of one's own.
struct AverageDivisor {
  bool count_include_pad = true;
  int64_t divisor_override = 0;  // 0: none
};
Tensor avg_pool2d(const Tensor& x, const Window& window, AverageDivisor divisor);
/// dx: every element of g, divided, added to all of its window.
Tensor avg_pool2d_backward(const Tensor& g, const Window& window, AverageDivisor divisor);

}  // namespace gradus::kernels
