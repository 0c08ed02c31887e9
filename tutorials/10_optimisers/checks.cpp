#include <fmt/format.h>

#include <cmath>

#include "tasks.h"

namespace chapter_10 {
namespace {

// Two gradients, as a walk would meet them: of the second, one element has turned round.
const std::vector<std::vector<double>> kGradients = {{-9, 25}, {-8, 10}, {-7, -4}};

Tensor start() { return tensor({-9.0, 1.0}, kFloat64); }
Tensor gradient(size_t step) { return tensor(kGradients[step], kFloat64); }

void check_rate(const Answers& answers) {
  const auto check = [&](double a, double b) {
    const double high = std::max(a, b), low = std::min(a, b);
    expect_close(fmt::format("largest_learning_rate({}, {})", a, b), answers.largest_learning_rate(a, b), 2 / high,
                 {{1 / high,
                   "At this rate the steepest direction is at its floor in one step; twice as fast it still "
                   "comes to rest."},
                  {2 / low, "The steepest direction decides, which is the one with the largest curvature."},
                  {2 / (a + b), "The two directions do not add up: each has a limit of its own."}});
  };
  check(1, 25);
  check(4, 0.5);
}

void check_momentum(const Answers& answers) {
  const double lr = 0.02, momentum = 0.9;
  Tensor velocity, expected_velocity, p = start(), expected = start();
  for (size_t step = 0; step < kGradients.size(); ++step) {
    const Tensor g = gradient(step), before = p, kept = expected_velocity;
    expected_velocity = step == 0 ? g : momentum * kept + g;
    expected = expected - lr * expected_velocity;
    p = answers.momentum_step(p, g, velocity, lr, momentum);
    const std::string where = fmt::format("momentum_step(p, g, velocity, 0.02, 0.9), step {}", step + 1);
    Mistakes mistakes = {{before + lr * expected_velocity, "The parameters should move against the velocity: minus."},
                         {before - lr * g, "This is a step of plain SGD: it should go along the velocity."}};
    if (step > 0) {
      mistakes.emplace_back(before - lr * (momentum * kept + (1 - momentum) * g),
                            "The gradient is added whole; 1 - momentum belongs to running means, as in Adam.");
    }
    expect(velocity.defined(), where + " has left velocity undefined: assign to it.");
    expect_close(where + ", velocity", velocity, expected_velocity,
                 step > 0
                     ? Mistakes{{g, "The old velocity is forgotten: momentum * velocity is missing."},
                                {momentum * kept + (1 - momentum) * g,
                                 "The gradient is added whole; 1 - momentum belongs to running means, as in Adam."}}
                     : Mistakes{{(1 - momentum) * g, "At the first step the velocity is the gradient itself."}});
    expect_close(where, p, expected, mistakes);
  }
}

void check_rmsprop(const Answers& answers) {
  const double lr = 0.2, alpha = 0.9;
  Tensor square = zeros({2}, kFloat64), expected_square = square, p = start(), expected = start();
  for (size_t step = 0; step < kGradients.size(); ++step) {
    const Tensor g = gradient(step), before = p, kept = expected_square;
    expected_square = alpha * kept + (1 - alpha) * g * g;
    expected = expected - lr * g / (expected_square.sqrt() + 1e-8);
    p = answers.rmsprop_step(p, g, square, lr, alpha);
    const std::string where = fmt::format("rmsprop_step(p, g, square, 0.2, 0.9), step {}", step + 1);
    expect_close(where + ", square", square, expected_square,
                 {{alpha * kept + (1 - alpha) * g, "The running mean is of the squared gradient, g * g."},
                  {(1 - alpha) * kept + alpha * g * g, "alpha is the share of the old mean, 1 - alpha that of g * g."},
                  {kept + g * g, "A running mean, not a sum: the old one is multiplied by alpha."}});
    expect_close(
        where, p, expected,
        {{before - lr * g / (expected_square + 1e-8), "Divide by the root of the mean."},
         {before - lr * g / (kept.sqrt() + 1e-8), "Divide by the new mean, not by the one before this step."},
         {before + lr * g / (expected_square.sqrt() + 1e-8), "The parameters should move against the gradient."}});
  }
}

void check_adam(const Answers& answers) {
  const double lr = 0.6;
  Tensor m = zeros({2}, kFloat64), v = m.clone(), expected_m = m.clone(), expected_v = m.clone();
  Tensor p = start(), expected = start();
  for (int t = 1; t <= 3; ++t) {
    const Tensor g = gradient(static_cast<size_t>(t - 1)), before = p;
    expected_m = 0.9 * expected_m + 0.1 * g;
    expected_v = 0.999 * expected_v + 0.001 * g * g;
    const Tensor m_hat = expected_m / (1 - std::pow(0.9, t)), v_hat = expected_v / (1 - std::pow(0.999, t));
    expected = expected - lr * m_hat / (v_hat.sqrt() + 1e-8);
    p = answers.adam_step(p, g, m, v, t, lr);
    const std::string where = fmt::format("adam_step(p, g, m, v, {}, 0.6)", t);
    expect_close(where + ", m", m, expected_m,
                 {{m_hat, "Leave the mean itself in m: the correction is for this step only."},
                  {g, "beta1 = 0.9 is the share of the old mean, 0.1 that of g."}});
    expect_close(where + ", v", v, expected_v,
                 {{v_hat, "Leave the mean itself in v: the correction is for this step only."},
                  {expected_m, "v is the running mean of g * g."}});
    expect_close(where, p, expected,
                 {{before - lr * expected_m / (expected_v.sqrt() + 1e-8),
                   "The bias correction is missing: divide m by 1 - beta1^t and v by 1 - beta2^t."},
                  {before - lr * m_hat / (expected_v.sqrt() + 1e-8), "v needs its bias correction as well."},
                  {before - lr * m_hat / (v_hat + 1e-8), "Divide by the root of the corrected v."},
                  {before + lr * m_hat / (v_hat.sqrt() + 1e-8), "The parameters should move against the gradient."}});
  }
}

}  // namespace

std::vector<Task> tasks(const Answers& answers) {
  return {
      {"the largest stable learning rate", "A step multiplies x by 1 - lr * a: when is that smaller than 1 in size?",
       [=] { check_rate(answers); }},
      {"a step of momentum", "Change velocity first, then move by it.", [=] { check_momentum(answers); }},
      {"a step of RMSprop", "Change square first, then divide by its root.", [=] { check_rmsprop(answers); }},
      {"a step of Adam", "The README writes out all five lines.", [=] { check_adam(answers); }},
  };
}

}  // namespace chapter_10
