#pragma once
#include <gradus/nn/module.h>
#include <gradus/tutorials/common/exercise.h>

// The exercise of chapter 7: what exercise.cpp defines, and the tasks by which it is tried.
namespace chapter_07 {
using namespace gradus;
using namespace gradus::tutorials;

/// The mean of (y - t)^2 over all elements: one number.
Tensor mse_by_hand(const Tensor& y, const Tensor& t);
/// The gradient of mse_by_hand with respect to y, of y's sizes.
Tensor mse_gradient(const Tensor& y, const Tensor& t);
/// Moves each parameter in place by -lr times its gradient; one without a gradient stays.
void sgd_step(const std::vector<Tensor>& parameters, double lr);
/// Trains a network by SGD, `steps` times with all inputs and targets at once; the losses, one a step.
std::vector<double> train(nn::Module& network, const Tensor& inputs, const Tensor& targets, double lr, int steps);

/// The learner's functions; the tests put wrong ones in their places.
struct Answers {
  std::function<decltype(chapter_07::mse_by_hand)> mse_by_hand = chapter_07::mse_by_hand;
  std::function<decltype(chapter_07::mse_gradient)> mse_gradient = chapter_07::mse_gradient;
  std::function<decltype(chapter_07::sgd_step)> sgd_step = chapter_07::sgd_step;
  std::function<decltype(chapter_07::train)> train = chapter_07::train;
};

std::vector<Task> tasks(const Answers& answers);

}  // namespace chapter_07
