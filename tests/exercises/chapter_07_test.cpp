#include <gradus/nn/loss.h>
#include <gradus/optim/sgd.h>
#include <gradus/tutorials/07_data_and_training/tasks.h>

#include "helpers.h"

using namespace chapter_07;

namespace {

TEST(Chapter07, TheSolutionPasses) { expect_all_pass(tasks({})); }

TEST(Chapter07, WrongLosses) {
  const auto wrong = [](std::function<Tensor(const Tensor& difference)> loss) {
    Answers answers;
    answers.mse_by_hand = [=](const Tensor& y, const Tensor& t) { return loss(y - t); };
    return tasks(answers);
  };
  expect_wrong(wrong([](const Tensor& d) { return (d * d).sum(); }), 1, "expected 0.175, found 0.7\nThis is the sum");
  expect_wrong(wrong([](const Tensor& d) { return d * d; }), 1, "has sizes [4], but [] was expected\nThese are the sq");
  expect_wrong(wrong([](const Tensor& d) { return d.abs().mean(); }), 1, "the mean of |y - t|");
  expect_wrong(wrong([](const Tensor& d) { return d.mean(); }), 1, "errors of both signs cancel");
  expect_wrong(wrong([](const Tensor& d) { return (d * d).mean() / 2; }), 1, "This is half of it");
  expect_wrong(wrong([](const Tensor& d) { return (d * d).sum() / d.size(0); }), 1, "there are 15 elements");
}

TEST(Chapter07, WrongGradients) {
  const auto wrong = [](std::function<Tensor(const Tensor& difference)> gradient) {
    Answers answers;
    answers.mse_gradient = [=](const Tensor& y, const Tensor& t) { return gradient(y - t); };
    return tasks(answers);
  };
  expect_wrong(wrong([](const Tensor& d) { return 2 * d; }), 2,
               "element [0]: central difference -0.05, your gradient -0.2 (4 of 4 elements differ)");
  expect_wrong(wrong([](const Tensor& d) { return 2 * d; }), 2, "The mean divides by the number of elements");
  expect_wrong(wrong([](const Tensor& d) { return d / 4; }), 2, "a factor 2");
  expect_wrong(wrong([](const Tensor& d) { return -d / 2; }), 2, "The sign is wrong");
  expect_wrong(wrong([](const Tensor& d) { return d.sum() / 2; }), 2, "has sizes [], but [4] was expected");
}

TEST(Chapter07, WrongSteps) {
  const auto wrong = [](std::function<void(Tensor & parameter, double lr)> step) {
    Answers answers;
    answers.sgd_step = [=](const std::vector<Tensor>& parameters, double lr) {
      const NoGradGuard no_grad;
      for (Tensor parameter : parameters) {
        if (parameter.grad().defined()) step(parameter, lr);
      }
    };
    return tasks(answers);
  };
  expect_wrong(wrong([](Tensor& p, double lr) { p += lr * p.grad(); }), 3, "It went uphill");
  expect_wrong(wrong([](Tensor& p, double lr) { p = p - lr * p.grad(); }), 3, "It has not moved");
  expect_wrong(wrong([](Tensor& p, double) { p -= p.grad(); }), 3, "The learning rate is missing");
  expect_wrong(wrong([](Tensor& p, double) { p -= 0.1 * p.grad(); }), 3, "after a second sgd_step, with lr = 0.5");
  Answers unskipped;
  unskipped.sgd_step = [](const std::vector<Tensor>& parameters, double lr) {
    const NoGradGuard no_grad;
    for (Tensor parameter : parameters) parameter -= lr * parameter.grad();
  };
  expect_wrong(tasks(unskipped), 3, "it threw an exception");
  Answers recorded;
  recorded.sgd_step = [](const std::vector<Tensor>& parameters, double lr) {
    for (Tensor parameter : parameters) parameter -= lr * parameter.grad();
  };
  expect_wrong(tasks(recorded), 3, "a leaf Variable that requires grad is being used in an in-place operation");
}

// The training loop with one of its parts left out.
TEST(Chapter07, WrongLoops) {
  const auto wrong = [](bool zero_grad, bool backward, bool step, bool note) {
    Answers answers;
    answers.train = [=](nn::Module& network, const Tensor& inputs, const Tensor& targets, double lr, int steps) {
      optim::SGD optimiser(network.parameters(), {.lr = lr});
      std::vector<double> losses;
      for (int i = 0; i < steps; ++i) {
        const Tensor loss = nn::MSELoss()(network(inputs), targets);
        if (note) losses.push_back(loss.item<double>());
        if (zero_grad) optimiser.zero_grad();
        if (backward) loss.backward();
        if (step) optimiser.step();
      }
      return losses;
    };
    return tasks(answers);
  };
  expect_wrong(wrong(false, true, true, true), 4, "zero_grad() comes before backward()");
  expect_wrong(wrong(true, true, false, true), 4, "The loss stays the same");
  expect_wrong(wrong(true, false, true, true), 4, "The loss stays the same");
  expect_wrong(wrong(true, true, true, false), 4, "noted 0 losses, one a step was expected");
}

}  // namespace
