#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gradus::datasets {

inline constexpr std::size_t kDigitSide = 28;                         ///< Height and width of a digit, in pixels.
inline constexpr std::size_t kDigitPixels = kDigitSide * kDigitSide;  ///< Pixels of one digit: 784.
inline constexpr std::size_t kDigitClasses = 10;                      ///< The labels are 0 to 9.

/// Labelled 28x28 pictures in memory, as bytes: a quarter of what they would take as float32.
struct Digits {
  std::vector<std::uint8_t> labels;  ///< N labels, 0 to 9.
  std::vector<std::uint8_t> pixels;  ///< N pictures of 784 pixels each, row by row, 0 (paper) to 255 (ink).

  /// How many digits there are.
  std::size_t size() const { return labels.size(); }

  /// The 784 pixels of digit `i`, which must be below size().
  std::span<const std::uint8_t, kDigitPixels> image(std::size_t i) const {
    return std::span<const std::uint8_t, kDigitPixels>(pixels.data() + i * kDigitPixels, kDigitPixels);
  }
};

}  // namespace gradus::datasets
