// A solution of the exercise of chapter 7: data and training.
#include <gradus/nn/loss.h>
#include <gradus/optim/sgd.h>

#include "tasks.h"

namespace chapter_07 {

// Task 1. The mean squared error of outputs y against targets t: the mean of (y - t)^2 over all elements, by tensor
// operations. (nn::MSELoss would do it at once; here it is written out.)
Tensor mse_by_hand(const Tensor& y, const Tensor& t) {
  const Tensor difference = y - t;
  return (difference * difference).mean();
}

// Task 2. Its gradient with respect to y, by hand: a tensor of y's sizes whose element i is the derivative of the mean
// by y_i. Take pencil and paper first. y.numel() is the number of elements.
Tensor mse_gradient(const Tensor& y, const Tensor& t) { return 2 * (y - t) / y.numel(); }

// Task 3. One step of SGD, theta <- theta - lr * gradient, for every parameter that has a gradient. backward() has left
// it in parameter.grad(), which is undefined where there is none: parameter.grad().defined() tells. Write the new
// numbers into the tensor itself (sub_, or -=), since the network holds the same tensor; nothing is recorded meanwhile.
void sgd_step(const std::vector<Tensor>& parameters, double lr) {
  const NoGradGuard no_grad;
  for (Tensor parameter : parameters) {  // a handle: it refers to the network's own numbers
    if (parameter.grad().defined()) parameter -= lr * parameter.grad();
  }
}

// Task 4. The training loop: in each step show the network all inputs, compute the loss, and let the optimiser make it
// smaller. Note each step's loss, as a number: loss.item<double>().
std::vector<double> train(nn::Module& network, const Tensor& inputs, const Tensor& targets, double lr, int steps) {
  nn::MSELoss loss_function;
  optim::SGD optimiser(network.parameters(), {.lr = lr});
  std::vector<double> losses;
  for (int step = 0; step < steps; ++step) {
    const Tensor loss = loss_function(network(inputs), targets);
    losses.push_back(loss.item<double>());
    optimiser.zero_grad();
    loss.backward();
    optimiser.step();
  }
  return losses;
}

}  // namespace chapter_07
