// Exercise of chapter 11: batches. Replace every not_done_yet() by code of your own, then: ./run exercise 11
#include "tasks.h"

namespace chapter_11 {

// Task 1. How many batches an epoch has: `samples` samples in batches of batch_size, the last one smaller if need be,
// or left out with drop_last.
int64_t count_batches(int64_t samples, int64_t batch_size, bool drop_last) {
  return not_done_yet();  // your code here
}

// Task 2. The mean gradient over all samples, from batches: gradients[i] is the mean over batch i, which has sizes[i]
// samples. The last batch may be smaller, so it must count for less.
Tensor whole_gradient(const std::vector<Tensor>& gradients, const std::vector<int64_t>& sizes) {
  return not_done_yet();  // your code here
}

// Task 3. How noisy estimates of a gradient are: the root of the mean of |g - whole|^2, over |whole|. x.norm() is the
// length |x|, and item<double>() makes a number of it.
double noise(const std::vector<Tensor>& estimates, const Tensor& whole) {
  return not_done_yet();  // your code here
}

// Task 4. One epoch of training with nn::MSELoss, a step for each batch. Returns the mean loss over all samples: a
// batch's loss is the mean over its samples, of which there are inputs.size(0).
double train_epoch(nn::Module& network, datasets::DataLoader<datasets::TensorDataset>& loader,
                   optim::Optimizer& optimiser) {
  return not_done_yet();  // your code here
}

}  // namespace chapter_11
