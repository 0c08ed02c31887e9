#include "inputs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdlib>

namespace benchmarks {
namespace {

/// Knuth's 64-bit linear congruential generator; the upper bits make a number in [0, 1).
class Random {
 public:
  explicit Random(uint32_t seed) : state_(seed) { next(); }
  float next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<float>(state_ >> 40U) * 0x1p-24F;
  }

 private:
  uint64_t state_;
};

struct Point {
  float x, y;
};

float distance(Point p, Point from, Point to) {
  const float dx = to.x - from.x, dy = to.y - from.y;
  const float along = ((p.x - from.x) * dx + (p.y - from.y) * dy) / (dx * dx + dy * dy + 1e-6F);
  const float t = std::clamp(along, 0.F, 1.F);
  return std::hypot(p.x - from.x - t * dx, p.y - from.y - t * dy);
}

/// A polyline of four points that depend on the class, each shaken a little, drawn with a soft pen.
void draw(int64_t label, Random& random, float* image) {
  Random of_class(static_cast<uint32_t>(label) + 100);
  std::array<Point, 4> line{};
  for (Point& p : line) {
    p = {4 + 20 * of_class.next() + 3 * random.next(), 4 + 20 * of_class.next() + 3 * random.next()};
  }
  for (int y = 0; y < 28; ++y) {
    for (int x = 0; x < 28; ++x) {
      float nearest = 100;
      for (size_t i = 1; i < line.size(); ++i) {
        nearest = std::min(nearest, distance({static_cast<float>(x), static_cast<float>(y)}, line[i - 1], line[i]));
      }
      *image++ = std::clamp(2 - nearest, 0.F, 1.F);
    }
  }
}

}  // namespace

std::vector<float> uniform(int64_t count, float low, float high, uint32_t seed) {
  Random random(seed);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& v : values) v = low + (high - low) * random.next();
  return values;
}

Weights::Weights(int64_t hidden) {
  const float limit1 = 1 / std::sqrt(static_cast<float>(kPixels)), limit2 = 1 / std::sqrt(static_cast<float>(hidden));
  weight1 = uniform(hidden * kPixels, -limit1, limit1, 1);
  bias1 = uniform(hidden, -limit1, limit1, 2);
  weight2 = uniform(kClasses * hidden, -limit2, limit2, 3);
  bias2 = uniform(kClasses, -limit2, limit2, 4);
}

const Samples& samples() {
  static const Samples all = [] {
    Samples made;
    made.images.resize(static_cast<size_t>(kSamples * kPixels));
    made.targets.resize(static_cast<size_t>(kSamples * kClasses));
    Random random(5);
    for (int64_t i = 0; i < kSamples; ++i) {
      const auto label = static_cast<int64_t>(10 * random.next());
      made.labels.push_back(label);
      made.targets[static_cast<size_t>(i * kClasses + label)] = 1;
      draw(label, random, made.images.data() + i * kPixels);
    }
    return made;
  }();
  return all;
}

Shape::Shape(int64_t size) {
  columns = size <= 10'000 ? 100 : 1000;
  rows = size / columns;
}

std::string csv_file(int64_t rows, bool gzipped) {
  const char* folder = std::getenv("GRADUS_BENCHMARK_DATA");
  return std::string(folder ? folder : ".") + "/digits_" + std::to_string(rows) + (gzipped ? ".csv.gz" : ".csv");
}

}  // namespace benchmarks
