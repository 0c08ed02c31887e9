// A solution of the exercise of chapter 3: tensors.
#include "tasks.h"

#include <algorithm>

namespace chapter_03 {

// Task 1. Where an element stands: its place in memory, counted in elements from the start of the storage. strides and
// index have one number for each dimension; there may be no dimension at all.
int64_t address(int64_t offset, const Numbers& strides, const Numbers& index) {
  int64_t place = offset;
  for (size_t k = 0; k < index.size(); ++k) place += index[k] * strides[k];
  return place;
}

// Task 2. The strides of a contiguous tensor of these sizes: the last dimension lies side by side, and a step along
// any other passes over all that the dimensions after it hold. All sizes are 1 or more.
Numbers contiguous_strides(const Numbers& sizes) {
  Numbers strides(sizes.size());
  int64_t step = 1;
  for (size_t k = sizes.size(); k-- > 0;) {
    strides[k] = step;
    step *= sizes[k];
  }
  return strides;
}

// Task 3. The sizes that two tensors of sizes a and b broadcast to. Where they do not fit, throw Error("a sentence that
// says why").
Numbers broadcast_sizes(const Numbers& a, const Numbers& b) {
  Numbers result(std::max(a.size(), b.size()));
  for (size_t k = 1; k <= result.size(); ++k) {  // from the last dimension to the first
    const int64_t of_a = k <= a.size() ? a[a.size() - k] : 1, of_b = k <= b.size() ? b[b.size() - k] : 1;
    if (of_a != of_b && of_a != 1 && of_b != 1) throw Error("two sizes differ, and neither of them is 1");
    result[result.size() - k] = of_a == 1 ? of_b : of_a;
  }
  return result;
}

// Task 4. y = a * b, where b is broadcast to the sizes of a; g is the gradient of y and has a's sizes too. Return the
// gradient of b, in b's sizes, by products and sums of your own: neither sum_to nor backward. t.sum(d) adds up along
// dimension d and drops it, t.sum(d, true) keeps it as one of size 1.
Tensor factor_gradient(const Tensor& g, const Tensor& a, const Tensor& b) {
  Tensor db = g * a;
  while (db.dim() > b.dim()) db = db.sum(0);
  for (int64_t d = 0; d < b.dim(); ++d) {
    if (b.size(d) == 1) db = db.sum(d, true);
  }
  return db;
}

}  // namespace chapter_03
