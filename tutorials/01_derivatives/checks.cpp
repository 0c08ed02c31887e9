#include <fmt/format.h>

#include <cmath>

#include "tasks.h"

namespace chapter_01 {
namespace {

void check_central(const Answers& answers) {
  const auto check = [&](const std::string& name, const std::function<double(double)>& f, double x, double h) {
    const double above = f(x + h), here = f(x), below = f(x - h);
    expect_close(fmt::format("central_difference({}, {}, {})", name, x, h), answers.central_difference(f, x, h),
                 (above - below) / (2 * h),
                 {{(above - here) / h, "This is the forward difference: look to the left as well."},
                  {(here - below) / h, "This is the backward difference: look to the right as well."},
                  {(above - below) / h, "The two points are 2 h apart."},
                  {(above - below) / 2 * h, "Divide by (2 * h): without the brackets h multiplies."},
                  {(below - above) / (2 * h), "The sign: right minus left."}});
  };
  check(
      "x^2 + 2", [](double x) { return x * x + 2; }, 3.5, 0.1);
  check(
      "(x-1)(x-2)(x-3)", [](double x) { return (x - 1) * (x - 2) * (x - 3); }, 3.5, 0.5);
  check(
      "exp", [](double x) { return std::exp(x); }, -1, 0.25);
}

void check_by_hand(const Answers& answers) {
  for (const double x : {2.0, -0.5, 1.5}) {
    const double s = std::sin(x * x), c = std::cos(x * x);
    expect_close(fmt::format("derivative_by_hand({})", x), answers.derivative_by_hand(x), s + 2 * x * x * c,
                 {{s + x * c, "The chain rule: sin(x^2) has the derivative cos(x^2) times that of x^2."},
                  {c, "Neither rule is there yet: the product rule for x times sin(x^2), the chain rule for sin(x^2)."},
                  {2 * x * c, "The product rule: (u v)' = u' v + u v'. Here u' = 1."},
                  {2 * x * x * c, "The product rule: (u v)' = u' v + u v', and u' v = sin(x^2) is missing."},
                  {s - 2 * x * x * c, "The derivative of sin is +cos."}});
  }
}

void check_gradient(const Answers& answers) {
  const Vector at = {2, -1, 0.5};
  const auto f = [](const Vector& p) { return p[0] * p[0] * p[1] + 3 * p[1] * p[2] + p[2] * p[2] * p[2]; };
  const Vector found = answers.gradient(f, at, 1e-4);
  expect(found.size() == 3, fmt::format("gradient(f, {{2, -1, 0.5}}, 1e-4) should have 3 elements, one for each "
                                        "variable, and has {}.",
                                        found.size()));
  const double h = 1e-4;
  const Tensor expected = tensor({-4.0, 5.5, -2.25 + h * h}, kFloat64);
  expect_close(
      "gradient(f, {2, -1, 0.5}, 1e-4) of f = a^2 b + 3 b c + c^3", tensor(found, kFloat64), expected,
      {{expected * 2, "The two points are 2 h apart."},
       {-expected, "The sign: right minus left."},
       {expected + tensor({-h, 0.0, 1.5 * h}, kFloat64), "These are forward differences: look to the left as well."}},
      {.rtol = 0, .atol = 1e-6});
  // With a step that large, one sees where the first variable was when the second was moved.
  const auto bilinear = [](const Vector& p) { return p[0] * p[1]; };
  const Vector product = answers.gradient(bilinear, {10, -3}, 1);
  expect_close(
      "gradient(f, {10, -3}, 1) of f = a b", tensor(product, kFloat64), tensor({-3.0, 10.0}, kFloat64),
      {{tensor({-3.0, 9.0}, kFloat64), "The first variable should be back at its place when the second is moved."},
       {tensor({-3.0, 11.0}, kFloat64), "The first variable should be back at its place when the second is moved."},
       {tensor({7.0, 7.0}, kFloat64), "One variable at a time: here all are moved together."}});
}

void check_step(const Answers& answers) {
  const auto check = [&](double epsilon, double value, double third) {
    const double ratio = epsilon * std::abs(value) / std::abs(third);
    // The step is small, so it is compared as a multiple of the right one.
    const double best = std::cbrt(3 * ratio);
    const double found = answers.best_step(epsilon, value, third);
    expect_close(fmt::format("best_step({:.3g}, {}, {}), times 1e5,", epsilon, value, third), found * 1e5, best * 1e5,
                 {{std::cbrt(ratio) * 1e5, "The derivative of h^2 / 6 is h / 3, so a 3 stays."},
                  {std::cbrt(6 * ratio) * 1e5, "The derivative of h^2 / 6 is h / 3, not h / 6."},
                  {std::sqrt(3 * ratio) * 1e5, "h / 3 = ... / h^2 gives h^3: a third root."},
                  {3 * ratio * 1e5, "This is h^3: the third root is missing."},
                  {-best * 1e5, "Take the absolute values of f and f'''."}});
  };
  check(0x1p-52, 1.875, 6);
  check(0x1p-23, 1.875, 6);
  check(0x1p-52, -20, 0.5);
  check(0x1p-52, 3, -8);
}

}  // namespace

std::vector<Task> tasks(const Answers& answers) {
  return {
      {"the central difference", "(f(x + h) - f(x - h)) / (2 h).", [=] { check_central(answers); }},
      {"a derivative by hand", "u = x and v = sin(x^2); (u v)' = u' v + u v'.", [=] { check_by_hand(answers); }},
      {"the gradient by differences", "Copy x, move one element of the copy, and take a fresh copy for the next.",
       [=] { check_gradient(answers); }},
      {"the best step", "E'(h) = |f'''| h / 3 - epsilon |f| / h^2.", [=] { check_step(answers); }},
  };
}

}  // namespace chapter_01
