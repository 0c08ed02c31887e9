// Chapter 1: derivatives by hand and by difference. Measures how exact a difference is, and takes first steps downhill.
#include <gradus/tutorials/common/plot.h>
#include <gradus/tutorials/common/program.h>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

using namespace gradus::tutorials;

namespace {

// [functions]
template <class T>
T parabola(T x) {  // derivative 2 x
  return x * x + 2;
}

template <class T>
T cubic(T x) {  // derivative (x - 2)(x - 3) + (x - 1)(x - 3) + (x - 1)(x - 2)
  return (x - 1) * (x - 2) * (x - 3);
}
// [/functions]

// [differences]
template <class T, class F>
T forward_difference(F f, T x, T h) {
  return (f(x + h) - f(x)) / h;
}

template <class T, class F>
T central_difference(F f, T x, T h) {
  return (f(x + h) - f(x - h)) / (2 * h);
}
// [/differences]

void by_hand() {
  // [by-hand]
  const double x = 3.5;
  const double slope = 2 * x, product = (x - 2) * (x - 3) + (x - 1) * (x - 3) + (x - 1) * (x - 2), chain = 2 * 2 * x;
  fmt::print("x^2 + 2        at 3.5: {:5.2f}, its derivative {:4.2f}\n", parabola(x), slope);
  fmt::print("(x-1)(x-2)(x-3) at 3.5: {:5.3f}, its derivative {:4.2f}\n", cubic(x), product);
  fmt::print("2 x^2 + 3      at 3.5: {:5.2f}, its derivative {:5.2f}\n\n", 2 * x * x + 3, chain);
  // [/by-hand]
  require(parabola(x) == 14.25 && slope == 7 && product == 5.75 && chain == 14,
          "the derivatives by hand must be these");
}

void by_difference() {
  fmt::print("-- the derivative 5.75 of the cubic, by difference\n");
  // [by-difference]
  fmt::print("{:>6}  {:>12} {:>10}  {:>12} {:>10}\n", "h", "forward", "error", "central", "error");
  for (const double h : {1e-1, 1e-2, 1e-3, 1e-4}) {
    const double forward = forward_difference(cubic<double>, 3.5, h);
    const double central = central_difference(cubic<double>, 3.5, h);
    fmt::print("{:6}  {:12.8f} {:10.2e}  {:12.8f} {:10.2e}\n", h, forward, forward - 5.75, central, central - 5.75);
  }
  // [/by-difference]
  require(std::abs(forward_difference(cubic<double>, 3.5, 1e-2) - 5.75 - (4.5e-2 + 1e-4)) < 1e-10,
          "the forward difference of the cubic must be off by 4.5 h + h^2");
  require(std::abs(central_difference(cubic<double>, 3.5, 1e-2) - 5.75 - 1e-4) < 1e-10,
          "the central difference of the cubic must be off by h^2");
}

// [errors]
// How far a difference of the cubic at 3.5 is from 5.75, for h = 10^-1, 10^-1.25, 10^-1.5, ...
template <class T, class Difference>
std::vector<Point> errors(Difference difference) {
  std::vector<Point> points;
  for (double exponent = -1; exponent >= -14; exponent -= 0.25) {
    const T h = static_cast<T>(std::pow(10, exponent));
    const double error = std::abs(static_cast<double>(difference(cubic<T>, T(3.5), h)) - 5.75);
    points.emplace_back(h, std::max(error, 1e-16));  // an axis of logarithms has no place for 0
  }
  return points;
}
// [/errors]

Point smallest(const std::vector<Point>& points) {
  return *std::min_element(points.begin(), points.end(), [](Point a, Point b) { return a.second < b.second; });
}

void how_exact() {
  fmt::print("\n-- how exact can a difference be?\n");
  // [how-exact]
  const std::vector<NamedPoints> lines = {
      {"forward, float32", errors<float>(forward_difference<float, float (*)(float)>)},
      {"central, float32", errors<float>(central_difference<float, float (*)(float)>)},
      {"forward, float64", errors<double>(forward_difference<double, double (*)(double)>)},
      {"central, float64", errors<double>(central_difference<double, double (*)(double)>)},
  };
  for (const auto& [name, points] : lines) {
    const auto [h, error] = smallest(points);
    fmt::print("{}: smallest error {:.0e}, for h = {:.0e}\n", name, error, h);
  }
  // [/how-exact]
  plot_log_log("out/01_errors.png", lines, "h", "error of the derivative",
               "Truncation on the right, rounding on the left");

  // [gradcheck-h]
  const float single = central_difference(cubic<float>, 3.5F, 1e-6F);
  const double twice = central_difference(cubic<double>, 3.5, 1e-6);
  fmt::print("with h = 1e-6: float32 says {:.4f}, float64 says {:.10f}\n", single, twice);
  fmt::print("in float32, 3.5 + 1e-8 == 3.5 is {}\n", 3.5F + 1e-8F == 3.5F);
  // [/gradcheck-h]
  require(std::abs(single - 5.75F) > 1e-2F, "float32 has too few digits for h = 1e-6");
  require(std::abs(twice - 5.75) < 1e-8, "float64 must give the derivative to eight digits at h = 1e-6");
}

// [gradient]
using Vector = std::vector<double>;
using Field = std::function<double(const Vector&)>;

Vector gradient(const Field& f, Vector x, double h) {
  Vector g;
  for (double& coordinate : x) {
    const double before = coordinate;
    coordinate = before + h;
    const double above = f(x);
    coordinate = before - h;
    const double below = f(x);
    coordinate = before;
    g.push_back((above - below) / (2 * h));
  }
  return g;
}
// [/gradient]

void several_variables() {
  fmt::print("\n-- several variables\n");
  // [steepest]
  const Field hill = [](const Vector& p) { return p[0] * p[0] + 3 * p[1] * p[1] + p[0] * p[1]; };
  const Vector at = {1, 2}, g = gradient(hill, at, 1e-6);
  const double length = std::hypot(g[0], g[1]);
  fmt::print("gradient at (1, 2): ({:.4f}, {:.4f})\n", g[0], g[1]);
  for (const int degrees : {0, 45, 90, 135, 180}) {  // walk a little way, turned from the gradient by so much
    const double angle = std::atan2(g[1], g[0]) + degrees * std::numbers::pi / 180, way = 1e-6;
    const double risen = hill({at[0] + way * std::cos(angle), at[1] + way * std::sin(angle)}) - hill(at);
    fmt::print("{:3} degrees off the gradient: rises by {:8.4f} a unit of way; |g| cos is {:8.4f}\n", degrees,
               risen / way, length * std::cos(degrees * std::numbers::pi / 180));
  }
  // [/steepest]
  require(std::abs(g[0] - 4) < 1e-6 && std::abs(g[1] - 13) < 1e-6, "the gradient at (1, 2) must be (4, 13)");
}

void downhill() {
  fmt::print("\n-- downhill\n");
  // [descent]
  double x = 3.5;
  const double lr = 0.1;
  std::vector<double> xs = {x};
  for (int step = 1; step <= 20; ++step) {
    x -= lr * central_difference(parabola<double>, x, 1e-6);
    xs.push_back(x);
    if (step <= 3 || step == 20) fmt::print("after step {:2}: x {:.4f}, x^2 + 2 = {:.4f}\n", step, x, parabola(x));
  }
  // [/descent]
  plot_paths("out/01_descent.png", parabola<double>, {-4, 4}, {{"gradient descent, lr 0.1", xs}},
             "downhill on x^2 + 2");
  require(std::abs(x - 3.5 * std::pow(0.8, 20)) < 1e-6, "each step must multiply x by 1 - 2 lr");
}

void chapter() {
  by_hand();
  by_difference();
  how_exact();
  several_variables();
  downhill();
  // Through (3.5 - h, ...) and (3.5 + h, ...), with an h that one can see.
  const auto secant = [](double from, double to) {
    return [=](double x) { return cubic(from) + (cubic(to) - cubic(from)) / (to - from) * (x - from); };
  };
  plot_curves("out/01_secants.png",
              {{"(x-1)(x-2)(x-3)", cubic<double>},
               {"tangent at 3.5", [](double x) { return 1.875 + 5.75 * (x - 3.5); }},
               {"forward, h = 0.4", secant(3.5, 3.9)},
               {"central, h = 0.4", secant(3.1, 3.9)}},
              {2.8, 4.1}, "slopes at 3.5");
}

}  // namespace

int main(int argc, char** argv) {
  return run_chapter(argc, argv, "Chapter 1: derivatives by hand and by difference.", chapter);
}
