#pragma once

#include <gradus/datasets/digits.h>

#include <cstdint>

namespace gradus::datasets {

/// Draws `count` digits that look handwritten, in the form of MNIST: 28x28 pixels, ink 255 on paper 0, labels mixed.
///
/// Each digit is a pen stroke in one of the ways in which people write it (a 7 with or without a bar, an open or a
/// closed 4, ...), then bent, slanted, turned, scaled, moved and drawn with a pen of random width, pressure and ink.
/// The sequence depends on `seed` alone, not on the compiler: a smaller `count` gives the first of a larger one. Throws
/// gradus::Error when `count` is not positive.
Digits synthetic_digits(std::int64_t count, std::uint64_t seed = 0);

}  // namespace gradus::datasets
