#pragma once
#include <gradus/datasets/mnist.h>

#include <optional>
#include <string>

namespace gradus::tutorials {

/// The digits of a program: those to learn from, those to measure by, and what they are in words.
struct DigitData {
  datasets::MnistDataset train, test;
  std::string description;
};

/// How many digits are wanted; for a directory all that it holds unless `train` or `test` is less.
struct DigitCounts {
  std::optional<int64_t> train = {}, test = {};
};

/// Reads MNIST from the directory `where`, or for "synthetic" draws digits: 20,000 to learn from and 10,000 to measure
/// by unless `counts` says otherwise. Throws Error, one sentence, for what cannot be read.
DigitData load_digits(const std::string& where, DigitCounts counts = {});

/// Draws digit i of a data set, titled with its label.
void plot_image(const datasets::MnistDataset& dataset, int64_t i, const std::string& file);

}  // namespace gradus::tutorials
