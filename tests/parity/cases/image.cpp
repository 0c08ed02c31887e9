#include "../parity.h"

namespace gradus::parity {
namespace {

/// batch_norm with running statistics, and what they are afterwards.
Case batch_norm_with(bool training, double momentum = 0.1, double eps = 1e-5) {
  return [=](Tensor x, Tensor weight, Tensor bias) {
    const Tensor mean = tensor({0.5, -1.0, 0.25}, x.dtype()), var = tensor({2.0, 0.5, 1.0}, x.dtype());
    const Tensor out = batch_norm(x, mean, var, weight, bias, training, momentum, eps);
    return TensorList{out, mean, var};
  };
}

}  // namespace

Table image() {
  using T = Tensor;
  return {
      {"conv2d", [](T x, T w, T b) { return conv2d(x, w, b); }},
      {"conv2d without bias", [](T x, T w) { return conv2d(x, w); }},
      {"conv2d stride",
       [](T x, T w, T b) {
         return conv2d(x, w, b, {2, 3});
       }},
      {"conv2d pointwise stride", [](T x, T w) { return conv2d(x, w, {}, 2); }},
      {"conv2d padding",
       [](T x, T w, T b) {
         return conv2d(x, w, b, 1, {2, 1});
       }},
      {"conv2d pointwise padding", [](T x, T w) { return conv2d(x, w, {}, 1, 1); }},
      {"conv2d dilation",
       [](T x, T w) {
         return conv2d(x, w, {}, 1, 0, {2, 3});
       }},
      {"conv2d groups", [](T x, T w, T b) { return conv2d(x, w, b, 1, 0, 1, 2); }},
      {"conv2d depthwise", [](T x, T w) { return conv2d(x, w, {}, 1, 1, 1, 2); }},
      {"conv2d all",
       [](T x, T w, T b) {
         return conv2d(x, w, b, {2, 1}, {3, 2}, {1, 2}, 2);
       }},
      {"conv2d same", [](T x, T w, T b) { return conv2d(x, w, b, 1, "same"); }},
      {"conv2d same dilation",
       [](T x, T w) {
         return conv2d(x, w, {}, 1, "same", {3, 1});
       }},
      {"conv2d valid", [](T x, T w) { return conv2d(x, w, {}, 1, "valid"); }},
      {"conv2d_input",
       [](T w, T g) {
         return conv2d_input({2, 2, 5, 4}, w, g, 2, {2, 0});
       }},
      {"conv2d_weight",
       [](T x, T g) {
         return conv2d_weight(x, {4, 2, 3, 2}, g, 2, {2, 0});
       }},
      {"max_pool2d", [](T x) { return max_pool2d(x, 2); }},
      {"max_pool2d stride",
       [](T x) {
         return max_pool2d(x, {3, 2}, 1);
       }},
      {"max_pool2d padding",
       [](T x) {
         return max_pool2d(x, 3, 2, {1, 0});
       }},
      {"max_pool2d dilation",
       [](T x) {
         return max_pool2d(x, {2, 3}, 1, 1, {3, 2});
       }},
      {"max_pool2d ceil_mode", [](T x) { return max_pool2d(x, 2, 2, 1, 1, true); }},
      {"max_pool2d ceil_mode wide",
       [](T x) {
         return max_pool2d(x, {4, 3}, {3, 4}, {2, 1}, 1, true);
       }},
      {"max_pool2d_with_indices", [](T x) { return max_pool2d_with_indices(x, 2, 1, 1); }},
      {"max_pool2d_with_indices dilation",
       [](T x) {
         return max_pool2d_with_indices(x, 2, {2, 1}, 1, {2, 3}, true);
       }},
      {"avg_pool2d", [](T x) { return avg_pool2d(x, 2); }},
      {"avg_pool2d padding",
       [](T x) {
         return avg_pool2d(x, 3, {2, 1}, {1, 0});
       }},
      {"avg_pool2d count_include_pad", [](T x) { return avg_pool2d(x, 3, 2, 1, false, false); }},
      {"avg_pool2d ceil_mode",
       [](T x) {
         return avg_pool2d(x, {2, 3}, 2, {1, 1}, true);
       }},
      {"avg_pool2d ceil_mode wide",
       [](T x) {
         return avg_pool2d(x, 4, 3, {2, 1}, true);
       }},
      {"avg_pool2d ceil_mode without padding", [](T x) { return avg_pool2d(x, 3, 2, 1, true, false); }},
      {"avg_pool2d divisor_override", [](T x) { return avg_pool2d(x, 3, 2, 1, true, false, 5); }},
      {"batch_norm training", batch_norm_with(true)},
      {"batch_norm momentum", batch_norm_with(true, 0.75, 0.125)},
      {"batch_norm evaluation", batch_norm_with(false)},
      {"batch_norm plain", [](T x) { return batch_norm(x, {}, {}, {}, {}, true); }},
      {"batch_norm weight", [](T x, T w) { return batch_norm(x, {}, {}, w, {}, true); }},
      {"batch_norm bias", [](T x, T b) { return batch_norm(x, {}, {}, {}, b, true); }},
  };
}

}  // namespace gradus::parity
