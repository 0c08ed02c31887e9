#include <gradus/datasets/synthetic_digits.h>
#include <gradus/tutorials/common/digits.h>
#include <gradus/tutorials/common/plot.h>

#include <fmt/format.h>

namespace gradus::tutorials {

using datasets::MnistDataset;

DigitData load_digits(const std::string& where, DigitCounts counts) {
  if (where == "synthetic") {
    MnistDataset train(datasets::synthetic_digits(counts.train.value_or(20000), /*seed=*/1));
    MnistDataset test(datasets::synthetic_digits(counts.test.value_or(10000), /*seed=*/2));
    return {train, test,
            fmt::format("synthetic digits, drawn by the program itself: {} to learn from, {} to measure by "
                        "(--data DIR takes MNIST)",
                        train.size(), test.size())};
  }
  MnistDataset train = MnistDataset::from_directory(where, /*train=*/true, {.limit = counts.train});
  MnistDataset test = MnistDataset::from_directory(where, /*train=*/false, {.limit = counts.test});
  return {train, test,
          fmt::format("digits of {}: {} to learn from, {} to measure by", where, train.size(), test.size())};
}

void plot_image(const MnistDataset& dataset, int64_t i, const std::string& file) {
  plot_image(file, dataset.pixels(i), fmt::format("label = {}", dataset.label(i)));
}

}  // namespace gradus::tutorials
