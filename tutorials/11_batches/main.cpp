// Chapter 11: batches. How noisy the gradient of a few samples is, what a batch costs, and what the learning rate has
// to do with it.
#include <gradus/autograd/random.h>
#include <gradus/datasets/dataloader.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/sequential.h>
#include <gradus/optim/sgd.h>
#include <gradus/tutorials/common/digits.h>
#include <gradus/tutorials/common/evaluate.h>
#include <gradus/tutorials/common/format.h>
#include <gradus/tutorials/common/plot.h>
#include <gradus/tutorials/common/program.h>

#include <chrono>
#include <cmath>

using namespace gradus;
using namespace gradus::tutorials;

namespace {

// [network]
nn::Sequential make_network() {
  manual_seed(1);
  return nn::Sequential{nn::Linear(784, 50), nn::LeakyReLU(0.02), nn::Linear(50, 10), nn::LeakyReLU(0.02)};
}
// [/network]

void batches(const datasets::MnistDataset& digits) {
  fmt::print("-- batches\n");
  // [loader]
  datasets::DataLoader loader(digits, {.batch_size = 32, .shuffle = true, .seed = 1});
  const auto [labels, images, targets] = *loader.begin();
  fmt::print("{} batches; the first: labels {}, images {}, targets {}\n", loader.size(), labels.sizes(), images.sizes(),
             targets.sizes());
  // [/loader]
  require(loader.size() == (digits.size() + 31) / 32, "an epoch has as many batches as it takes, the last one smaller");

  // [mean]
  nn::Sequential network = make_network();
  const nn::MSELoss loss_function;
  const Tensor& weight = network.at<nn::Linear>(2).weight;
  loss_function(network(images), targets).backward();
  const Tensor of_the_batch = weight.grad();

  network.zero_grad();
  for (int64_t i = 0; i < 32; ++i) loss_function(network(images[i]), targets[i]).backward();  // .grad adds up
  const Tensor mean = weight.grad() / 32;
  fmt::print("largest difference of the batch's gradient from the mean of the samples': {:.1e}\n",
             (of_the_batch - mean).abs().max().item<double>());
  // [/mean]
  require(of_the_batch.allclose(mean, {.rtol = 1e-4, .atol = 1e-7}), "a batch's gradient is the mean of its samples'");
}

void noise(const datasets::MnistDataset& digits) {
  fmt::print("\n-- noise\n");
  nn::Sequential network = make_network();
  const nn::MSELoss loss_function;
  // [noise]
  const auto gradient = [&](const Tensor& images, const Tensor& targets) {
    network.zero_grad();
    loss_function(network(images), targets).backward();
    return network.at<nn::Linear>(0).weight.grad();
  };
  const datasets::MnistBatch everything = digits.all();
  const Tensor whole = gradient(everything.images, everything.targets);

  std::vector<Point> measured;
  for (const int64_t batch_size : {1, 4, 16, 64, 256}) {
    datasets::DataLoader loader(digits, {.batch_size = batch_size, .shuffle = true, .seed = 1});
    double squares = 0, count = 0;
    for (const auto& [labels, images, targets] : loader) {
      const double distance = ((gradient(images, targets) - whole).norm() / whole.norm()).item<double>();
      squares += distance * distance;
      if (++count == 100) break;
    }
    measured.emplace_back(batch_size, std::sqrt(squares / count));
    fmt::print("batch {:3}: the gradient is off by {:5.1f} % of its length\n", batch_size,
               100 * measured.back().second);
  }
  // [/noise]
  plot_log_log("out/11_noise.png",
               {{"measured", measured}, {"1 / sqrt(batch)", {measured[0], {256, measured[0].second / 16}}}}, "batch",
               "distance / length", "how far the gradient of a batch is from that of all digits");
  for (size_t i = 1; i < measured.size(); ++i) {
    const double ratio = measured[i - 1].second / measured[i].second;
    require(ratio > 1.5 && ratio < 2.7, "four times as many samples must about halve the noise");
  }
}

struct Outcome {
  double accuracy, samples_per_second;
};

// [train]
Outcome train(const DigitData& digits, int64_t batch_size, double lr) {
  nn::Sequential network = make_network();
  const nn::MSELoss loss_function;
  optim::SGD optimiser(network.parameters(), {.lr = lr});
  datasets::DataLoader loader(digits.train, {.batch_size = batch_size, .shuffle = true, .seed = 1});
  const int epochs = 3;
  const auto start = std::chrono::steady_clock::now();
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (const auto& [labels, images, targets] : loader) {
      const Tensor loss = loss_function(network(images), targets);
      optimiser.zero_grad();
      loss.backward();
      optimiser.step();
    }
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  return {evaluate(network, digits.test).accuracy(),
          epochs * static_cast<double>(digits.train.size()) / seconds.count()};
}
// [/train]

void learning_rates(const DigitData& digits) {
  fmt::print("\n-- batch and learning rate, after 3 epochs\n");
  // [rates]
  const auto report = [&](int64_t batch_size, double lr) {
    const Outcome outcome = train(digits, batch_size, lr);
    fmt::print("batch {:3}, lr {:4.2f}: accuracy {:.3f}   ({:.0f} samples/s)\n", batch_size, lr, outcome.accuracy,
               outcome.samples_per_second);
    return outcome.accuracy;
  };
  const double single = report(1, 0.02), slow = report(16, 0.02), scaled = report(16, 0.32);
  const double large_slow = report(128, 0.02), large = report(128, 1.28), largest = report(128, 2.56);
  // [/rates]
  require(scaled > slow + 0.02, "a larger batch takes fewer steps, so it needs a larger learning rate");
  require(std::abs(single - scaled) < 0.08, "scaled with the batch, the learning rate gives about the same");
  require(large > large_slow && largest >= 0, "the same holds for a batch of 128");
}

void chapter(const std::string& data) {
  const DigitData digits = load_digits(data, small_run() ? DigitCounts{2000, 500} : DigitCounts{6000, 1000});
  fmt::print("{}\n", digits.description);
  batches(digits.train);
  noise(digits.train);
  learning_rates(digits);
}

}  // namespace

int main(int argc, char** argv) { return run_chapter(argc, argv, "Chapter 11: batches.", chapter); }
