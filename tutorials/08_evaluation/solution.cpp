// A solution of the exercise of chapter 8: evaluation.
#include "tasks.h"

namespace chapter_08 {

// Task 1. What a network that gave these outputs, (N, 10), one row a sample, takes each sample for: the number of the
// largest output in its row. Returns (N) whole numbers. argmax(dim) looks along one dimension.
Tensor predict(const Tensor& outputs) { return outputs.argmax(1); }

// Task 2. Which share of the predictions (N) equals their labels (N), from 0 to 1. predictions[i].item<int64_t>() is
// one of them as a number; predictions == labels compares all at once, (N) of bool.
double accuracy(const Tensor& predictions, const Tensor& labels) {
  const auto right = (predictions == labels).sum().item<double>();
  return right / static_cast<double>(labels.numel());
}

// Task 3. The confusion matrix: element [i, j] counts the samples whose label is i and whose prediction is j.
// confusion[i][j] += 1 adds to one element.
Tensor confusion_matrix(const Tensor& predictions, const Tensor& labels, int64_t classes) {
  Tensor confusion = zeros({classes, classes}, kInt64);
  for (int64_t n = 0; n < labels.numel(); ++n) {
    confusion[labels[n].item<int64_t>()][predictions[n].item<int64_t>()] += 1;
  }
  return confusion;
}

// Task 4. Which mistake is made most often: the label and the prediction, {label, prediction}, of the largest count in
// a confusion matrix. The diagonal counts no mistakes.
std::pair<int64_t, int64_t> worst_confusion(const Tensor& confusion) {
  std::pair<int64_t, int64_t> worst = {0, 1};
  int64_t most = -1;
  for (int64_t label = 0; label < confusion.size(0); ++label) {
    for (int64_t prediction = 0; prediction < confusion.size(1); ++prediction) {
      const auto count = confusion[label][prediction].item<int64_t>();
      if (label == prediction || count <= most) continue;
      most = count;
      worst = {label, prediction};
    }
  }
  return worst;
}

}  // namespace chapter_08
