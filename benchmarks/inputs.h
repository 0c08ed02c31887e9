#pragma once
#include <cstdint>
#include <string>
#include <vector>

/// The same numbers for every peer.
namespace benchmarks {

inline constexpr int64_t kPixels = 784, kHidden = 200, kClasses = 10, kSamples = 2048;
inline constexpr double kSgdRate = 0.01, kAdamRate = 1e-3, kSlope = 0.02;

/// `count` numbers, evenly spread in [low, high).
std::vector<float> uniform(int64_t count, float low, float high, uint32_t seed);

/// Starting values of a network kPixels - hidden - kClasses, as PyTorch draws them: in +-1/sqrt(inputs).
struct Weights {
  explicit Weights(int64_t hidden);
  std::vector<float> weight1, bias1, weight2, bias2;  // (hidden, 784), (hidden), (10, hidden), (10)
};

/// Pictures of a few strokes on black, a fifth of the pixels lit as in MNIST, and what class each is.
struct Samples {
  std::vector<float> images, targets;  // (kSamples, 784), (kSamples, 10) one-hot
  std::vector<int64_t> labels;         // (kSamples)
};
const Samples& samples();

/// An operand of `size` elements seen as a matrix: 10 x 100, 100 x 1,000, 10,000 x 1,000.
struct Shape {
  explicit Shape(int64_t size);
  int64_t rows, columns;
};

/// Factor and summand of the chain of nodes, so near 1 and 0 that no chain leaves float32.
inline constexpr float kChainFactor = 1.000001F, kChainSummand = 0.001F;

/// The CSV file of `rows` digits that the driver has written.
std::string csv_file(int64_t rows, bool gzipped = false);

}  // namespace benchmarks
