#include <gradus/gradus.h>
#include <iostream>
#include <vector>

// What a chapter compiles: a classifier, its training and its evaluation.
using namespace gradus;

class Classifier : public nn::Module {
 public:
  Classifier() { register_module("model", model); }
  Tensor forward(const Tensor& x) { return model(x); }

  void train(const Tensor& inputs, const Tensor& targets) {
    const Tensor outputs = (*this)(inputs);
    const Tensor loss = loss_function(outputs, targets);
    if (++counter % 10 == 0) progress.push_back(loss.item<double>());
    if (counter % 10000 == 0) std::cout << "counter = " << counter << '\n';
    optimiser.zero_grad();
    loss.backward();
    optimiser.step();
  }

  nn::Sequential model{nn::Linear(784, 200), nn::LeakyReLU({.negative_slope = 0.02}), nn::Linear(200, 10),
                       nn::Sigmoid()};
  nn::BCELoss loss_function;
  optim::Adam optimiser{model.parameters()};
  int64_t counter = 0;
  std::vector<double> progress;
};

int main() {
  const Tensor images = rand({1000, 784}), targets = eye(10).index({randint(10, {1000})});
  Classifier classifier;
  for (int64_t i = 0; i < images.size(0); ++i) classifier.train(images[i], targets[i]);
  const NoGradGuard no_grad;
  const Tensor right = classifier(images).argmax(1) == targets.argmax(1);
  std::cout << "accuracy: " << right.to(kFloat32).mean().item<double>() * 100 << " %\n";
}
