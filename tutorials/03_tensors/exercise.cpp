// Exercise of chapter 3: tensors. Replace every not_done_yet() by code of your own, then: ./run exercise 3
#include "tasks.h"

#include <algorithm>

namespace chapter_03 {

// Task 1. Where an element stands: its place in memory, counted in elements from the start of the storage. strides and
// index have one number for each dimension; there may be no dimension at all.
int64_t address(int64_t offset, const Numbers& strides, const Numbers& index) {
  return not_done_yet();  // your code here
}

// Task 2. The strides of a contiguous tensor of these sizes: the last dimension lies side by side, and a step along
// any other passes over all that the dimensions after it hold. All sizes are 1 or more.
Numbers contiguous_strides(const Numbers& sizes) {
  return not_done_yet();  // your code here
}

// Task 3. The sizes that two tensors of sizes a and b broadcast to. Where they do not fit, throw Error("a sentence that
// says why").
Numbers broadcast_sizes(const Numbers& a, const Numbers& b) {
  return not_done_yet();  // your code here
}

// Task 4. y = a * b, where b is broadcast to the sizes of a; g is the gradient of y and has a's sizes too. Return the
// gradient of b, in b's sizes, by products and sums of your own: neither sum_to nor backward. t.sum(d) adds up along
// dimension d and drops it, t.sum(d, true) keeps it as one of size 1.
Tensor factor_gradient(const Tensor& g, const Tensor& a, const Tensor& b) {
  return not_done_yet();  // your code here
}

}  // namespace chapter_03
