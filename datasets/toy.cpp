#include <gradus/autograd/check.h>
#include <gradus/autograd/random.h>
#include <gradus/datasets/toy.h>

#include <cmath>
#include <numbers>
#include <string_view>

namespace gradus::datasets {
namespace {

constexpr double kPi = std::numbers::pi;

struct LabelledPoint {
  double x, y, target;
};

/// n points, of which point_of(i) gives number i, blurred by normal noise.
template <class PointOf>
TensorDataset make_points(std::string_view name, std::int64_t n_samples, double noise, std::uint64_t seed,
                          PointOf point_of) {
  GRADUS_CHECK_VALUE(n_samples >= 1, "{}: n_samples should be positive, but got {}", name, n_samples);
  GRADUS_CHECK_VALUE(noise >= 0, "{}: noise should not be negative, but got {}", name, noise);
  Generator generator(seed);
  Tensor inputs = empty({n_samples, 2}, kFloat32), targets = empty({n_samples, 1}, kFloat32);
  float* input = inputs.data_ptr<float>();
  float* target = targets.data_ptr<float>();
  for (std::int64_t i = 0; i < n_samples; ++i) {
    const LabelledPoint point = point_of(i);
    *input++ = static_cast<float>(point.x + noise * generator.normal());
    *input++ = static_cast<float>(point.y + noise * generator.normal());
    *target++ = static_cast<float>(point.target);
  }
  return TensorDataset(inputs, targets);
}

/// Where point i of two alternating classes lies on the curve of its class: 0 at the first point, 1 at the last.
double along_curve(std::int64_t i, std::int64_t n_samples) {
  const std::int64_t points = (n_samples + 1 - i % 2) / 2;  // of this class
  return points <= 1 ? 0 : static_cast<double>(i / 2) / static_cast<double>(points - 1);
}

}  // namespace

TensorDataset make_xor(XorOptions options) {
  return make_points("make_xor", options.n_samples, options.noise, options.seed, [](std::int64_t i) {
    const auto x = static_cast<double>(i / 2 % 2), y = static_cast<double>(i % 2);
    return LabelledPoint{x, y, x == y ? 0.0 : 1.0};
  });
}

TensorDataset make_moons(MoonsOptions options) {
  return make_points("make_moons", options.n_samples, options.noise, options.seed, [&](std::int64_t i) {
    const double angle = kPi * along_curve(i, options.n_samples);
    if (i % 2 == 0) return LabelledPoint{std::cos(angle), std::sin(angle), 0};
    return LabelledPoint{1 - std::cos(angle), 0.5 - std::sin(angle), 1};
  });
}

TensorDataset make_circles(CirclesOptions options) {
  GRADUS_CHECK_VALUE(options.factor >= 0 && options.factor < 1,
                     "make_circles: factor should be at least 0 and below 1, but got {}", options.factor);
  return make_points("make_circles", options.n_samples, options.noise, options.seed, [&](std::int64_t i) {
    const std::int64_t inner = i % 2, points = (options.n_samples + 1 - inner) / 2;
    const double angle = 2 * kPi * static_cast<double>(i / 2) / static_cast<double>(points);
    const double radius = inner == 1 ? options.factor : 1;
    return LabelledPoint{radius * std::cos(angle), radius * std::sin(angle), static_cast<double>(inner)};
  });
}

TensorDataset make_spiral(SpiralOptions options) {
  GRADUS_CHECK_VALUE(options.turns > 0, "make_spiral: turns should be positive, but got {}", options.turns);
  return make_points("make_spiral", options.n_samples, options.noise, options.seed, [&](std::int64_t i) {
    const double radius = along_curve(i, options.n_samples), arm = static_cast<double>(i % 2);
    const double angle = 2 * kPi * options.turns * radius + kPi * arm;
    return LabelledPoint{radius * std::cos(angle), radius * std::sin(angle), arm};
  });
}

}  // namespace gradus::datasets
