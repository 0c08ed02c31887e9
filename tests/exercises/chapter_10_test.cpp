#include <gradus/tutorials/10_optimisers/tasks.h>

#include <cmath>

#include "helpers.h"

using namespace chapter_10;

namespace {

TEST(Chapter10, TheSolutionPasses) { expect_all_pass(tasks({})); }

TEST(Chapter10, WrongRates) {
  Answers wrong;
  wrong.largest_learning_rate = [](double a, double b) { return 1 / std::max(a, b); };
  expect_wrong(tasks(wrong), 1, "twice as fast it still comes to rest");
  wrong.largest_learning_rate = [](double a, double b) { return 2 / std::min(a, b); };
  expect_wrong(tasks(wrong), 1, "The steepest direction decides");
  wrong.largest_learning_rate = [](double, double b) { return 2 / b; };
  expect_wrong(tasks(wrong), 1, "largest_learning_rate(4, 0.5)");
}

TEST(Chapter10, WrongMomentum) {
  Answers wrong;
  wrong.momentum_step = [](const Tensor& p, const Tensor& g, Tensor& velocity, double lr, double) {
    velocity = g;
    return p - lr * velocity;
  };
  expect_wrong(tasks(wrong), 2, "The old velocity is forgotten");
  wrong.momentum_step = [](const Tensor& p, const Tensor& g, Tensor& velocity, double lr, double momentum) {
    velocity = velocity.defined() ? momentum * velocity + (1 - momentum) * g : g;
    return p - lr * velocity;
  };
  expect_wrong(tasks(wrong), 2, "The gradient is added whole");
  wrong.momentum_step = [](const Tensor& p, const Tensor& g, Tensor&, double lr, double) { return p - lr * g; };
  expect_wrong(tasks(wrong), 2, "has left velocity undefined");
  wrong.momentum_step = [](const Tensor& p, const Tensor& g, Tensor& velocity, double lr, double momentum) {
    velocity = velocity.defined() ? momentum * velocity + g : g;
    return p + lr * velocity;
  };
  expect_wrong(tasks(wrong), 2, "should move against the velocity");
}

TEST(Chapter10, WrongRMSprop) {
  Answers wrong;
  wrong.rmsprop_step = [](const Tensor& p, const Tensor& g, Tensor& square, double lr, double alpha) {
    square = (1 - alpha) * square + alpha * g * g;
    return p - lr * g / (square.sqrt() + 1e-8);
  };
  expect_wrong(tasks(wrong), 3, "alpha is the share of the old mean");
  wrong.rmsprop_step = [](const Tensor& p, const Tensor& g, Tensor& square, double lr, double alpha) {
    square = alpha * square + (1 - alpha) * g * g;
    return p - lr * g / (square + 1e-8);
  };
  expect_wrong(tasks(wrong), 3, "Divide by the root");
}

TEST(Chapter10, WrongAdam) {
  const auto adam = [](bool correct_m, bool correct_v, bool root) {
    Answers wrong;
    wrong.adam_step = [=](const Tensor& p, const Tensor& g, Tensor& m, Tensor& v, int t, double lr) {
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      const Tensor m_hat = correct_m ? m / (1 - std::pow(0.9, t)) : m;
      const Tensor v_hat = correct_v ? v / (1 - std::pow(0.999, t)) : v;
      return p - lr * m_hat / ((root ? v_hat.sqrt() : v_hat) + 1e-8);
    };
    return tasks(wrong);
  };
  expect_all_pass(adam(true, true, true));
  expect_wrong(adam(false, false, true), 4, "The bias correction is missing");
  expect_wrong(adam(true, false, true), 4, "v needs its bias correction as well");
  expect_wrong(adam(true, true, false), 4, "Divide by the root of the corrected v");
  Answers wrong;
  wrong.adam_step = [](const Tensor& p, const Tensor& g, Tensor& m, Tensor& v, int t, double lr) {
    m = (0.9 * m + 0.1 * g) / (1 - std::pow(0.9, t));
    v = 0.999 * v + 0.001 * g * g;
    return p - lr * m / (v.sqrt() + 1e-8);
  };
  expect_wrong(tasks(wrong), 4, "Leave the mean itself in m");
}

}  // namespace
