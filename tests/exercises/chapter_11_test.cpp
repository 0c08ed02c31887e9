#include <gradus/nn/loss.h>
#include <gradus/tutorials/11_batches/tasks.h>

#include <cmath>

#include "helpers.h"

using namespace chapter_11;

namespace {

TEST(Chapter11, TheSolutionPasses) { expect_all_pass(tasks({})); }

TEST(Chapter11, WrongCounts) {
  Answers wrong;
  wrong.count_batches = [](int64_t samples, int64_t batch_size, bool) { return samples / batch_size; };
  expect_wrong(tasks(wrong), 1, "make a batch of their own");
  wrong.count_batches = [](int64_t samples, int64_t batch_size, bool) {
    return (samples + batch_size - 1) / batch_size;
  };
  expect_wrong(tasks(wrong), 1, "With drop_last a smaller last batch is left out");
  wrong.count_batches = [](int64_t samples, int64_t batch_size, bool drop_last) {
    return samples / batch_size + (drop_last ? 0 : 1);
  };
  expect_wrong(tasks(wrong), 1, "When the samples fit exactly there is no further batch");
}

TEST(Chapter11, WrongWholeGradients) {
  Answers wrong;
  wrong.whole_gradient = [](const std::vector<Tensor>& gradients, const std::vector<int64_t>&) {
    return stack(gradients).mean(0);
  };
  expect_wrong(tasks(wrong), 2, "This is the mean over batches");
  wrong.whole_gradient = [](const std::vector<Tensor>& gradients, const std::vector<int64_t>&) {
    return stack(gradients).sum(0);
  };
  expect_wrong(tasks(wrong), 2, "each of which is a mean already");
}

TEST(Chapter11, WrongNoise) {
  const auto with = [](const std::function<double(const std::vector<double>& distances)>& f) {
    Answers wrong;
    wrong.noise = [=](const std::vector<Tensor>& estimates, const Tensor& whole) {
      std::vector<double> distances;
      for (const Tensor& g : estimates) distances.push_back((g - whole).norm().item<double>());
      return f(distances) / whole.norm().item<double>();
    };
    return tasks(wrong);
  };
  expect_wrong(with([](const auto& d) { return (d[0] + d[1] + d[2]) / 3; }), 3, "This is the mean of the distances");
  expect_wrong(with([](const auto& d) { return (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) / 3; }), 3,
               "The root is missing");
  expect_wrong(with([](const auto& d) { return std::sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]); }), 3,
               "This is the root of the sum");
}

// An epoch with parts left out, and its loss as the mean over batches or over samples.
Answers with_epoch(bool zero_grad, bool step, bool by_samples) {
  Answers wrong;
  wrong.train_epoch = [=](nn::Module& network, auto& loader, optim::Optimizer& optimiser) {
    double sum = 0, count = 0;
    for (const auto& [inputs, targets] : loader) {
      const Tensor loss = nn::MSELoss()(network(inputs), targets);
      if (zero_grad) optimiser.zero_grad();
      loss.backward();
      if (step) optimiser.step();
      const double weight = by_samples ? static_cast<double>(inputs.size(0)) : 1;
      sum += weight * loss.item<double>();
      count += weight;
    }
    return sum / count;
  };
  return wrong;
}

TEST(Chapter11, WrongEpochs) {
  expect_all_pass(tasks(with_epoch(true, true, true)));
  expect_wrong(tasks(with_epoch(false, true, true)), 4, "zero_grad() is missing");
  expect_wrong(tasks(with_epoch(true, false, true)), 4, "does every batch end in optimiser.step()?");
  expect_wrong(tasks(with_epoch(true, true, false)), 4, "This is the mean over batches");
}

}  // namespace
