#include <fmt/format.h>
#include <gradus/autograd/random.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/sequential.h>
#include <gradus/optim/sgd.h>

#include "tasks.h"

namespace chapter_07 {
namespace {

Tensor outputs() { return tensor({0.9, 0.2, 0.4, 0.3}, kFloat64); }
Tensor targets() { return tensor({1.0, 0.0, 0.0, 1.0}, kFloat64); }

void check_mse(const Answers& answers) {
  const Tensor y = outputs(), t = targets(), difference = y - t;
  const auto what = "mse_by_hand(y, t) for y = {0.9, 0.2, 0.4, 0.3}, t = {1, 0, 0, 1}";
  expect_close(
      what, answers.mse_by_hand(y, t), nn::MSELoss()(y, t),
      {{(difference * difference).sum(), "This is the sum of the squares; the mean divides it by their number."},
       {difference * difference, "These are the squares; the loss is their mean, one number."},
       {difference.abs().mean(), "This is the mean of |y - t|; here the differences are squared."},
       {difference.mean(), "This is the mean of the differences, in which errors of both signs cancel."},
       {(difference * difference).mean() / 2, "This is half of it."},
       {(difference * difference).mean().sqrt(), "This is the root of it."}});
  manual_seed(1);
  const Tensor batch = rand({5, 3}), batch_targets = rand({5, 3});
  expect_close("mse_by_hand(y, t) for a batch y (5, 3)", answers.mse_by_hand(batch, batch_targets),
               nn::MSELoss()(batch, batch_targets),
               {{(batch - batch_targets).pow(2).sum() / 5, "This divides by 5, the samples; there are 15 elements."}});
}

void check_mse_gradient(const Answers& answers) {
  const Tensor y = outputs(), t = targets();
  expect_gradient(
      "mse_gradient(y, t) for y = {0.9, 0.2, 0.4, 0.3}, t = {1, 0, 0, 1}",
      [&](const Tensor& x) { return nn::MSELoss()(x, t); }, [&](const Tensor& x) { return answers.mse_gradient(x, t); },
      y,
      {{2 * (y - t), "The mean divides by the number of elements, and so does its derivative."},
       {(y - t) / 4, "The derivative of a square has a factor 2."},
       {y - t, "A factor 2 of the square and a division by the number of elements are missing."},
       {(t - y) / 2, "The sign is wrong: for an output that is too large the loss grows with it."},
       {(y - t).abs() / 2, "A derivative has a sign; this is its absolute value."}});
}

void check_sgd_step(const Answers& answers) {
  const Tensor start = tensor({1.0, -2.0, 0.5}, kFloat64), gradient = tensor({0.5, 1.0, -4.0}, kFloat64);
  Tensor parameter = start.clone().requires_grad_();
  Tensor without = start.clone().requires_grad_();
  (parameter * gradient).sum().backward();
  answers.sgd_step({parameter, without}, 0.1);
  expect(parameter.is_leaf() && parameter.requires_grad(),
         "after sgd_step the parameter is no leaf of the graph any more: the step itself must not be recorded");
  expect_close("the parameter {1, -2, 0.5} after sgd_step with lr = 0.1 and the gradient {0.5, 1, -4}",
               parameter.detach(), start - 0.1 * gradient,
               {{start, "It has not moved: write into the tensor itself, by sub_ or -=."},
                {start + 0.1 * gradient, "It went uphill: against the gradient the loss gets smaller."},
                {start - gradient, "The learning rate is missing."}});
  expect_close("a parameter without a gradient", without.detach(), start);
  answers.sgd_step({parameter}, 0.5);
  expect_close("the same parameter after a second sgd_step, with lr = 0.5", parameter.detach(), start - 0.6 * gradient);
}

// What the training of task 4 gives. A step may be left out or put elsewhere, as a learner might.
struct Training {
  bool zero_grad = true, step = true;
  double lr = 0.5;

  nn::Sequential network = make_network();
  static nn::Sequential make_network() {
    manual_seed(1);
    return nn::Sequential(nn::Linear(2, 4), nn::Sigmoid(), nn::Linear(4, 1), nn::Sigmoid());
  }
  static Tensor inputs() { return tensor({{0., 0.}, {0., 1.}, {1., 0.}, {1., 1.}}); }
  static Tensor targets() { return tensor({0., 1., 1., 1.}).view({4, 1}); }

  Tensor losses(int steps) {
    optim::SGD optimiser(network.parameters(), {.lr = lr});
    std::vector<double> losses;
    for (int i = 0; i < steps; ++i) {
      const Tensor loss = nn::MSELoss()(network(inputs()), targets());
      losses.push_back(loss.item<double>());
      if (zero_grad) optimiser.zero_grad();
      loss.backward();
      if (step) optimiser.step();
    }
    return tensor(losses, kFloat64);
  }
};

void check_train(const Answers& answers) {
  constexpr int kSteps = 10;
  nn::Sequential network = Training::make_network();
  const std::vector<double> losses = answers.train(network, Training::inputs(), Training::targets(), 0.5, kSteps);
  expect(losses.size() == kSteps,
         fmt::format("train(..., steps = {}) noted {} losses, one a step was expected", kSteps, losses.size()));
  Training expected;
  expect_close("the losses of 10 steps", tensor(losses, kFloat64), expected.losses(kSteps),
               {{Training{.zero_grad = false}.losses(kSteps),
                 "The gradients of all steps so far are added up: zero_grad() comes before backward()."},
                {Training{.step = false}.losses(kSteps),
                 "The loss stays the same: who changes the parameters? optimiser.step(), after backward()."}});
  const auto wanted = expected.network.named_parameters();
  for (const auto& [name, parameter] : network.named_parameters()) {
    expect_close("parameter " + name + " after 10 steps", parameter.detach(), wanted[name].detach());
  }
}

}  // namespace

std::vector<Task> tasks(const Answers& answers) {
  return {
      {"the mean squared error", "y - t, its square (difference * difference), then .mean().",
       [=] { check_mse(answers); }},
      {"its gradient by hand", "With N elements L = 1/N ((y_1 - t_1)^2 + ... + (y_N - t_N)^2): differentiate by y_1.",
       [=] { check_mse_gradient(answers); }},
      {"a step of SGD", "parameter -= lr * parameter.grad();", [=] { check_sgd_step(answers); }},
      {"the training loop", "Forward, loss, zero_grad, backward, step: the README's train() does the same.",
       [=] { check_train(answers); }},
  };
}

}  // namespace chapter_07
