#include <gradus/autograd/random.h>
#include <gradus/autograd/threads.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/sequential.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>
#include <cmath>

namespace gradus {
namespace {

constexpr int kSteps = 100;

// Large enough that products, activations and the optimizer's steps are split.
template <class Optimizer, class Options>
std::vector<double> losses(int threads, const Options& options) {
  manual_seed(20);
  const Tensor images = rand({96, 64}), targets = rand({96, 10});
  const nn::Sequential model(nn::Linear(64, 200), nn::Sigmoid(), nn::Linear(200, 10), nn::Sigmoid());
  Optimizer optimizer(model.parameters(), options);
  std::vector<double> all;
  set_num_threads(threads);
  for (int step = 0; step < kSteps; ++step) {
    const Tensor loss = nn::MSELoss()(model(images), targets);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    all.push_back(loss.item<double>());
  }
  set_num_threads(1);
  return all;
}

template <class Optimizer, class Options>
void expect_same_losses(const Options& options) {
  const std::vector<double> one = losses<Optimizer>(1, options);
  EXPECT_LT(one.back(), 0.95 * one.front());
  EXPECT_EQ(losses<Optimizer>(1, options), one);
  for (const int threads : {2, 3}) {
    const std::vector<double> several = losses<Optimizer>(threads, options);
    EXPECT_EQ(losses<Optimizer>(threads, options), several) << threads;
    for (int step = 0; step < kSteps; ++step) {
      const auto i = static_cast<size_t>(step);
      EXPECT_NEAR(several[i], one[i], 1e-5 * one[i]) << threads << " threads, step " << step;
    }
  }
}

TEST(Training, LossesRepeatAndHardlyDependOnThreadsWithSgd) {
  expect_same_losses<optim::SGD>(optim::SGDOptions{.lr = 0.5});
}
TEST(Training, LossesRepeatAndHardlyDependOnThreadsWithAdam) {
  expect_same_losses<optim::Adam>(optim::AdamOptions{.lr = 1e-3});
}

}  // namespace
}  // namespace gradus
