#pragma once
#include <gradus/tutorials/common/exercise.h>

// The exercise of chapter 9: what exercise.cpp defines, and the tasks by which it is tried.
namespace chapter_09 {
using namespace gradus;
using namespace gradus::tutorials;

/// The mean binary cross entropy of probabilities p against targets t: one number.
Tensor bce_by_hand(const Tensor& p, const Tensor& t);
/// The gradient of bce_by_hand with respect to p, of p's sizes.
Tensor bce_gradient(const Tensor& p, const Tensor& t);
/// True if nn::BCELoss takes these outputs of a network.
bool fits_bce_loss(const Tensor& outputs);
/// z where it is positive, slope * z elsewhere.
Tensor leaky_relu_by_hand(const Tensor& z, double slope);
/// The derivative of leaky_relu_by_hand at every element of z.
Tensor leaky_relu_derivative(const Tensor& z, double slope);

/// What Adam remembers for a parameter between its steps.
struct AdamState {
  Tensor m, v;    // running means of the gradients and of their squares, zeros before the first step
  int64_t t = 0;  // steps taken so far
};
/// One step of Adam: the parameter theta after it, for the gradient g. Brings the state up to date.
Tensor adam_step(const Tensor& theta, const Tensor& g, AdamState& state, double lr);

/// The learner's functions; the tests put wrong ones in their places.
struct Answers {
  std::function<decltype(chapter_09::bce_by_hand)> bce_by_hand = chapter_09::bce_by_hand;
  std::function<decltype(chapter_09::bce_gradient)> bce_gradient = chapter_09::bce_gradient;
  std::function<decltype(chapter_09::fits_bce_loss)> fits_bce_loss = chapter_09::fits_bce_loss;
  std::function<decltype(chapter_09::leaky_relu_by_hand)> leaky_relu_by_hand = chapter_09::leaky_relu_by_hand;
  std::function<decltype(chapter_09::leaky_relu_derivative)> leaky_relu_derivative = chapter_09::leaky_relu_derivative;
  std::function<decltype(chapter_09::adam_step)> adam_step = chapter_09::adam_step;
};

std::vector<Task> tasks(const Answers& answers);

}  // namespace chapter_09
