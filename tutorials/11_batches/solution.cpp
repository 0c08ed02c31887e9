// A solution of the exercise of chapter 11: batches.
#include <gradus/nn/loss.h>

#include <cmath>

#include "tasks.h"

namespace chapter_11 {

// Task 1. How many batches an epoch has: `samples` samples in batches of batch_size, the last one smaller if need be,
// or left out with drop_last.
int64_t count_batches(int64_t samples, int64_t batch_size, bool drop_last) {
  return drop_last ? samples / batch_size : (samples + batch_size - 1) / batch_size;
}

// Task 2. The mean gradient over all samples, from batches: gradients[i] is the mean over batch i, which has sizes[i]
// samples. The last batch may be smaller, so it must count for less.
Tensor whole_gradient(const std::vector<Tensor>& gradients, const std::vector<int64_t>& sizes) {
  Tensor sum = zeros_like(gradients[0]);
  int64_t samples = 0;
  for (size_t i = 0; i < gradients.size(); ++i) {
    sum += gradients[i] * sizes[i];
    samples += sizes[i];
  }
  return sum / samples;
}

// Task 3. How noisy estimates of a gradient are: the root of the mean of |g - whole|^2, over |whole|. x.norm() is the
// length |x|, and item<double>() makes a number of it.
double noise(const std::vector<Tensor>& estimates, const Tensor& whole) {
  double squares = 0;
  for (const Tensor& g : estimates) squares += std::pow((g - whole).norm().item<double>(), 2);
  return std::sqrt(squares / static_cast<double>(estimates.size())) / whole.norm().item<double>();
}

// Task 4. One epoch of training with nn::MSELoss, a step for each batch. Returns the mean loss over all samples: a
// batch's loss is the mean over its samples, of which there are inputs.size(0).
double train_epoch(nn::Module& network, datasets::DataLoader<datasets::TensorDataset>& loader,
                   optim::Optimizer& optimiser) {
  const nn::MSELoss loss_function;
  double sum = 0, samples = 0;
  for (const auto& [inputs, targets] : loader) {
    const Tensor loss = loss_function(network(inputs), targets);
    optimiser.zero_grad();
    loss.backward();
    optimiser.step();
    sum += loss.item<double>() * static_cast<double>(inputs.size(0));
    samples += static_cast<double>(inputs.size(0));
  }
  return sum / samples;
}

}  // namespace chapter_11
