// A solution of the exercise of chapter 10: optimisers.
#include <algorithm>
#include <cmath>

#include "tasks.h"

namespace chapter_10 {

// Task 1. SGD goes down the loss (a x^2 + b y^2) / 2 with a, b > 0, whose gradient is (a x, b y). From which learning
// rate on do its steps lead further and further away?
double largest_learning_rate(double a, double b) { return 2 / std::max(a, b); }

// Task 2. SGD with momentum. velocity is not defined() before the first step, which makes it the gradient; afterwards
// it is momentum * velocity + g. The parameters move by -lr * velocity. Return them, and leave the velocity in
// velocity.
Tensor momentum_step(const Tensor& p, const Tensor& g, Tensor& velocity, double lr, double momentum) {
  velocity = velocity.defined() ? momentum * velocity + g : g;
  return p - lr * velocity;
}

// Task 3. RMSprop. square, zeros before the first step, becomes alpha * square + (1 - alpha) * g^2; the parameters move
// by -lr * g / (sqrt(square) + 1e-8).
Tensor rmsprop_step(const Tensor& p, const Tensor& g, Tensor& square, double lr, double alpha) {
  square = alpha * square + (1 - alpha) * g * g;
  return p - lr * g / (square.sqrt() + 1e-8);
}

// Task 4. Adam with beta1 = 0.9, beta2 = 0.999, eps = 1e-8. m and v are zeros before step t = 1; std::pow(beta1, t) is
// beta1 to the power t.
Tensor adam_step(const Tensor& p, const Tensor& g, Tensor& m, Tensor& v, int t, double lr) {
  const double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
  m = beta1 * m + (1 - beta1) * g;
  v = beta2 * v + (1 - beta2) * g * g;
  const Tensor m_hat = m / (1 - std::pow(beta1, t)), v_hat = v / (1 - std::pow(beta2, t));
  return p - lr * m_hat / (v_hat.sqrt() + eps);
}

}  // namespace chapter_10
