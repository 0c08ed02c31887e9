#include <gradus/tutorials/01_derivatives/tasks.h>

#include <cmath>

#include "helpers.h"

using namespace chapter_01;

namespace {

TEST(Chapter01, TheSolutionPasses) { expect_all_pass(tasks({})); }

TEST(Chapter01, WrongDifferences) {
  Answers wrong;
  wrong.central_difference = [](const auto& f, double x, double h) { return (f(x + h) - f(x)) / h; };
  expect_wrong(tasks(wrong), 1, "This is the forward difference");
  wrong.central_difference = [](const auto& f, double x, double h) { return (f(x) - f(x - h)) / h; };
  expect_wrong(tasks(wrong), 1, "This is the backward difference");
  wrong.central_difference = [](const auto& f, double x, double h) { return (f(x + h) - f(x - h)) / h; };
  expect_wrong(tasks(wrong), 1, "The two points are 2 h apart");
  wrong.central_difference = [](const auto& f, double x, double h) { return (f(x + h) - f(x - h)) / 2 * h; };
  expect_wrong(tasks(wrong), 1, "without the brackets");
  wrong.central_difference = [](const auto&, double x, double) { return 2 * x; };
  expect_wrong(tasks(wrong), 1, "(x-1)(x-2)(x-3)");
}

TEST(Chapter01, WrongDerivativesByHand) {
  Answers wrong;
  wrong.derivative_by_hand = [](double x) { return std::sin(x * x) + x * std::cos(x * x); };
  expect_wrong(tasks(wrong), 2, "The chain rule");
  wrong.derivative_by_hand = [](double x) { return 2 * x * std::cos(x * x); };
  expect_wrong(tasks(wrong), 2, "Here u' = 1");
  wrong.derivative_by_hand = [](double x) { return x * std::cos(x * x) * 2 * x; };
  expect_wrong(tasks(wrong), 2, "sin(x^2) is missing");
  wrong.derivative_by_hand = [](double x) { return std::cos(x * x); };
  expect_wrong(tasks(wrong), 2, "Neither rule is there yet");
  wrong.derivative_by_hand = [](double x) { return std::sin(x * x) - 2 * x * x * std::cos(x * x); };
  expect_wrong(tasks(wrong), 2, "+cos");
}

// A gradient that moves an element of x itself and puts back what `restore` says, in units of h.
auto gradient_that_restores(double restore) {
  return [=](const std::function<double(const Vector&)>& f, const Vector& x, double h) {
    Vector p = x, g;
    for (double& coordinate : p) {
      coordinate += h;
      const double above = f(p);
      coordinate -= 2 * h;
      g.push_back((above - f(p)) / (2 * h));
      coordinate += restore * h;
    }
    return g;
  };
}

TEST(Chapter01, WrongGradients) {
  Answers wrong;
  wrong.gradient = gradient_that_restores(1);
  expect_all_pass(tasks(wrong));
  wrong.gradient = [](const auto& f, const Vector& x, double h) {
    Vector g = gradient_that_restores(1)(f, x, h);
    g.pop_back();
    return g;
  };
  expect_wrong(tasks(wrong), 3, "should have 3 elements");
  wrong.gradient = [](const auto& f, const Vector& x, double h) {
    Vector g = gradient_that_restores(1)(f, x, h);
    for (double& element : g) element *= 2;
    return g;
  };
  expect_wrong(tasks(wrong), 3, "2 h apart");
  wrong.gradient = [](const auto& f, const Vector& x, double h) {
    Vector g;
    for (size_t i = 0; i < x.size(); ++i) {
      Vector above = x;
      above[i] += h;
      g.push_back((f(above) - f(x)) / h);
    }
    return g;
  };
  expect_wrong(tasks(wrong), 3, "These are forward differences");
  wrong.gradient = [](const auto& f, const Vector& x, double h) {
    Vector above = x, below = x;
    for (double& element : above) element += h;
    for (double& element : below) element -= h;
    return Vector(x.size(), (f(above) - f(below)) / (2 * h));
  };
  expect_wrong(tasks(wrong), 3, "gradient(f, {2, -1, 0.5}, 1e-4)");
  wrong.gradient = gradient_that_restores(0);
  expect_wrong(tasks(wrong), 3, "expected");
}

TEST(Chapter01, WrongSteps) {
  Answers wrong;
  wrong.best_step = [](double epsilon, double value, double third) {
    return std::sqrt(3 * epsilon * std::abs(value) / std::abs(third));
  };
  expect_wrong(tasks(wrong), 4, "a third root");
  wrong.best_step = [](double epsilon, double value, double third) {
    return std::cbrt(epsilon * std::abs(value) / std::abs(third));
  };
  expect_wrong(tasks(wrong), 4, "so a 3 stays");
  wrong.best_step = [](double epsilon, double value, double third) {
    return std::cbrt(6 * epsilon * std::abs(value) / std::abs(third));
  };
  expect_wrong(tasks(wrong), 4, "not h / 6");
  wrong.best_step = [](double epsilon, double value, double third) { return std::cbrt(3 * epsilon * value / third); };
  expect_wrong(tasks(wrong), 4, "Take the absolute values");
  wrong.best_step = [](double, double, double) { return 1e-6; };
  expect_wrong(tasks(wrong), 4, "best_step");
}

}  // namespace
