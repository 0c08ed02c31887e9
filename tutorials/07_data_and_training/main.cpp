// Chapter 7: data and training. Reads digits from a CSV file, shows them to the classifier one by one, and draws how
// its loss falls.
#include <gradus/autograd/random.h>
#include <gradus/datasets/csv.h>
#include <gradus/datasets/synthetic_digits.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/optim/sgd.h>
#include <gradus/tutorials/common/classifier.h>
#include <gradus/tutorials/common/digits.h>
#include <gradus/tutorials/common/plot.h>
#include <gradus/tutorials/common/program.h>

#include <fmt/core.h>

#include <iostream>
#include <numeric>

using namespace gradus;
using namespace gradus::tutorials;
using datasets::MnistDataset;

namespace {

// [read]
MnistDataset read_digits(const std::string& data) {
  if (data != "synthetic") return MnistDataset::from_directory(data);
  std::cout << "no MNIST given (--data DIR), so digits are drawn and written to out/07_digits.csv\n";
  std::filesystem::create_directories("out");
  datasets::write_csv("out/07_digits.csv", datasets::synthetic_digits(small_run() ? 1000 : 10000, /*seed=*/1));
  return MnistDataset("out/07_digits.csv");
}
// [/read]

void chapter(const std::string& data) {
  // [dataset]
  const MnistDataset dataset = read_digits(data);
  std::cout << dataset.size() << " digits\n";

  const auto first = dataset[0];  // label, image (784), target (10)
  fmt::print("the first is a {}, its image has {} values\n", first.label, first.image.numel());
  std::cout << "its target is " << first.target << "\n";
  // [/dataset]

  // [plot-image]
  std::cout << dataset.ascii_art(0);
  plot_image(dataset, 0, "out/07_digit.png");
  // [/plot-image]

  // [build]
  manual_seed(1);
  Classifier classifier(
      nn::Sequential(nn::Linear(784, 200), nn::Sigmoid(), nn::Linear(200, 10), nn::Sigmoid()), nn::MSELoss(),
      [](auto parameters) { return std::make_unique<optim::SGD>(parameters, optim::SGDOptions{.lr = 0.01}); });
  // [/build]
  const Tensor before = classifier(first.image).detach();

  const int epochs = small_run() ? 4 : 10;
  // [training]
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    std::cout << "training epoch " << epoch << " of " << epochs << "\n";
    for (const auto& [label, image, target] : dataset) {
      classifier.train(image, target);
    }
  }
  // [/training]

  // [progress]
  classifier.plot_progress("out/07_loss.png");
  // [/progress]

  const std::vector<double>& losses = classifier.progress();
  const auto mean = [](auto from, auto to) { return std::accumulate(from, to, 0.0) / double(to - from); };
  const double at_first = mean(losses.begin(), losses.begin() + 20), at_last = mean(losses.end() - 100, losses.end());
  fmt::print("mean loss of the first 200 digits {:.4f}, of the last 1,000 {:.4f}\n", at_first, at_last);

  // [prediction]
  const Tensor after = classifier(first.image).detach();
  std::cout << "outputs for the first digit, a " << first.label << ", before\n"
            << before << "\nand after training\n"
            << after << "\n";
  plot_outputs("out/07_outputs.png", after.to_vector<double>(), fmt::format("label = {}", first.label));
  // [/prediction]

  require(classifier.counter() == epochs * dataset.size(), "the counter must count every digit shown");
  require(losses.size() == size_t(classifier.counter() / 10), "every tenth loss must be noted");
  require(at_last < 0.7 * at_first, "training must make the loss smaller");
}

}  // namespace

int main(int argc, char** argv) { return run_chapter(argc, argv, "Chapter 7: data and training.", chapter); }
