#pragma once
#include <gradus/tutorials/common/exercise.h>

// The exercise of chapter 10: what exercise.cpp defines, and the tasks by which it is tried.
namespace chapter_10 {
using namespace gradus;
using namespace gradus::tutorials;

/// The learning rate from which on SGD no longer comes to rest on the loss (a x^2 + b y^2) / 2.
double largest_learning_rate(double a, double b);
/// One step of SGD with momentum: changes velocity (undefined before the first step) and returns the new parameters.
Tensor momentum_step(const Tensor& p, const Tensor& g, Tensor& velocity, double lr, double momentum);
/// One step of RMSprop: changes square, the running mean of g^2, and returns the new parameters.
Tensor rmsprop_step(const Tensor& p, const Tensor& g, Tensor& square, double lr, double alpha);
/// Step number t (1, 2, ...) of Adam: changes the running means m and v and returns the new parameters.
Tensor adam_step(const Tensor& p, const Tensor& g, Tensor& m, Tensor& v, int t, double lr);

/// The learner's functions; the tests put wrong ones in their places.
struct Answers {
  std::function<decltype(chapter_10::largest_learning_rate)> largest_learning_rate = chapter_10::largest_learning_rate;
  std::function<decltype(chapter_10::momentum_step)> momentum_step = chapter_10::momentum_step;
  std::function<decltype(chapter_10::rmsprop_step)> rmsprop_step = chapter_10::rmsprop_step;
  std::function<decltype(chapter_10::adam_step)> adam_step = chapter_10::adam_step;
};

std::vector<Task> tasks(const Answers& answers);

}  // namespace chapter_10
