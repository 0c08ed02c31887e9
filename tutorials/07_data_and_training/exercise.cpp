// Exercise of chapter 7: data and training. Replace every not_done_yet() by code of your own, then: ./run exercise 7
#include <gradus/nn/loss.h>
#include <gradus/optim/sgd.h>

#include "tasks.h"

namespace chapter_07 {

// Task 1. The mean squared error of outputs y against targets t: the mean of (y - t)^2 over all elements, by tensor
// operations. (nn::MSELoss would do it at once; here it is written out.)
Tensor mse_by_hand(const Tensor& y, const Tensor& t) {
  return not_done_yet();  // your code here
}

// Task 2. Its gradient with respect to y, by hand: a tensor of y's sizes whose element i is the derivative of the mean
// by y_i. Take pencil and paper first. y.numel() is the number of elements.
Tensor mse_gradient(const Tensor& y, const Tensor& t) {
  return not_done_yet();  // your code here
}

// Task 3. One step of SGD, theta <- theta - lr * gradient, for every parameter that has a gradient. backward() has left
// it in parameter.grad(), which is undefined where there is none: parameter.grad().defined() tells. Write the new
// numbers into the tensor itself (sub_, or -=), since the network holds the same tensor; nothing is recorded meanwhile.
void sgd_step(const std::vector<Tensor>& parameters, double lr) {
  const NoGradGuard no_grad;
  for (Tensor parameter : parameters) {  // a handle: it refers to the network's own numbers
    not_done_yet();                      // your code here
  }
}

// Task 4. The training loop: in each step show the network all inputs, compute the loss, and let the optimiser make it
// smaller. Note each step's loss, as a number: loss.item<double>().
std::vector<double> train(nn::Module& network, const Tensor& inputs, const Tensor& targets, double lr, int steps) {
  nn::MSELoss loss_function;
  optim::SGD optimiser(network.parameters(), {.lr = lr});
  std::vector<double> losses;
  for (int step = 0; step < steps; ++step) {
    not_done_yet();  // your code here
  }
  return losses;
}

}  // namespace chapter_07
