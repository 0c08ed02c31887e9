#pragma once
// A window that slides over an image: what convolution and pooling have in common.
#include <gradus/autograd/tensor.h>
#include <algorithm>

namespace gradus::kernels {

/// One dimension of it: element k of the window at place o meets input o * stride - padding + k * dilation, which may
/// lie outside 0 .. in - 1, in the padding.
struct WindowDim {
  int64_t in, kernel, stride, padding, dilation, out;

  int64_t input(int64_t place, int64_t k) const { return place * stride - padding + k * dilation; }
  bool contains(int64_t i) const { return 0 <= i && i < in; }

  /// The places begin .. end - 1 at which element k meets an input.
  struct Range {
    int64_t begin, end;
  };
  Range places(int64_t k) const {
    if (input(0, k) >= 0 && input(out - 1, k) < in) return {0, out};  // the usual case, without a division
    const int64_t before = padding - k * dilation;                    // inputs that are missing before place 0
    const int64_t begin = before > 0 ? (before + stride - 1) / stride : 0;
    const int64_t end = in + before > 0 ? (in + before + stride - 1) / stride : 0;
    return {std::min(begin, out), std::clamp(end, std::min(begin, out), out)};
  }
};

/// Both dimensions: rows first.
struct Window {
  WindowDim y, x;
};

}  // namespace gradus::kernels
