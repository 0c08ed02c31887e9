#include <torch/torch.h>
#include <iostream>
#include <vector>

// What a chapter compiles: a classifier, its training and its evaluation.
struct Classifier : torch::nn::Module {
  Classifier() { register_module("model", model); }
  torch::Tensor forward(const torch::Tensor& x) { return model->forward(x); }

  void train(const torch::Tensor& inputs, const torch::Tensor& targets) {
    const torch::Tensor outputs = forward(inputs);
    const torch::Tensor loss = loss_function(outputs, targets);
    if (++counter % 10 == 0) progress.push_back(loss.item<double>());
    if (counter % 10000 == 0) std::cout << "counter = " << counter << '\n';
    optimiser.zero_grad();
    loss.backward();
    optimiser.step();
  }

  torch::nn::Sequential model{torch::nn::Linear(784, 200),
                              torch::nn::LeakyReLU(torch::nn::LeakyReLUOptions().negative_slope(0.02)),
                              torch::nn::Linear(200, 10), torch::nn::Sigmoid()};
  torch::nn::BCELoss loss_function;
  torch::optim::Adam optimiser{model->parameters(), torch::optim::AdamOptions()};
  int64_t counter = 0;
  std::vector<double> progress;
};

int main() {
  const torch::Tensor images = torch::rand({1000, 784});
  const torch::Tensor targets = torch::eye(10).index({torch::randint(10, {1000}, torch::kInt64)});
  Classifier classifier;
  for (int64_t i = 0; i < images.size(0); ++i) classifier.train(images[i], targets[i]);
  const torch::NoGradGuard no_grad;
  const torch::Tensor right = classifier.forward(images).argmax(1) == targets.argmax(1);
  std::cout << "accuracy: " << right.to(torch::kFloat32).mean().item<double>() * 100 << " %\n";
}
