// Exercise of chapter 10: optimisers. Replace every not_done_yet() by code of your own, then: ./run exercise 10
#include <algorithm>
#include <cmath>

#include "tasks.h"

namespace chapter_10 {

// Task 1. SGD goes down the loss (a x^2 + b y^2) / 2 with a, b > 0, whose gradient is (a x, b y). From which learning
// rate on do its steps lead further and further away?
double largest_learning_rate(double a, double b) {
  return not_done_yet();  // your code here
}

// Task 2. SGD with momentum. velocity is not defined() before the first step, which makes it the gradient; afterwards
// it is momentum * velocity + g. The parameters move by -lr * velocity. Return them, and leave the velocity in
// velocity.
Tensor momentum_step(const Tensor& p, const Tensor& g, Tensor& velocity, double lr, double momentum) {
  return not_done_yet();  // your code here
}

// Task 3. RMSprop. square, zeros before the first step, becomes alpha * square + (1 - alpha) * g^2; the parameters move
// by -lr * g / (sqrt(square) + 1e-8).
Tensor rmsprop_step(const Tensor& p, const Tensor& g, Tensor& square, double lr, double alpha) {
  return not_done_yet();  // your code here
}

// Task 4. Adam with beta1 = 0.9, beta2 = 0.999, eps = 1e-8. m and v are zeros before step t = 1; std::pow(beta1, t) is
// beta1 to the power t.
Tensor adam_step(const Tensor& p, const Tensor& g, Tensor& m, Tensor& v, int t, double lr) {
  return not_done_yet();  // your code here
}

}  // namespace chapter_10
