#include <fmt/format.h>
#include <gradus/autograd/function.h>

#include <cmath>
#include <limits>

#include "tasks.h"

namespace chapter_05 {
namespace {

// x^2 with a backward that is wrong for negative numbers.
struct HalfRight : Function<HalfRight> {
  static constexpr auto name = "half_right";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return x.square();
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g * 2 * ctx.saved(0).abs()}; }
};

// A sum along rows whose backward divides as a mean would.
struct RowSum : Function<RowSum> {
  static constexpr auto name = "row_sum";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return x.sum(1);
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0);
    return {(g / x.size(1)).view({-1, 1}).expand(x.sizes())};
  }
};

Tensor half_right(const Tensor& x) { return HalfRight::apply(x); }
Tensor two_to_three(const Tensor& x) { return stack({x[0] * x[1], x[0] + x[1].square(), x[0] * x[0] * x[0]}); }

constexpr auto kTransposed = "It is transposed: a row for each output, a column for each input.";
constexpr auto kNotPutBack = "One element at a time: a should be back at its place when b is moved.";

void check_difference(const Answers& answers) {
  const Tensor x = tensor({2.0, 3.0}, kFloat64), before = x.clone();
  const double eps = 0.25;
  const Tensor expected = tensor({{3.0, 2.0}, {1.0, 6.0}, {12 + eps * eps, 0.0}}, kFloat64);
  const Tensor bend = tensor({{0.0, 0.0}, {0.0, eps}, {6 * eps, 0.0}}, kFloat64);
  const Tensor left_behind = tensor({{0.0, -eps}, {0.0, 0.0}, {0.0, 0.0}}, kFloat64);
  expect_close("difference_jacobian(f, {2, 3}, 0.25) of f(a, b) = {a b, a + b^2, a^3}",
               answers.difference_jacobian(two_to_three, x, eps), expected,
               {{expected.t(), kTransposed},
                {expected * 2, "The two points are 2 eps apart."},
                {expected * 2 * eps, "This is how far the outputs move: divide by the distance of the points, 2 eps."},
                {expected * eps, "Divide by the distance of the points: that is 2 * eps, not 2."},
                {expected * eps * eps, "Divide by (2 * eps): without the brackets eps multiplies."},
                {-expected, "The sign: right minus left."},
                {expected + bend, "These are forward differences: look to the left as well."},
                {expected.cumsum(1), kNotPutBack},
                {expected + left_behind, kNotPutBack},
                {expected - left_behind, kNotPutBack},
                {expected.sum(0), "Each output has a row of its own; do not sum them."}});
  expect(x.equal(before), "difference_jacobian has changed x: move a copy, or put back what was moved.");

  const auto means = [](const Tensor& t) { return t.mean(1).square(); };
  const Tensor table = tensor({{1.0, 2.0, 3.0}, {0.0, -3.0, 0.0}}, kFloat64);
  expect_close("difference_jacobian(f, x, 1e-3) of f(x) = (mean of each row)^2 for x {{1, 2, 3}, {0, -3, 0}}",
               answers.difference_jacobian(means, table, 1e-3),
               tensor({{4.0, 4.0, 4.0, 0.0, 0.0, 0.0}, {0.0, 0.0, 0.0, -2.0, -2.0, -2.0}}, kFloat64) / 3);
}

void check_backward(const Answers& answers) {
  const Tensor x = tensor({2.0, 3.0}, kFloat64);
  const Tensor expected = tensor({{3.0, 2.0}, {1.0, 6.0}, {12.0, 0.0}}, kFloat64);
  expect_close("backward_jacobian(f, {2, 3}) of f(a, b) = {a b, a + b^2, a^3}",
               answers.backward_jacobian(two_to_three, x), expected,
               {{expected.t(), kTransposed},
                {expected.sum(0).expand({3, 2}),
                 "Every row is the sum of all rows, which ones as gradient of y give: row i wants 1 in place i and 0 "
                 "elsewhere."},
                {expected.sum(0), "This is the sum of all rows: a backward for each row, with 1 in one place of g."},
                {expected.cumsum(0),
                 "Each row has those above it in it: .grad adds up. autograd::grad returns a gradient by itself."}});
  const auto doubled = [](const Tensor& t) { return t.t() * 2; };
  expect_close(
      "backward_jacobian(f, x) of f(x) = 2 x^T for x {{1, 2}, {3, 4}}",
      answers.backward_jacobian(doubled, tensor({{1.0, 2.0}, {3.0, 4.0}}, kFloat64)),
      2 * tensor({{1.0, 0.0, 0.0, 0.0}, {0.0, 0.0, 1.0, 0.0}, {0.0, 1.0, 0.0, 0.0}, {0.0, 0.0, 0.0, 1.0}}, kFloat64));
  const Tensor negative = tensor({1.0, -3.0}, kFloat64);
  expect_close("backward_jacobian of an op whose backward is wrong at -3",
               answers.backward_jacobian(half_right, negative), tensor({{2.0, 0.0}, {0.0, 6.0}}, kFloat64),
               {{tensor({{2.0, 0.0}, {0.0, -6.0}}, kFloat64),
                 "That is the right derivative, but not what backward says. A check needs backward's own numbers."}});
}

void check_close_enough(const Answers& answers) {
  const auto check = [&](double backward, double numerical, double atol, double rtol, bool expected,
                         const char* meaning) {
    const bool found = answers.close_enough(backward, numerical, atol, rtol);
    expect(found == expected, fmt::format("close_enough({}, {}, {}, {}) should be {}, but is {}.\n{}", backward,
                                          numerical, atol, rtol, expected, found, meaning));
  };
  check(1, 1000, 1e-5, 1e-3, false, "The distance is |backward - numerical|, with the absolute value.");
  check(5e-4, 0, 1e-5, 1e-3, false, "rtol is multiplied by |numerical|, which is 0 here, and atol stands alone.");
  check(3e-6, 0, 1e-5, 1e-3, true, "Where the numerical value is 0, atol is what is allowed.");
  check(1000.5, 1000, 1e-5, 1e-3, true, "Large numbers may be further apart: by rtol * |numerical| besides atol.");
  check(-1000.5, -1000, 1e-5, 1e-3, true, "rtol is multiplied by |numerical|, with the absolute value.");
  check(1.5, 1, 0, 0.4, false, "rtol is a part of the numerical value, the one that is trusted.");
  check(2.5, 1, 1, 1, true, "The two allowances add up.");
  check(2, 2, 0, 0, true, "Equal numbers are close even if nothing is allowed: <=, not <.");
  check(std::numeric_limits<double>::quiet_NaN(), 1, 1e-5, 1e-3, false,
        "Comparisons with NaN are false: ask whether the distance is small, not whether it is large.");
}

void check_wrong_stage(const Answers& answers) {
  const Op shift = [](const Tensor&t) { return 2 * t - 3; }, bend = [](const Tensor&t) { return t.tanh(); };
  const Op square = [](const Tensor&t) { return t.square(); },
           row_sum = [](const Tensor&t) { return RowSum::apply(t); };
  const Tensor x = tensor({1.0, 2.0, 0.25}, kFloat64), table = tensor({{1.0, 2.0, 0.5}, {0.25, 1.5, 3.0}}, kFloat64);
  const auto check = [&](const char* what, const std::vector<Op>& stages, const Tensor& input, double expected,
                         const Mistakes& mistakes) {
    expect_close(fmt::format("wrong_stage of {}", what), static_cast<double>(answers.wrong_stage(stages, input)),
                 expected, mistakes);
  };
  check("three stages that are right", {shift, square, bend}, x, -1,
        {{3, "If all are right, return -1."}, {0, "If all are right, return -1."}});
  check("{2 t - 3, an op that is wrong for negative numbers, tanh} at {1, 2, 0.25}", {shift, half_right, bend}, x, 1,
        {{2, "Count from 0, and check each stage alone, not everything up to it."},
         {-1,
          "The second op is right at x, but -1, 1 and -2.5 arrive there: check each stage at what comes out of the one "
          "before."},
         {0, "The first stage is right by itself, only what follows it is not: check one stage at a time."}});
  check("{a row sum that is wrong, tanh, t^2} at a table (2, 3)", {row_sum, bend, square}, table, 0,
        {{2, "Return the first stage that fails: check each alone, not everything up to it."},
         {1, "Count from 0."},
         {-1, "The first stage counts as well."}});
  check("{tanh, t^2, a row sum that is wrong} at a table (2, 3)", {bend, square, row_sum}, table, 2,
        {{3, "Count from 0."}, {-1, "The last stage counts as well."}});
}

}  // namespace

std::vector<Task> tasks(const Answers& answers) {
  return {
      {"the Jacobian by differences",
       "For each j: (f(x + step) - f(x - step)) / (2 eps), where step is eps in place j.",
       [=] { check_difference(answers); }},
      {"the Jacobian by backward", "Row i: autograd::grad with a g of y's sizes that is 1 in place i and 0 elsewhere.",
       [=] { check_backward(answers); }},
      {"near enough", "|a - n| <= atol + rtol |n|.", [=] { check_close_enough(answers); }},
      {"the wrong stage", "input = input.detach().requires_grad_(); check; input = stage(input).",
       [=] { check_wrong_stage(answers); }},
  };
}

}  // namespace chapter_05
