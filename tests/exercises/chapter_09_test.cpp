#include <gradus/tutorials/09_better_accuracy/tasks.h>

#include <cmath>

#include "helpers.h"

using namespace chapter_09;

namespace {

TEST(Chapter09, TheSolutionPasses) { expect_all_pass(tasks({})); }

std::vector<Task> with_bce(std::function<Tensor(const Tensor& p, const Tensor& t)> bce) {
  Answers wrong;
  wrong.bce_by_hand = std::move(bce);
  return tasks(wrong);
}

TEST(Chapter09, WrongLosses) {
  expect_wrong(with_bce([](const Tensor& p, const Tensor& t) { return -bce_by_hand(p, t); }), 1, "The sign is wrong");
  expect_wrong(with_bce([](const Tensor& p, const Tensor& t) { return 4 * bce_by_hand(p, t); }), 1, "This is the sum");
  expect_wrong(with_bce([](const Tensor& p, const Tensor& t) { return -(t * p.log()).mean(); }), 1,
               "expected 0.612192, found 0.327333\nThe term for targets of 0, (1 - t) log(1 - p), is missing");
  expect_wrong(with_bce([](const Tensor& p, const Tensor& t) { return bce_by_hand(t, p); }), 1,
               "p and t are exchanged");
  expect_wrong(with_bce([](const Tensor& p, const Tensor& t) { return (p - t).pow(2).mean(); }), 1, "found 0.225");
}

std::vector<Task> with_gradient(std::function<Tensor(const Tensor& p, const Tensor& t)> gradient) {
  Answers wrong;
  wrong.bce_gradient = std::move(gradient);
  return tasks(wrong);
}

TEST(Chapter09, WrongGradients) {
  expect_wrong(with_gradient([](const Tensor& p, const Tensor& t) { return (p - t) / (p * (1 - p)); }), 2,
               "element [0]: central difference -0.277778, your gradient -1.11111 (4 of 4 elements differ)");
  expect_wrong(with_gradient([](const Tensor& p, const Tensor& t) { return (p - t) / (p * (1 - p)); }), 2,
               "The mean divides by the number of elements");
  expect_wrong(with_gradient([](const Tensor& p, const Tensor& t) { return p - t; }), 2, "before the sigmoid");
  expect_wrong(with_gradient([](const Tensor& p, const Tensor& t) { return -(t / p + (1 - t) / (1 - p)) / 4; }), 2,
               "The derivative of log(1 - p)");
}

TEST(Chapter09, WrongRanges) {
  const auto wrong = [](std::function<bool(double low, double high)> fits) {
    Answers answers;
    answers.fits_bce_loss = [=](const Tensor& y) { return fits(y.min().item<double>(), y.max().item<double>()); };
    return tasks(answers);
  };
  expect_wrong(wrong([](double, double) { return true; }), 3, "gives -0.01 for -1");
  expect_wrong(wrong([](double low, double) { return low >= 0; }), 3, "log(1 - 3) has no value");
  expect_wrong(wrong([](double low, double high) { return low > 0 && high < 1; }), 3, "0 and 1 are probabilities too");
  expect_wrong(wrong([](double, double) { return false; }), 3, "fits_bce_loss({0.1, 0.5, 0.9}): expected true");
}

TEST(Chapter09, WrongLeakyReLUs) {
  const auto wrong = [](std::function<Tensor(const Tensor& z, double slope)> function) {
    Answers answers;
    answers.leaky_relu_by_hand = std::move(function);
    return tasks(answers);
  };
  expect_wrong(wrong([](const Tensor& z, double) { return relu(z); }), 4, "This is ReLU");
  expect_wrong(wrong([](const Tensor& z, double) { return leaky_relu(z, 0.01); }), 4, "use the one that is given");
  expect_wrong(wrong([](const Tensor& z, double slope) { return where(z > 0, slope * z, z); }), 4,
               "sides are exchanged");
  expect_wrong(wrong([](const Tensor& z, double slope) { return where(z > 0, z, -slope * z); }), 4, "negative as well");
}

TEST(Chapter09, WrongLeakyReLUDerivatives) {
  const auto wrong = [](std::function<Tensor(const Tensor& z, double slope)> derivative) {
    Answers answers;
    answers.leaky_relu_derivative = std::move(derivative);
    return tasks(answers);
  };
  expect_wrong(wrong([](const Tensor& z, double slope) { return leaky_relu(z, slope); }), 4, "the function itself");
  expect_wrong(wrong([](const Tensor& z, double) { return (z > 0).to(kFloat64); }), 4,
               "element [0]: central difference 0.1, your gradient 0 (2 of 4 elements differ)");
  expect_wrong(wrong([](const Tensor& z, double slope) { return where(z >= 0, ones_like(z), slope * ones_like(z)); }),
               4, "where PyTorch takes the slope of the left side: expected 0.1, found 1");
}

// Adam with one of its parts changed.
struct Changed {
  bool count = true, correct_m = true, correct_v = true, square = true, root = true;
  double sign = -1, eps_outside = 1e-8, eps_inside = 0;
};

std::vector<Task> with_adam(const Changed& changed) {
  Answers wrong;
  wrong.adam_step = [=](const Tensor& theta, const Tensor& g, AdamState& state, double lr) {
    if (changed.count) ++state.t;
    state.m = 0.9 * state.m + 0.1 * g;
    state.v = 0.999 * state.v + 0.001 * (changed.square ? g * g : g);
    const Tensor m = changed.correct_m ? state.m / (1 - std::pow(0.9, state.t)) : state.m;
    const Tensor v = (changed.correct_v ? state.v / (1 - std::pow(0.999, state.t)) : state.v) + changed.eps_inside;
    return theta + changed.sign * lr * m / ((changed.root ? v.sqrt() : v) + changed.eps_outside);
  };
  return tasks(wrong);
}

TEST(Chapter09, WrongStepsOfAdam) {
  expect_all_pass(with_adam({}));
  expect_wrong(with_adam({.correct_m = false, .correct_v = false}), 5, "The bias correction is missing");
  expect_wrong(with_adam({.correct_m = false}), 5, "m is not corrected");
  expect_wrong(with_adam({.correct_v = false}), 5, "v is not corrected");
  expect_wrong(with_adam({.square = false}), 5, "the running mean of the squares");
  expect_wrong(with_adam({.root = false}), 5, "divided by the root of v");
  expect_wrong(with_adam({.sign = 1}), 5, "It goes uphill");
  expect_wrong(with_adam({.count = false}), 5, "theta after step 1");
  expect_wrong(with_adam({.eps_outside = 0}), 5, "epsilon is missing");
  expect_wrong(with_adam({.eps_outside = 0, .eps_inside = 1e-8}), 5, "epsilon is added to the root of v, not to v");
}

}  // namespace
