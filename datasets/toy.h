#pragma once

#include <gradus/datasets/dataset.h>

#include <cstdint>

namespace gradus::datasets {

// Small sets of points in the plane that no straight line can part, to learn and to draw. Each returns inputs (N, 2)
// and targets (N, 1), both float32; the target is 0 or 1, the two classes take turns, and `noise` is the standard
// deviation of what is added to each coordinate. Each throws ValueError when n_samples is not positive or noise is
// negative.

struct XorOptions {
  std::int64_t n_samples = 4;  ///< The four corners in turn: 4 gives the truth table.
  double noise = 0;
  std::uint64_t seed = 0;
};
/// The corners (0,0), (0,1), (1,0), (1,1) of a square; the target is 1 where the two coordinates differ.
TensorDataset make_xor(XorOptions options = {});

struct MoonsOptions {
  std::int64_t n_samples = 100;
  double noise = 0;
  std::uint64_t seed = 0;
};
/// Two half circles that reach into one another, as scikit-learn's make_moons: the upper one of radius 1 round (0, 0),
/// the lower one round (1, 0.5).
TensorDataset make_moons(MoonsOptions options = {});

struct CirclesOptions {
  std::int64_t n_samples = 100;
  double noise = 0;
  double factor = 0.8;  ///< Radius of the inner circle. ValueError unless 0 <= factor < 1.
  std::uint64_t seed = 0;
};
/// A circle of radius 1 (target 0) and a smaller one inside it (target 1), as scikit-learn's make_circles.
TensorDataset make_circles(CirclesOptions options = {});

struct SpiralOptions {
  std::int64_t n_samples = 100;
  double noise = 0;
  double turns = 1.5;  ///< How often each arm goes round the middle. ValueError unless positive.
  std::uint64_t seed = 0;
};
/// Two spiral arms from the middle to radius 1, one turned by half a circle against the other.
TensorDataset make_spiral(SpiralOptions options = {});

}  // namespace gradus::datasets
