#pragma once
#include <gradus/tutorials/common/exercise.h>

// The exercise of chapter 13: what exercise.cpp defines, and the tasks by which it is tried.
namespace chapter_13 {
using namespace gradus;
using namespace gradus::tutorials;

/// What a k x k window meets as it slides over a picture x (H, W): a row for each of its elements, row by row, and a
/// column for each of its places, row by row.
Tensor window_columns(const Tensor& x, int64_t k);
/// The gradient of conv2d(x, w) with respect to w (O, C, k, k), for x (C, H, W) and the gradient g of the result,
/// (O, H - k + 1, W - k + 1).
Tensor weight_gradient(const Tensor& x, const Tensor& g, int64_t k);
/// The gradient of max_pool2d(x, 2) with respect to x (H, W), for the gradient g (H / 2, W / 2) of the result.
Tensor max_pool_gradient(const Tensor& x, const Tensor& g);
/// The gradient of batch normalisation with respect to x (N, C), for the gradient g of the normalised x.
Tensor batch_norm_gradient(const Tensor& x, const Tensor& g, double eps);

/// The learner's functions; the tests put wrong ones in their places.
struct Answers {
  std::function<decltype(chapter_13::window_columns)> window_columns = chapter_13::window_columns;
  std::function<decltype(chapter_13::weight_gradient)> weight_gradient = chapter_13::weight_gradient;
  std::function<decltype(chapter_13::max_pool_gradient)> max_pool_gradient = chapter_13::max_pool_gradient;
  std::function<decltype(chapter_13::batch_norm_gradient)> batch_norm_gradient = chapter_13::batch_norm_gradient;
};

std::vector<Task> tasks(const Answers& answers);

}  // namespace chapter_13
