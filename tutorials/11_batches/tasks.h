#pragma once
#include <gradus/datasets/dataloader.h>
#include <gradus/datasets/toy.h>
#include <gradus/nn/module.h>
#include <gradus/optim/optimizer.h>
#include <gradus/tutorials/common/exercise.h>

// The exercise of chapter 11: what exercise.cpp defines, and the tasks by which it is tried.
namespace chapter_11 {
using namespace gradus;
using namespace gradus::tutorials;

/// How many batches an epoch of `samples` samples has.
int64_t count_batches(int64_t samples, int64_t batch_size, bool drop_last);
/// The mean gradient over all samples, from the means of batches of the given sizes.
Tensor whole_gradient(const std::vector<Tensor>& gradients, const std::vector<int64_t>& sizes);
/// The root mean square distance of `estimates` from `whole`, over whole's length.
double noise(const std::vector<Tensor>& estimates, const Tensor& whole);
/// One epoch of training with MSELoss; returns the mean loss over all samples.
double train_epoch(nn::Module& network, datasets::DataLoader<datasets::TensorDataset>& loader,
                   optim::Optimizer& optimiser);

/// The learner's functions; the tests put wrong ones in their places.
struct Answers {
  std::function<decltype(chapter_11::count_batches)> count_batches = chapter_11::count_batches;
  std::function<decltype(chapter_11::whole_gradient)> whole_gradient = chapter_11::whole_gradient;
  std::function<decltype(chapter_11::noise)> noise = chapter_11::noise;
  std::function<decltype(chapter_11::train_epoch)> train_epoch = chapter_11::train_epoch;
};

std::vector<Task> tasks(const Answers& answers);

}  // namespace chapter_11
