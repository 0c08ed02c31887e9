#pragma once

#include <gradus/autograd/tensor.h>
#include <gradus/datasets/dataset.h>
#include <gradus/datasets/digits.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace gradus::datasets {

struct MnistOptions {
  std::optional<std::int64_t> limit =
      std::nullopt;  ///< Read this many digits only, the first of the file; all when not given.
};

/// One digit: its label, its image (784) as values 0 to 1, and its target (10): 1 at the label, 0 elsewhere. float32.
struct MnistSample {
  std::int64_t label;
  Tensor image, target;
};

/// Several digits: labels (N) int64, images (N, 784) and targets (N, 10) float32.
struct MnistBatch {
  Tensor labels, images, targets;
};

/// Handwritten digits, 28x28 pixels each, as the tutorial uses them:
///
///     MnistDataset dataset("mnist_train.csv");
///     for (const auto& [label, image, target] : dataset) ...
///
/// The pixels stay bytes in memory and become tensors when they are asked for. Copies share the memory.
class MnistDataset {
 public:
  /// Reads a CSV file, plain or gzipped: read_csv says in which form, and what is thrown.
  explicit MnistDataset(const std::string& csv_file, MnistOptions options = {});
  /// Takes digits that are already in memory, for example synthetic_digits(20000). Throws gradus::Error when there are
  /// none, or as many pixels as do not fit the labels, or a label above 9.
  explicit MnistDataset(Digits digits);
  /// Reads the original pair of IDX files, each plain or gzipped: read_idx says what is thrown.
  static MnistDataset from_idx(const std::string& images, const std::string& labels, MnistOptions options = {});
  /// Reads the training digits of a directory, or with `train` false its test digits, from the first that is there of
  /// mnist_train.csv, mnist_train.csv.gz, and the pair train-images-idx3-ubyte and train-labels-idx1-ubyte, each plain
  /// or with .gz (mnist_test and t10k for the test digits). Throws gradus::Error naming what was looked for.
  static MnistDataset from_directory(const std::string& directory, bool train = true, MnistOptions options = {});

  /// The number of digits, N.
  std::int64_t size() const { return static_cast<std::int64_t>(digits_->size()); }
  /// Digit i as tensors. Throws IndexError unless 0 <= i < size().
  MnistSample operator[](std::int64_t i) const;
  /// Several digits at once. Throws IndexError as operator[] does.
  MnistBatch batch(std::span<const std::int64_t> indices) const;
  /// All digits at once; its images take 4 bytes a pixel.
  MnistBatch all() const;

  SampleIterator<MnistDataset> begin() const { return {this, 0}; }
  SampleIterator<MnistDataset> end() const { return {this, size()}; }

  /// The label of digit i. Throws IndexError as operator[] does.
  std::int64_t label(std::int64_t i) const;
  /// The 784 pixels of digit i as they were read, row by row, 0 to 255. Throws IndexError as operator[] does.
  std::span<const std::uint8_t, kDigitPixels> pixels(std::int64_t i) const;
  /// Digit i as 14 lines of 28 characters for a terminal. Throws IndexError as operator[] does.
  std::string ascii_art(std::int64_t i) const;

 private:
  std::shared_ptr<const Digits> digits_;
};

/// A digit as text: 14 lines of 28 characters, from ' ' (paper) to '@' (ink), each for two pixels above one another.
std::string ascii_art(std::span<const std::uint8_t, kDigitPixels> pixels);

}  // namespace gradus::datasets
