#pragma once
#include <gradus/tutorials/common/exercise.h>

#include <utility>

// The exercise of chapter 8: what exercise.cpp defines, and the tasks by which it is tried.
namespace chapter_08 {
using namespace gradus;
using namespace gradus::tutorials;

/// The digit predicted for each sample: outputs (N, 10) -> (N) int64.
Tensor predict(const Tensor& outputs);
/// The share of predictions (N) that equal their labels (N): 0 to 1.
double accuracy(const Tensor& predictions, const Tensor& labels);
/// (classes, classes) int64: how many samples of label i (row) were taken for class j (column).
Tensor confusion_matrix(const Tensor& predictions, const Tensor& labels, int64_t classes);
/// The label and the prediction of the most frequent mistake.
std::pair<int64_t, int64_t> worst_confusion(const Tensor& confusion);

/// The learner's functions; the tests put wrong ones in their places.
struct Answers {
  std::function<decltype(chapter_08::predict)> predict = chapter_08::predict;
  std::function<decltype(chapter_08::accuracy)> accuracy = chapter_08::accuracy;
  std::function<decltype(chapter_08::confusion_matrix)> confusion_matrix = chapter_08::confusion_matrix;
  std::function<decltype(chapter_08::worst_confusion)> worst_confusion = chapter_08::worst_confusion;
};

std::vector<Task> tasks(const Answers& answers);

}  // namespace chapter_08
