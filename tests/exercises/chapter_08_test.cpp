#include <gradus/tutorials/08_evaluation/tasks.h>

#include "helpers.h"

using namespace chapter_08;

namespace {

TEST(Chapter08, TheSolutionPasses) { expect_all_pass(tasks({})); }

TEST(Chapter08, WrongPredictions) {
  const auto wrong = [](std::function<Tensor(const Tensor&)> predict) {
    Answers answers;
    answers.predict = std::move(predict);
    return tasks(answers);
  };
  expect_wrong(wrong([](const Tensor& y) { return y.argmax(0); }), 1, "each sample's outputs lie along dimension 1");
  expect_wrong(wrong([](const Tensor& y) { return y.argmax(); }), 1, "of all samples together");
  expect_wrong(wrong([](const Tensor& y) { return std::get<0>(y.max(1)); }), 1, "wanted are their places");
  expect_wrong(wrong([](const Tensor& y) { return y.argmin(1); }), 1, "smallest outputs");
  expect_wrong(wrong([](const Tensor& y) { return y.argmax(1).to(kFloat32); }), 1, "whole numbers");
  expect_wrong(wrong([](const Tensor& y) { return zeros({y.size(0)}, kInt64); }), 1,
               "element [0]: expected 1, found 0");
}

TEST(Chapter08, WrongAccuracies) {
  const auto wrong = [](std::function<double(int64_t right, int64_t samples)> accuracy) {
    Answers answers;
    answers.accuracy = [=](const Tensor& predictions, const Tensor& labels) {
      return accuracy((predictions == labels).sum().item<int64_t>(), labels.numel());
    };
    return tasks(answers);
  };
  expect_wrong(wrong([](int64_t right, int64_t samples) { return static_cast<double>(right / samples); }), 2,
               "expected 0.75, found 0\nA division of whole numbers");
  expect_wrong(wrong([](int64_t right, int64_t samples) {
                 return 100.0 * static_cast<double>(right) / static_cast<double>(samples);
               }),
               2, "in percent");
  expect_wrong(wrong([](int64_t right, int64_t samples) {
                 return 1 - static_cast<double>(right) / static_cast<double>(samples);
               }),
               2, "share of mistakes");
  expect_wrong(wrong([](int64_t right, int64_t) { return static_cast<double>(right); }), 2, "number of right answers");
  expect_wrong(wrong([](int64_t, int64_t) { return 0.75; }), 2, "all right: expected 1, found 0.75");
}

TEST(Chapter08, WrongConfusionMatrices) {
  const auto wrong = [](std::function<void(Tensor & confusion, int64_t label, int64_t prediction)> count) {
    Answers answers;
    answers.confusion_matrix = [=](const Tensor& predictions, const Tensor& labels, int64_t classes) {
      Tensor confusion = zeros({classes, classes}, kInt64);
      for (int64_t n = 0; n < labels.numel(); ++n) {
        count(confusion, labels[n].item<int64_t>(), predictions[n].item<int64_t>());
      }
      return confusion;
    };
    return tasks(answers);
  };
  expect_wrong(wrong([](Tensor& c, int64_t i, int64_t j) { c[j][i] += 1; }), 3, "Rows and columns are exchanged");
  expect_wrong(wrong([](Tensor& c, int64_t i, int64_t j) { c[i][j] = 1; }), 3, "counted once only");
  expect_wrong(wrong([](Tensor& c, int64_t i, int64_t j) { c[i][j] += i == j ? 1 : 0; }), 3, "count the mistakes too");
  Answers too_small;
  too_small.confusion_matrix = [](const Tensor& predictions, const Tensor& labels, int64_t) {
    return chapter_08::confusion_matrix(predictions.clamp(0, 2), labels.clamp(0, 2), 3);
  };
  expect_wrong(tasks(too_small), 3, "10 rows and 10 columns");
}

TEST(Chapter08, WrongWorstConfusions) {
  Answers wrong;
  wrong.worst_confusion = [](const Tensor& confusion) {
    const int64_t place = confusion.argmax().item<int64_t>();
    return std::pair(place / confusion.size(1), place % confusion.size(1));
  };
  expect_wrong(tasks(wrong), 4, "found label 0 taken for 0. The diagonal counts right answers");
  wrong.worst_confusion = [](const Tensor& confusion) {
    const auto right = chapter_08::worst_confusion(confusion);
    return std::pair(right.second, right.first);
  };
  expect_wrong(tasks(wrong), 4, "These two are exchanged");
  wrong.worst_confusion = [](const Tensor&) { return std::pair(int64_t{0}, int64_t{2}); };
  expect_wrong(tasks(wrong), 4, "expected label 2 taken for 1, found label 0 taken for 2");
}

}  // namespace
