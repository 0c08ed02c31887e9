// A solution of the exercise of chapter 9: better accuracy.
#include <cmath>

#include "tasks.h"

namespace chapter_09 {

// Task 1. The binary cross entropy of probabilities p against targets t of 0 or 1: the mean over all elements of
// -(t log p + (1 - t) log(1 - p)). p.log() is the logarithm of every element.
Tensor bce_by_hand(const Tensor& p, const Tensor& t) { return -(t * p.log() + (1 - t) * (1 - p).log()).mean(); }

// Task 2. Its gradient with respect to p, by hand, of p's sizes. The derivative of log p is 1 / p; mind the inner
// derivative of log(1 - p), and the mean.
Tensor bce_gradient(const Tensor& p, const Tensor& t) { return (p - t) / (p * (1 - p)) / p.numel(); }

// Task 3. Which outputs of a network does nn::BCELoss take? Those for which both log p and log(1 - p) make sense, the
// ends included. outputs.min().item<double>() is the smallest of them. What does that say of a LeakyReLU at the output?
bool fits_bce_loss(const Tensor& outputs) {
  return outputs.min().item<double>() >= 0 && outputs.max().item<double>() <= 1;
}

// Task 4. LeakyReLU, z where z > 0 and slope * z elsewhere, and its derivative at every element. where(z > 0, a, b)
// takes the elements of a where z is positive and those of b elsewhere; a and b may be tensors or numbers.
Tensor leaky_relu_by_hand(const Tensor& z, double slope) { return where(z > 0, z, slope * z); }

Tensor leaky_relu_derivative(const Tensor& z, double slope) { return where(z > 0, ones_like(z), slope * ones_like(z)); }

// Task 5. One step of Adam with lr, as the README writes it down; beta1, beta2 and epsilon are below. Count the step
// first, bring m and v up to date, then return the new theta. state.m and state.v are assigned, state.m = ..., and so
// is state.t; std::pow(beta1, state.t) is a power.
Tensor adam_step(const Tensor& theta, const Tensor& g, AdamState& state, double lr) {
  const double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  ++state.t;
  state.m = beta1 * state.m + (1 - beta1) * g;
  state.v = beta2 * state.v + (1 - beta2) * g * g;
  const Tensor m_hat = state.m / (1 - std::pow(beta1, state.t));
  const Tensor v_hat = state.v / (1 - std::pow(beta2, state.t));
  return theta - lr * m_hat / (v_hat.sqrt() + epsilon);
}

}  // namespace chapter_09
