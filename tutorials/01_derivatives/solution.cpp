// A solution of the exercise of chapter 1: derivatives.
#include "tasks.h"

#include <cmath>

namespace chapter_01 {

// Task 1. The derivative of f at x by central difference: look h to the right and h to the left.
double central_difference(const std::function<double(double)>& f, double x, double h) {
  return (f(x + h) - f(x - h)) / (2 * h);
}

// Task 2. The derivative of x sin(x^2), by hand: a product, and in it a chain. No differences here: std::sin, std::cos.
double derivative_by_hand(double x) { return std::sin(x * x) + x * std::cos(x * x) * 2 * x; }

// Task 3. The gradient of f, a function of as many variables as x has elements: each element of the result is the
// central difference in one variable while the others stay where they are.
Vector gradient(const std::function<double(const Vector&)>& f, const Vector& x, double h) {
  Vector g;
  for (size_t i = 0; i < x.size(); ++i) {
    Vector above = x, below = x;
    above[i] += h;
    below[i] -= h;
    g.push_back((f(above) - f(below)) / (2 * h));
  }
  return g;
}

// Task 4. The error of a central difference is about E(h) = |f'''| h^2 / 6 + epsilon |f| / h: truncation and rounding.
// Which h makes it smallest? Set E'(h) to 0 on paper. value is f, and std::cbrt(z) the third root of z.
double best_step(double epsilon, double value, double third_derivative) {
  return std::cbrt(3 * epsilon * std::abs(value) / std::abs(third_derivative));
}

}  // namespace chapter_01
