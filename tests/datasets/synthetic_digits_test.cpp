#include <gradus/datasets/synthetic_digits.h>
#include <gradus/tests/datasets/files.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace gradus::datasets {
namespace {

/// FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
std::uint64_t checksum(const Digits& digits) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const auto* const bytes : {&digits.labels, &digits.pixels}) {
    for (const std::uint8_t byte : *bytes) hash = (hash ^ byte) * 0x100000001b3;
  }
  return hash;
}

TEST(SyntheticDigitsTest, TheSequenceIsTheSameEverywhere) {
  EXPECT_EQ(checksum(synthetic_digits(100, 1)), 0x2da2b559c380153dU);
}

TEST(SyntheticDigitsTest, FewerAreTheFirstOfMore) {
  const Digits few = synthetic_digits(20, 5), more = synthetic_digits(50, 5);
  EXPECT_TRUE(std::equal(few.labels.begin(), few.labels.end(), more.labels.begin()));
  EXPECT_TRUE(std::equal(few.pixels.begin(), few.pixels.end(), more.pixels.begin()));
  EXPECT_NE(checksum(few), checksum(synthetic_digits(20, 6)));
}

TEST(SyntheticDigitsTest, LabelsAreBalancedAndMixed) {
  const Digits digits = synthetic_digits(5000, 2);
  ASSERT_EQ(digits.pixels.size(), 5000 * kDigitPixels);
  std::array<int, 10> count{};
  int repeats = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    ASSERT_LT(digits.labels[i], 10);
    ++count[digits.labels[i]];
    if (i > 0 && digits.labels[i] == digits.labels[i - 1]) ++repeats;
  }
  for (const int digits_of_label : count) EXPECT_NEAR(digits_of_label, 500, 85);  // four standard deviations
  EXPECT_NEAR(repeats, 500, 85);
}

TEST(SyntheticDigitsTest, LooksLikeMnistInItsMoments) {
  const Digits digits = synthetic_digits(2000, 3);
  double sum = 0, squares = 0;
  for (const std::uint8_t pixel : digits.pixels) {
    sum += pixel / 255.0;
    squares += pixel / 255.0 * pixel / 255.0;
  }
  const double count = static_cast<double>(digits.pixels.size()), mean = sum / count;
  EXPECT_NEAR(mean, 0.1307, 0.02);                                      // MNIST's mean
  EXPECT_NEAR(std::sqrt(squares / count - mean * mean), 0.3081, 0.02);  // and deviation
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const auto image = digits.image(i);
    for (std::size_t j = 0; j < kDigitSide; ++j) {  // a frame of paper, as in MNIST
      ASSERT_EQ(image[j] + image[27 * 28 + j] + image[28 * j] + image[28 * j + 27], 0);
    }
    EXPECT_GT(*std::ranges::max_element(image), 150);
  }
}

/// The tutorial needs digits that are worth a network: comparing with the mean picture of each label must not do.
TEST(SyntheticDigitsTest, NearestCentroidIsNotEnough) {
  const Digits train = synthetic_digits(20000, 1), test = synthetic_digits(2000, 2);
  std::array<std::array<double, kDigitPixels>, 10> centroids{};
  std::array<double, 10> count{};
  for (std::size_t i = 0; i < train.size(); ++i) {
    for (std::size_t j = 0; j < kDigitPixels; ++j) centroids[train.labels[i]][j] += train.image(i)[j];
    ++count[train.labels[i]];
  }
  for (std::size_t label = 0; label < 10; ++label) {
    for (double& pixel : centroids[label]) pixel /= count[label];
  }
  int right = 0;
  for (std::size_t i = 0; i < test.size(); ++i) {
    std::array<double, 10> distance{};
    for (std::size_t label = 0; label < 10; ++label) {
      for (std::size_t j = 0; j < kDigitPixels; ++j) {
        const double gap = centroids[label][j] - test.image(i)[j];
        distance[label] += gap * gap;
      }
    }
    if (std::ranges::min_element(distance) - distance.begin() == test.labels[i]) ++right;
  }
  const double accuracy = right / static_cast<double>(test.size());
  EXPECT_LE(accuracy, 0.85);
  EXPECT_GE(accuracy, 0.70);  // and yet the digits are digits
}

TEST(SyntheticDigitsTest, RefusesACountThatIsNotPositive) {
  EXPECT_EQ(error_of([] { synthetic_digits(0); }), "count should be a positive number of digits, but got 0");
  EXPECT_EQ(error_of([] { synthetic_digits(-5); }), "count should be a positive number of digits, but got -5");
}

}  // namespace
}  // namespace gradus::datasets
