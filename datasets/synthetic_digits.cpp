#include <gradus/autograd/check.h>
#include <gradus/autograd/random.h>
#include <gradus/datasets/synthetic_digits.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace gradus::datasets {
namespace {

struct Point {
  double x, y;
};
Point operator+(Point a, Point b) { return {a.x + b.x, a.y + b.y}; }
Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
Point operator*(double s, Point p) { return {s * p.x, s * p.y}; }
double dot(Point a, Point b) { return a.x * b.x + a.y * b.y; }

using Stroke = std::vector<Point>;  // the pen passes through these points, smoothly, without being lifted
using Shape = std::vector<Stroke>;

// The ways to write each digit, as points of a box with x to the right and y down, both 0 to 1. A sharp corner ends one
// stroke and starts another.
const std::array<std::vector<Shape>, kDigitClasses>& shapes() {
  // clang-format off
  static const std::array<std::vector<Shape>, kDigitClasses> all{{
      // 0: round; narrow, its end crossing its start; open at the top
      {{{{.55, .02}, {.25, .10}, {.08, .35}, {.08, .68}, {.28, .94}, {.55, .98}, {.82, .85}, {.93, .55}, {.88, .22},
          {.66, .05}, {.50, .04}}},
       {{{.62, .12}, {.42, .02}, {.24, .20}, {.18, .55}, {.26, .88}, {.50, .99}, {.74, .85}, {.82, .50}, {.74, .18},
          {.54, .03}, {.36, .10}}},
       {{{.40, .06}, {.14, .28}, {.08, .62}, {.26, .93}, {.56, .98}, {.84, .80}, {.92, .48}, {.80, .16}, {.58, .02}}}},
      // 1: a line; with a flag; with flag and foot
      {{{{.50, .00}, {.50, .50}, {.50, 1.0}}},
       {{{.26, .24}, {.42, .14}, {.54, .00}}, {{.54, .00}, {.53, .50}, {.52, 1.0}}},
       {{{.28, .20}, {.52, .00}}, {{.52, .00}, {.52, 1.0}}, {{.22, 1.0}, {.80, .99}}}},
      // 2: flat foot; a loop at the foot; nearly a Z
      {{{{.12, .25}, {.28, .05}, {.58, .00}, {.82, .15}, {.80, .40}, {.52, .70}, {.10, .98}},
        {{.10, .98}, {.50, .96}, {.94, .97}}},
       {{{.12, .22}, {.30, .04}, {.60, .00}, {.82, .18}, {.74, .45}, {.45, .76}, {.18, .95}, {.07, .86}, {.22, .76},
          {.48, .88}, {.75, .98}, {.97, .86}}},
       {{{.10, .12}, {.45, .02}, {.76, .06}, {.80, .26}, {.50, .60}, {.12, .97}}, {{.12, .97}, {.90, .95}}}},
      // 3: two bumps that meet in a corner; a flat top; a small loop in the middle
      {{{{.12, .14}, {.40, .00}, {.74, .10}, {.76, .32}, {.40, .46}},
        {{.40, .46}, {.80, .58}, {.86, .82}, {.50, 1.0}, {.10, .88}}},
       {{{.12, .03}, {.80, .03}},
        {{.80, .03}, {.42, .40}},
        {{.42, .40}, {.78, .50}, {.86, .78}, {.52, 1.0}, {.10, .90}}},
       {{{.15, .12}, {.45, .00}, {.75, .14}, {.66, .36}, {.42, .47}, {.34, .42}, {.44, .40}, {.72, .52}, {.86, .76},
          {.58, .99}, {.10, .88}}}},
      // 4: open and angular; closed; open and round
      {{{{.20, .00}, {.13, .35}, {.12, .58}},
        {{.12, .58}, {.50, .58}, {.94, .55}},
        {{.72, .05}, {.70, .50}, {.66, 1.0}}},
       {{{.68, .00}, {.38, .34}, {.06, .66}}, {{.06, .66}, {.96, .66}}, {{.68, .00}, {.68, 1.0}}},
       {{{.18, .02}, {.09, .36}, {.24, .58}, {.58, .54}, {.82, .34}}, {{.84, .00}, {.78, .50}, {.70, 1.0}}}},
      // 5: angular, its bar drawn last; in one stroke; with a short bar
      {{{{.25, .03}, {.19, .42}},
        {{.19, .42}, {.50, .34}, {.84, .50}, {.86, .78}, {.55, 1.0}, {.12, .92}},
        {{.25, .03}, {.88, .02}}},
       {{{.86, .05}, {.52, .03}, {.26, .09}, {.20, .34}, {.45, .44}, {.78, .58}, {.76, .86}, {.45, 1.0}, {.10, .92}}},
       {{{.34, .06}, {.24, .44}},
        {{.24, .44}, {.56, .42}, {.78, .62}, {.66, .90}, {.36, 1.0}, {.10, .90}},
        {{.34, .06}, {.74, .00}}}},
      // 6: curved; straight with a small loop; curled at the top
      {{{{.72, .02}, {.40, .20}, {.16, .52}, {.14, .82}, {.42, 1.0}, {.78, .90}, {.82, .64}, {.50, .52}, {.20, .68},
          {.15, .78}}},
       {{{.44, .00}, {.26, .38}, {.16, .76}, {.38, 1.0}, {.70, .93}, {.74, .70}, {.46, .60}, {.20, .76}}},
       {{{.86, .12}, {.62, .00}, {.25, .20}, {.10, .60}, {.25, .95}, {.60, .98}, {.85, .75}, {.65, .50}, {.30, .55},
          {.13, .75}}}},
      // 7: plain; with a bar; with a serif and a curved stem; round
      {{{{.10, .05}, {.88, .04}}, {{.88, .04}, {.60, .50}, {.40, 1.0}}},
       {{{.10, .06}, {.88, .04}}, {{.88, .04}, {.60, .50}, {.42, 1.0}}, {{.30, .54}, {.82, .48}}},
       {{{.10, .22}, {.12, .05}}, {{.12, .05}, {.50, .08}, {.90, .03}}, {{.90, .03}, {.58, .42}, {.50, 1.0}}},
       {{{.08, .16}, {.34, .02}, {.70, .03}, {.84, .20}, {.64, .60}, {.45, 1.0}}}},
      // 8: in one stroke; two loops; in one stroke that stays open at the top
      {{{{.78, .14}, {.50, .00}, {.22, .14}, {.30, .38}, {.60, .55}, {.82, .78}, {.50, 1.0}, {.18, .80}, {.40, .55},
          {.70, .38}, {.80, .18}, {.66, .04}}},
       {{{.50, .00}, {.25, .08}, {.22, .32}, {.50, .46}, {.78, .32}, {.75, .08}, {.50, .00}},
        {{.50, .46}, {.20, .58}, {.14, .84}, {.50, 1.0}, {.86, .84}, {.80, .58}, {.50, .46}}},
       {{{.86, .08}, {.50, .02}, {.20, .16}, {.34, .40}, {.66, .60}, {.76, .84}, {.46, 1.0}, {.22, .84}, {.44, .58},
          {.72, .36}, {.92, .12}}}},
      // 9: a straight stem; a hook; in one stroke
      {{{{.80, .20}, {.55, .02}, {.22, .14}, {.18, .40}, {.45, .54}, {.75, .38}, {.82, .14}},
        {{.82, .10}, {.79, .55}, {.72, 1.0}}},
       {{{.80, .22}, {.50, .00}, {.18, .20}, {.25, .48}, {.60, .48}, {.80, .22}},
        {{.80, .22}, {.84, .60}, {.65, .92}, {.20, .97}}},
       {{{.80, .12}, {.45, .00}, {.15, .22}, {.30, .50}, {.65, .40}, {.80, .12}, {.74, .52}, {.54, 1.0}}}},
  }};
  // clang-format on
  return all;
}

/// The random numbers of a drawing.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : generator_(seed) {}

  /// Uniform in [low, high).
  double between(double low, double high) { return low + (high - low) * generator_.uniform_double(); }
  /// Uniform in 0 .. n - 1.
  std::size_t below(std::size_t n) { return generator_.uniform_int(n); }
  /// Mean 0, the given standard deviation, bell-shaped, but never further out than 3.5 deviations: four uniform numbers
  /// summed. It needs no library function whose last digit differs between systems.
  double bell(double deviation) {
    double sum = -2;
    for (int i = 0; i < 4; ++i) sum += generator_.uniform_double();
    return sum * std::numbers::sqrt3 * deviation;
  }

 private:
  Generator generator_;
};

/// A smooth random bend of the unit box: a Bezier patch of degree 3 whose control points are off by random amounts.
class Warp {
 public:
  Warp(Dice& dice, double strength) {
    for (Point& offset : offsets_) offset = {dice.bell(strength), dice.bell(strength)};
  }

  Point operator()(Point p) const {
    const auto across = bernstein(p.x), down = bernstein(p.y);
    Point bent = p;
    for (std::size_t i = 0; i < offsets_.size(); ++i) bent = bent + down[i / 4] * across[i % 4] * offsets_[i];
    return bent;
  }

 private:
  static std::array<double, 4> bernstein(double t) {
    const double s = 1 - t;
    return {s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t};
  }

  std::array<Point, 16> offsets_{};
};

/// The points of a stroke, close together: the Catmull-Rom spline through its own.
Stroke smooth(const Stroke& points) {
  constexpr int kPieces = 5;
  Stroke curve{points.front()};
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const Point a = points[i == 0 ? 0 : i - 1], b = points[i], c = points[i + 1],
                d = points[std::min(i + 2, points.size() - 1)];
    for (int piece = 1; piece <= kPieces; ++piece) {
      const double t = static_cast<double>(piece) / kPieces;
      curve.push_back(0.5 * (2 * b + t * ((c - a) + t * ((2 * a - 5 * b + 4 * c - d) + t * (3 * b - a - 3 * c + d)))));
    }
  }
  return curve;
}

/// One digit's handwriting: its strokes as fine polylines, in pixels.
Shape write(std::size_t label, Dice& dice) {
  const std::vector<Shape>& ways = shapes()[label];
  const Shape& way = ways[dice.below(ways.size())];
  const Warp warp(dice, dice.between(0.05, 0.24));
  const double width = dice.between(0.6, 1.0), slant = dice.bell(0.15) + 0.12, angle = dice.bell(0.08);
  const double sine = std::sin(angle), cosine = std::cos(angle);

  Shape shape;
  Point low{1e9, 1e9}, high{-1e9, -1e9};
  for (const Stroke& points : way) {
    Stroke& stroke = shape.emplace_back(smooth(points));
    const Point slip{dice.bell(0.02), dice.bell(0.02)};  // the pen never comes down quite where it should
    for (Point& p : stroke) {
      const Point bent = warp(p) + slip - Point{.5, .5};
      const Point slanted{width * bent.x - slant * bent.y, bent.y};
      p = {cosine * slanted.x - sine * slanted.y, sine * slanted.x + cosine * slanted.y};
      low = {std::min(low.x, p.x), std::min(low.y, p.y)};
      high = {std::max(high.x, p.x), std::max(high.y, p.y)};
    }
  }

  constexpr double kMargin = 3.25, kRoom = kDigitSide - 2 * kMargin;  // what the pen's middle may use
  const Point extent = high - low;
  const double scale = std::min(dice.between(18, 21) / extent.y, kRoom / std::max(extent.x, extent.y));
  const auto place = [&](double size, double offset) {
    const double slack = std::max((kRoom - size) / 2, 0.0);
    return (kDigitSide - size) / 2 + std::clamp(offset, -slack, slack);
  };
  const Point corner{place(scale * extent.x, dice.bell(0.4)), place(scale * extent.y, dice.bell(0.4))};
  for (Stroke& stroke : shape) {
    for (Point& p : stroke) p = corner + scale * (p - low);
  }
  return shape;
}

using Canvas = std::array<double, kDigitPixels>;  // how much of each pixel is covered by ink, 0 to 1

/// Inks the pixels within `radius` of the line from a to b, softly at the edge.
void draw_line(Canvas& canvas, Point a, Point b, double radius) {
  const double reach = radius + 0.5;
  const auto pixel = [](double position) {
    return static_cast<std::size_t>(std::clamp(position, 0.0, static_cast<double>(kDigitSide - 1)));
  };
  const Point along = b - a;
  const double length2 = std::max(dot(along, along), 1e-12);
  for (std::size_t row = pixel(std::min(a.y, b.y) - reach); row <= pixel(std::max(a.y, b.y) + reach); ++row) {
    for (std::size_t column = pixel(std::min(a.x, b.x) - reach); column <= pixel(std::max(a.x, b.x) + reach);
         ++column) {
      const Point centre{static_cast<double>(column) + 0.5, static_cast<double>(row) + 0.5};
      const double t = std::clamp(dot(centre - a, along) / length2, 0.0, 1.0);
      const Point gap = centre - a - t * along;
      const double distance2 = dot(gap, gap);
      if (distance2 >= reach * reach) continue;
      double& ink = canvas[row * kDigitSide + column];
      ink = std::max(ink, std::min(reach - std::sqrt(distance2), 1.0));
    }
  }
}

/// Draws one digit into 784 bytes.
void draw(std::size_t label, Dice& dice, std::uint8_t* pixels) {
  const Shape shape = write(label, dice);
  const double radius = dice.between(0.85, 1.9), ink = dice.between(215, 255), grain = dice.between(0, 25);
  Canvas canvas{};
  for (const Stroke& stroke : shape) {
    const double start = dice.between(0.8, 1.15), end = dice.between(0.7, 1.1);  // the pressure of the pen
    for (std::size_t i = 0; i + 1 < stroke.size(); ++i) {
      const double t = static_cast<double>(i) / static_cast<double>(stroke.size());
      draw_line(canvas, stroke[i], stroke[i + 1], radius * (start + t * (end - start)));
    }
  }
  for (std::size_t i = 0; i < kDigitPixels; ++i) {
    const double value = canvas[i] == 0 ? 0 : canvas[i] * (ink + dice.bell(grain));
    pixels[i] = static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0));
  }
}

}  // namespace

Digits synthetic_digits(std::int64_t count, std::uint64_t seed) {
  GRADUS_CHECK(count >= 1, "count should be a positive number of digits, but got {}", count);
  Dice dice(seed);
  Digits digits;
  digits.labels.resize(static_cast<std::size_t>(count));
  digits.pixels.resize(digits.labels.size() * kDigitPixels);
  for (std::size_t i = 0; i < digits.labels.size(); ++i) {
    const std::size_t label = dice.below(kDigitClasses);
    digits.labels[i] = static_cast<std::uint8_t>(label);
    draw(label, dice, digits.pixels.data() + i * kDigitPixels);
  }
  return digits;
}

}  // namespace gradus::datasets
