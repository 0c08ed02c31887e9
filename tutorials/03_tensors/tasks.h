#pragma once
#include <gradus/tutorials/common/exercise.h>

// The exercise of chapter 3: what exercise.cpp defines, and the tasks by which it is tried.
namespace chapter_03 {
using namespace gradus;
using namespace gradus::tutorials;

/// Sizes, strides or an index: a number for each dimension.
using Numbers = std::vector<int64_t>;

/// The place in memory of the element with this index.
int64_t address(int64_t offset, const Numbers& strides, const Numbers& index);
/// The strides of a tensor of these sizes whose elements stand in memory in their order.
Numbers contiguous_strides(const Numbers& sizes);
/// The sizes of a + b for tensors of sizes a and b. Throws Error if they do not fit.
Numbers broadcast_sizes(const Numbers& a, const Numbers& b);
/// The gradient of y = a * b with respect to b, of b's sizes, for the gradient g of y.
Tensor factor_gradient(const Tensor& g, const Tensor& a, const Tensor& b);

/// The learner's functions; the tests put wrong ones in their places.
struct Answers {
  std::function<decltype(chapter_03::address)> address = chapter_03::address;
  std::function<decltype(chapter_03::contiguous_strides)> contiguous_strides = chapter_03::contiguous_strides;
  std::function<decltype(chapter_03::broadcast_sizes)> broadcast_sizes = chapter_03::broadcast_sizes;
  std::function<decltype(chapter_03::factor_gradient)> factor_gradient = chapter_03::factor_gradient;
};

std::vector<Task> tasks(const Answers& answers);

}  // namespace chapter_03
