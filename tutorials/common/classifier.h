#pragma once
#include <gradus/autograd/tensor.h>
#include <gradus/nn/module.h>
#include <gradus/nn/sequential.h>
#include <gradus/optim/optimizer.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gradus::tutorials {

/// A loss: nn::MSELoss(), nn::BCELoss(), or any function of outputs and targets.
using LossFunction = std::function<Tensor(const Tensor& outputs, const Tensor& targets)>;
/// Makes the optimiser of a network's parameters.
using MakeOptimiser = std::function<std::unique_ptr<optim::Optimizer>(std::vector<Tensor> parameters)>;

/// A network together with all that its training needs: the loss, the optimiser, a counter of samples and the losses on
/// the way.
class Classifier : public nn::Module {
 public:
  Classifier(nn::Sequential model, LossFunction loss_function, const MakeOptimiser& make_optimiser);

  /// images (784) or (N, 784) -> outputs (10) or (N, 10)
  Tensor forward(const Tensor& inputs) override { return model_(inputs); }

  /// One step: forward, loss, backward, update. Notes the loss every 10 samples and prints the counter every 10,000.
  void train(const Tensor& inputs, const Tensor& targets);

  /// Draws the noted losses as dots, y from 0 to 1.
  void plot_progress(const std::string& file) const;

  int64_t counter() const { return counter_; }
  const std::vector<double>& progress() const { return progress_; }
  optim::Optimizer& optimiser() { return *optimiser_; }
  /// Whether train() prints the counter (it does unless told).
  void print_counter(bool value) { prints_counter_ = value; }

 private:
  nn::Sequential model_;
  LossFunction loss_function_;
  std::shared_ptr<optim::Optimizer> optimiser_;
  int64_t counter_ = 0;
  std::vector<double> progress_;
  bool prints_counter_ = true;
};

}  // namespace gradus::tutorials
