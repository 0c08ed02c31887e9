#include <fmt/format.h>
#include <gradus/autograd/random.h>
#include <gradus/nn/loss.h>
#include <gradus/optim/adam.h>

#include <cmath>
#include <limits>

#include "tasks.h"

namespace chapter_09 {
namespace {

Tensor probabilities() { return tensor({0.9, 0.2, 0.6, 0.3}, kFloat64); }
Tensor targets() { return tensor({1.0, 0.0, 0.0, 1.0}, kFloat64); }

void check_bce(const Answers& answers) {
  const Tensor p = probabilities(), t = targets();
  const Tensor right = nn::BCELoss()(p, t);
  expect_close("bce_by_hand(p, t) for p = {0.9, 0.2, 0.6, 0.3}, t = {1, 0, 0, 1}", answers.bce_by_hand(p, t), right,
               {{-right, "The sign is wrong: a loss is positive, and log p is negative."},
                {4 * right, "This is the sum over the four elements; wanted is their mean."},
                {-(t * p.log()).mean(), "The term for targets of 0, (1 - t) log(1 - p), is missing."},
                {-((1 - t) * (1 - p).log()).mean(), "The term for targets of 1, t log p, is missing."},
                {-(p * t.log() + (1 - p) * (1 - t).log()).mean(), "p and t are exchanged: the logarithm is of p."},
                {right / std::log(2), "This is the logarithm to base 2; wanted is the natural one."}});
}

void check_bce_gradient(const Answers& answers) {
  const Tensor p = probabilities(), t = targets();
  const Tensor right = (p - t) / (p * (1 - p)) / 4;
  expect_gradient(
      "bce_gradient(p, t) for p = {0.9, 0.2, 0.6, 0.3}, t = {1, 0, 0, 1}",
      [&](const Tensor& x) { return nn::BCELoss()(x, t); }, [&](const Tensor& x) { return answers.bce_gradient(x, t); },
      p,
      {{4 * right, "The mean divides by the number of elements, and so does its derivative."},
       {-right, "The sign is wrong."},
       {(p - t) / 4, "p - t is the gradient before the sigmoid; with respect to p it is divided by p (1 - p)."},
       {p - t, "p - t is the gradient before the sigmoid; with respect to p it is divided by p (1 - p), and by N."},
       {-(t / p + (1 - t) / (1 - p)) / 4, "The derivative of log(1 - p) by p is -1 / (1 - p): mind its sign."}});
}

void check_fits(const Answers& answers) {
  const auto check = [&](const std::string& outputs, const Tensor& values, bool expected, const std::string& because) {
    const bool found = answers.fits_bce_loss(values);
    expect(found == expected,
           fmt::format("fits_bce_loss({}): expected {}, found {}. {}", outputs, expected, found, because));
  };
  check("{0.1, 0.5, 0.9}", tensor({0.1, 0.5, 0.9}), true, "All of them are probabilities.");
  check("leaky_relu({-1, 0.5, 0.8})", leaky_relu(tensor({-1.0, 0.5, 0.8})), false,
        "A LeakyReLU gives -0.01 for -1, which is no probability: its logarithm has no value.");
  check("leaky_relu({0.2, 0.5, 3})", leaky_relu(tensor({0.2, 0.5, 3.0})), false,
        "A LeakyReLU gives 3 for 3, and log(1 - 3) has no value.");
  check("{0, 1}", tensor({0.0, 1.0}), true, "0 and 1 are probabilities too; BCELoss keeps their logarithms at -100.");
}

void check_leaky_relu(const Answers& answers) {
  const Tensor z = tensor({-3.0, -0.5, 0.25, 2.0}, kFloat64);
  expect_close("leaky_relu_by_hand({-3, -0.5, 0.25, 2}, 0.1)", answers.leaky_relu_by_hand(z, 0.1), leaky_relu(z, 0.1),
               {{relu(z), "This is ReLU: where z is negative, LeakyReLU is slope * z."},
                {leaky_relu(z, 0.01), "This has the slope 0.01; use the one that is given."},
                {where(z > 0, 0.1 * z, z), "The two sides are exchanged."},
                {where(z > 0, z, -0.1 * z), "For negative z the values are negative as well."}});
  expect_gradient(
      "leaky_relu_derivative({-3, -0.5, 0.25, 2}, 0.1)", [](const Tensor& x) { return leaky_relu(x, 0.1); },
      [&](const Tensor& x) { return answers.leaky_relu_derivative(x, 0.1); }, z,
      {{leaky_relu(z, 0.1), "This is the function itself; its derivative is 1 on the right and slope on the left."},
       {(z > 0).to(kFloat64), "This is the derivative of ReLU; where z is negative it is slope."},
       {where(z > 0, 0.1 * ones_like(z), ones_like(z)), "The two sides are exchanged."}});
  expect_close("leaky_relu_derivative({0}, 0.1), where PyTorch takes the slope of the left side",
               answers.leaky_relu_derivative(zeros({1}, kFloat64), 0.1), tensor({0.1}, kFloat64));
}

// Ways in which a step of Adam goes wrong.
struct Wrong {
  bool correct_m = true, correct_v = true, square = true, root = true;
  double sign = -1;
};

// theta after some steps with lr 0.1, each with the gradient theta^2 + 1.
Tensor walk(const Wrong& wrong, int steps) {
  const double lr = 0.1, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  Tensor theta = tensor({1.0, -2.0, 0.5}, kFloat64), m = zeros({3}, kFloat64), v = zeros({3}, kFloat64);
  for (int t = 1; t <= steps; ++t) {
    const Tensor g = theta * theta + 1;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * (wrong.square ? g * g : g);
    const Tensor m_hat = wrong.correct_m ? m / (1 - std::pow(beta1, t)) : m;
    const Tensor v_hat = wrong.correct_v ? v / (1 - std::pow(beta2, t)) : v;
    theta = theta + wrong.sign * lr * m_hat / ((wrong.root ? v_hat.sqrt() : v_hat) + epsilon);
  }
  return theta;
}

void check_adam(const Answers& answers) {
  Tensor theta = tensor({1.0, -2.0, 0.5}, kFloat64);
  AdamState state{.m = zeros({3}, kFloat64), .v = zeros({3}, kFloat64)};
  for (const int step : {1, 2, 3}) {
    theta = answers.adam_step(theta, theta * theta + 1, state, 0.1);
    const auto after = [&](const Wrong& wrong) { return walk(wrong, step); };
    expect_close(
        fmt::format("theta after step {} from {{1, -2, 0.5}}, with lr = 0.1 and the gradient theta^2 + 1", step), theta,
        walk({}, step),
        {{after({.correct_m = false, .correct_v = false}),
          "The bias correction is missing: m / (1 - beta1^t) and v / (1 - beta2^t)."},
         {after({.correct_m = false}), "m is not corrected: m / (1 - beta1^t)."},
         {after({.correct_v = false}), "v is not corrected: v / (1 - beta2^t)."},
         {after({.square = false}), "v is the running mean of the squares of the gradients."},
         {after({.root = false}), "The step is divided by the root of v."},
         {after({.sign = 1}), "It goes uphill: the step is subtracted."}});
    expect_close("state.t after that step", static_cast<double>(state.t), step);
  }
  // Small gradients tell where epsilon stands: added to the root, not under it.
  AdamState tiny{.m = zeros({1}, kFloat64), .v = zeros({1}, kFloat64)};
  expect_close(
      "theta after a step from {0} with lr = 0.1 and the gradient 1e-6",
      answers.adam_step(zeros({1}, kFloat64), tensor({1e-6}, kFloat64), tiny, 0.1),
      tensor({-0.1 * 1e-6 / (1e-6 + 1e-8)}, kFloat64),
      {{tensor({-0.1}, kFloat64), "epsilon is missing; it keeps the division from going wrong for v near 0."},
       {tensor({-0.1 * 1e-6 / std::sqrt(1e-12 + 1e-8)}, kFloat64), "epsilon is added to the root of v, not to v."}});
}

}  // namespace

std::vector<Task> tasks(const Answers& answers) {
  return {
      {"the binary cross entropy", "t * p.log() is the first term; take the mean last, and mind the sign.",
       [=] { check_bce(answers); }},
      {"its gradient by hand", "One term at a time: -t / p from the first, (1 - t) / (1 - p) from the second.",
       [=] { check_bce_gradient(answers); }},
      {"why BCELoss refuses a LeakyReLU's outputs", "A probability lies between 0 and 1.",
       [=] { check_fits(answers); }},
      {"LeakyReLU and its derivative", "where(z > 0, z, ...)", [=] { check_leaky_relu(answers); }},
      {"a step of Adam", "The README's formulas, one line each, in their order.", [=] { check_adam(answers); }},
  };
}

}  // namespace chapter_09
