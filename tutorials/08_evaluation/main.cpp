// Chapter 8: evaluation. How often is the classifier right on digits that it has never seen?
#include <gradus/autograd/random.h>
#include <gradus/tutorials/common/digits.h>
#include <gradus/tutorials/common/plot.h>
#include <gradus/tutorials/common/program.h>
#include <gradus/tutorials/common/recipe.h>
#include <gradus/tutorials/common/training.h>

#include <fmt/core.h>

#include <cmath>
#include <iostream>
#include <vector>

using namespace gradus;
using namespace gradus::tutorials;
using datasets::MnistDataset;

namespace {

// [evaluate]
double evaluate(const nn::Module& classifier, const MnistDataset& dataset) {
  const NoGradGuard no_grad;  // no gradients are wanted here, so no graph is recorded
  int64_t samples = 0, right = 0;
  for (const auto& [label, image, target] : dataset) {
    const Tensor outputs = classifier(image);
    if (outputs.argmax().item<int64_t>() == label) ++right;
    ++samples;
  }
  const double accuracy = static_cast<double>(right) / static_cast<double>(samples);
  fmt::print("samples:  {}\n", samples);
  fmt::print("right:    {}\n", right);
  fmt::print("accuracy: {:.2f} %\n", 100 * accuracy);
  return accuracy;
}
// [/evaluate]

// [confusion]
/// (10, 10) counts: row = label, column = prediction.
Tensor confusion_matrix(const nn::Module& classifier, const MnistDataset& dataset) {
  const NoGradGuard no_grad;
  std::vector<int64_t> labels, predictions;
  for (const auto& [label, image, target] : dataset) {
    labels.push_back(label);
    predictions.push_back(classifier(image).argmax().item<int64_t>());
  }
  return one_hot(tensor(labels), 10).t().matmul(one_hot(tensor(predictions), 10));
}
// [/confusion]

void chapter(const std::string& data) {
  const DigitData digits = load_digits(data, small_run() ? DigitCounts{2000, 500} : DigitCounts{10000, 2000});
  std::cout << digits.description << "\n";

  // [train]
  manual_seed(1);
  Classifier classifier = find_recipe("baseline").make_classifier();
  // [/train]
  std::cout << "\nbefore training:\n";
  const double untrained = evaluate(classifier, digits.test);

  const int epochs = small_run() ? 6 : 10;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    for (const auto& [label, image, target] : digits.train) classifier.train(image, target);
  }
  // [accuracy]
  std::cout << "\non the digits it was trained with:\n";
  const double seen = evaluate(classifier, digits.train);
  std::cout << "\non digits it has never seen:\n";
  const double unseen = evaluate(classifier, digits.test);
  // [/accuracy]

  // [mistake]
  for (int64_t i = 0; i < digits.test.size(); ++i) {
    const Tensor outputs = classifier(digits.test[i].image).detach();
    const int64_t prediction = outputs.argmax().item<int64_t>(), label = digits.test.label(i);
    if (prediction == label) continue;
    std::cout << "\nits first mistake: a " << label << " taken for a " << prediction << "\n"
              << digits.test.ascii_art(i);
    plot_image(digits.test, i, "out/08_mistake.png");
    plot_outputs("out/08_mistake_outputs.png", outputs.to_vector<double>(), fmt::format("label = {}", label));
    break;
  }
  // [/mistake]

  // [confused]
  const Tensor confusion = confusion_matrix(classifier, digits.test);
  std::cout << "\nlabel (row) and prediction (column):\n" << confusion << "\n";
  plot_confusion("out/08_confusion.png", confusion.to_vector<double>(), "which digit is taken for which");
  // [/confused]

  // [mistakes]
  std::vector<NamedImage> mistakes;
  for (int64_t i = 0; i < digits.test.size() && mistakes.size() < 18; ++i) {
    const auto& [label, image, target] = digits.test[i];
    const auto prediction = classifier(image).argmax().item<int64_t>();
    if (prediction == label) continue;
    mistakes.push_back({fmt::format("{}, not {}", label, prediction), 28, image.to_vector<double>()});
  }
  plot_images("out/08_mistakes.png", mistakes, 6, "label, and what it was taken for");
  // [/mistakes]

  require(untrained < 0.3, "an untrained network must do little better than guessing");
  require(seen > untrained, "training must help on the digits trained with");
  require(unseen > untrained, "training must help on digits never seen");
  require(confusion.sum().item<int64_t>() == digits.test.size(), "the matrix must count every digit once");
  const auto right = (confusion * eye(10, kInt64)).sum().item<int64_t>();
  require(right == std::llround(unseen * static_cast<double>(digits.test.size())),
          "the diagonal must count the digits that were right");
}

}  // namespace

int main(int argc, char** argv) { return run_chapter(argc, argv, "Chapter 8: evaluation.", chapter); }
