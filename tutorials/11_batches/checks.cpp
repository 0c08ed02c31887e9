#include <fmt/format.h>
#include <gradus/autograd/random.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/optim/sgd.h>

#include <cmath>

#include "tasks.h"

namespace chapter_11 {
namespace {

void check_count(const Answers& answers) {
  const auto check = [&](int64_t samples, int64_t batch_size, bool drop_last, int64_t expected) {
    const auto floor = static_cast<double>(samples / batch_size);
    const double ceiling = floor + (samples % batch_size == 0 ? 0 : 1);
    expect_close(fmt::format("count_batches({}, {}, {})", samples, batch_size, drop_last),
                 static_cast<double>(answers.count_batches(samples, batch_size, drop_last)),
                 static_cast<double>(expected),
                 {{floor, "The samples that are left over make a batch of their own, a smaller one."},
                  {ceiling, "With drop_last a smaller last batch is left out."},
                  {floor + 1, "When the samples fit exactly there is no further batch."}});
  };
  check(100, 32, false, 4);
  check(100, 32, true, 3);
  check(96, 32, false, 3);
  check(5, 8, false, 1);
  check(5, 8, true, 0);
}

void check_whole(const Answers& answers) {
  const std::vector<Tensor> gradients = {tensor({1.0, -2.0}, kFloat64), tensor({3.0, 0.5}, kFloat64),
                                         tensor({-9.0, 6.0}, kFloat64)};
  const Tensor weighted = 4 * gradients[0] + 4 * gradients[1] + 2 * gradients[2];
  const Tensor sum = gradients[0] + gradients[1] + gradients[2];
  expect_close("whole_gradient(gradients, sizes) for batches of 4, 4 and 2 samples",
               answers.whole_gradient(gradients, {4, 4, 2}), weighted / 10,
               {{sum / 3, "This is the mean over batches; a batch of 2 samples must count half as much as one of 4."},
                {weighted, "This is the sum over all samples; divide by how many there are."},
                {weighted / 3, "Divide by the number of samples, not of batches."},
                {sum, "This is the sum of the batches' gradients, each of which is a mean already."}});
}

void check_noise(const Answers& answers) {
  const Tensor whole = tensor({3.0, 4.0}, kFloat64);  // length 5
  const std::vector<Tensor> estimates = {tensor({3.0, 5.0}, kFloat64), tensor({0.0, 0.0}, kFloat64),
                                         tensor({6.0, 4.0}, kFloat64)};  // distances 1, 5, 3
  const double mean_square = (1 + 25 + 9) / 3.0;
  expect_close("noise(estimates, whole) for three estimates at distances 1, 5 and 3 from one of length 5",
               answers.noise(estimates, whole), std::sqrt(mean_square) / 5,
               {{3.0 / 5, "This is the mean of the distances; take the root of the mean of their squares."},
                {std::sqrt(mean_square), "Divide by the length of whole."},
                {mean_square / 5, "The root is missing."},
                {mean_square / 25, "The root is missing."},
                {std::sqrt(35.0) / 5, "This is the root of the sum of the squares; take their mean."}});
}

void check_epoch(const Answers& answers) {
  manual_seed(2);
  const Tensor inputs = randn({10, 3}), targets = randn({10, 2});
  const auto run = [&](const auto& epoch) {
    manual_seed(3);
    nn::Linear network(3, 2);
    optim::SGD optimiser(network.parameters(), {.lr = 0.1});
    datasets::DataLoader loader(datasets::TensorDataset(inputs, targets), {.batch_size = 4});
    const double loss = epoch(network, loader, optimiser);
    return std::pair(loss, network.weight.detach().clone());
  };
  double over_batches = 0;
  const auto [expected_loss, expected_weight] = run([&](auto& network, auto& loader, auto& optimiser) {
    const nn::MSELoss loss_function;
    double sum = 0;
    for (const auto& [x, t] : loader) {
      const Tensor loss = loss_function(network(x), t);
      optimiser.zero_grad();
      loss.backward();
      optimiser.step();
      sum += loss.template item<double>() * static_cast<double>(x.size(0));
      over_batches += loss.template item<double>() / 3;
    }
    return sum / 10;
  });
  const auto [without_zero_grad, weight_without] = run([&](auto& network, auto& loader, auto& optimiser) {
    for (const auto& [x, t] : loader) {
      nn::MSELoss()(network(x), t).backward();
      optimiser.step();
    }
    return 0.0;
  });
  manual_seed(3);
  const Tensor untrained = nn::Linear(3, 2).weight.detach();
  const auto [loss, weight] = run(answers.train_epoch);
  expect_close("the weight of a Linear(3, 2) after train_epoch on 10 samples in batches of 4", weight, expected_weight,
               {{untrained, "The weight is what it was before: does every batch end in optimiser.step()?"},
                {weight_without, "Gradients of earlier batches are still there: zero_grad() is missing."}});
  expect_close("the loss that train_epoch returns", loss, expected_loss,
               {{over_batches,
                 "This is the mean over batches; the last batch has only 2 samples and must count for "
                 "less."},
                {expected_loss * 10, "Divide by the number of samples."}});
}

}  // namespace

std::vector<Task> tasks(const Answers& answers) {
  return {
      {"counting batches", "Whole numbers are divided without the rest: 100 / 32 is 3.", [=] { check_count(answers); }},
      {"the gradient of everything", "Multiply each mean by its number of samples, add up, divide by all samples.",
       [=] { check_whole(answers); }},
      {"the noise of gradients", "The README's code measures just this.", [=] { check_noise(answers); }},
      {"an epoch", "loss, zero_grad, backward, step, for every batch.", [=] { check_epoch(answers); }},
  };
}

}  // namespace chapter_11
