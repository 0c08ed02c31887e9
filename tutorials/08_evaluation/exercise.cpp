// Exercise of chapter 8: evaluation. Replace every not_done_yet() by code of your own, then: ./run exercise 8
#include "tasks.h"

namespace chapter_08 {

// Task 1. What a network that gave these outputs, (N, 10), one row a sample, takes each sample for: the number of the
// largest output in its row. Returns (N) whole numbers. argmax(dim) looks along one dimension.
Tensor predict(const Tensor& outputs) {
  return not_done_yet();  // your code here
}

// Task 2. Which share of the predictions (N) equals their labels (N), from 0 to 1. predictions[i].item<int64_t>() is
// one of them as a number; predictions == labels compares all at once, (N) of bool.
double accuracy(const Tensor& predictions, const Tensor& labels) {
  return not_done_yet();  // your code here
}

// Task 3. The confusion matrix: element [i, j] counts the samples whose label is i and whose prediction is j.
// confusion[i][j] += 1 adds to one element.
Tensor confusion_matrix(const Tensor& predictions, const Tensor& labels, int64_t classes) {
  Tensor confusion = zeros({classes, classes}, kInt64);
  not_done_yet();  // your code here
  return confusion;
}

// Task 4. Which mistake is made most often: the label and the prediction, {label, prediction}, of the largest count in
// a confusion matrix. The diagonal counts no mistakes.
std::pair<int64_t, int64_t> worst_confusion(const Tensor& confusion) {
  not_done_yet();  // your code here
}

}  // namespace chapter_08
