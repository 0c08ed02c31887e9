#include <fmt/format.h>
#include <gradus/autograd/random.h>

#include "tasks.h"

namespace chapter_08 {
namespace {

void check_predict(const Answers& answers) {
  const Tensor outputs = tensor({{0.1, 0.7, 0.2}, {0.5, 0.4, 0.6}, {0.3, 0.2, 0.1}, {0.1, 0.2, 0.9}});
  const auto what = "predict({{0.1, 0.7, 0.2}, {0.5, 0.4, 0.6}, {0.3, 0.2, 0.1}, {0.1, 0.2, 0.9}})";
  const Tensor found = answers.predict(outputs);
  expect_close(what, found, tensor({1, 2, 0, 2}),
               {{outputs.argmax(0),
                 "This is the sample with the largest output for each digit: argmax(0) looks along the "
                 "samples, but each sample's outputs lie along dimension 1."},
                {outputs.argmax(), "This is the place of the largest output of all samples together."},
                {std::get<0>(outputs.max(1)), "These are the largest outputs; wanted are their places."},
                {outputs.argmin(1), "These are the places of the smallest outputs."}});
  expect(!found.is_floating_point(), "predict should return whole numbers (int64), as argmax does");
}

void check_accuracy(const Answers& answers) {
  const Tensor labels = tensor({7, 2, 1, 0, 4, 1, 4, 9}), predictions = tensor({7, 2, 1, 0, 4, 1, 9, 4});
  const auto what = "accuracy({7, 2, 1, 0, 4, 1, 9, 4}, {7, 2, 1, 0, 4, 1, 4, 9})";
  expect_close(what, answers.accuracy(predictions, labels), 0.75,
               {{0, "A division of whole numbers drops what follows the point: make one of them a double."},
                {75, "This is in percent; wanted is the share, from 0 to 1."},
                {0.25, "This is the share of mistakes."},
                {6, "This is the number of right answers; divide it by the number of samples."}});
  expect_close("accuracy of answers that are all right", answers.accuracy(labels, labels), 1);
  expect_close("accuracy of answers that are all wrong", answers.accuracy(labels + 1, labels), 0);
}

void check_confusion(const Answers& answers) {
  const Tensor labels = tensor({0, 1, 2, 2, 1, 0, 2, 2}), predictions = tensor({0, 2, 2, 1, 1, 0, 1, 0});
  const Tensor expected = tensor({{2, 0, 0}, {0, 1, 1}, {1, 2, 1}});
  const auto what = "confusion_matrix({0, 2, 2, 1, 1, 0, 1, 0}, {0, 1, 2, 2, 1, 0, 2, 2}, 3)";
  expect_close(
      what, answers.confusion_matrix(predictions, labels, 3), expected,
      {{expected.t(), "Rows and columns are exchanged: the label is the row, the prediction the column."},
       {expected.gt(0), "Each pair is counted once only: add 1 to what is there."},
       {tensor({{2, 0, 0}, {0, 1, 0}, {0, 0, 1}}), "Only right answers are counted; count the mistakes too."}});
  manual_seed(1);
  const Tensor many_labels = randint(0, 10, {200}), many_predictions = randint(0, 10, {200});
  const Tensor confusion = answers.confusion_matrix(many_predictions, many_labels, 10);
  expect(confusion.dim() == 2 && confusion.size(0) == 10 && confusion.size(1) == 10,
         "for 10 classes the matrix should have 10 rows and 10 columns");
  expect_close("the sum of the matrix of 200 samples", confusion.sum(), tensor(200));
}

void check_worst(const Answers& answers) {
  const auto check = [&](const char* matrix, const Tensor& confusion, std::pair<int64_t, int64_t> expected) {
    const auto found = answers.worst_confusion(confusion);
    const std::string text =
        fmt::format("worst_confusion({}): expected label {} taken for {}, found label {} taken for {}", matrix,
                    expected.first, expected.second, found.first, found.second);
    expect(found.first != found.second, text + ". The diagonal counts right answers; leave it out.");
    expect(found != std::pair(expected.second, expected.first),
           text + ". These two are exchanged: the row is the label.");
    expect(found == expected, text);
  };
  check("{{90, 2, 8}, {1, 80, 3}, {5, 4, 70}}", tensor({{90, 2, 8}, {1, 80, 3}, {5, 4, 70}}), {0, 2});
  check("{{90, 2, 3}, {1, 80, 3}, {5, 9, 7}}", tensor({{90, 2, 3}, {1, 80, 3}, {5, 9, 7}}), {2, 1});
}

}  // namespace

std::vector<Task> tasks(const Answers& answers) {
  return {
      {"predictions", "outputs is (N, 10): dimension 0 counts samples, dimension 1 digits.",
       [=] { check_predict(answers); }},
      {"accuracy", "Count the right ones, and divide by labels.numel() as a double.", [=] { check_accuracy(answers); }},
      {"the confusion matrix", "Go through the samples; each adds 1 to the row of its label.",
       [=] { check_confusion(answers); }},
      {"the most frequent mistake", "Two loops, over rows and columns, that remember the largest count so far.",
       [=] { check_worst(answers); }},
  };
}

}  // namespace chapter_08
