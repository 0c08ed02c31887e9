#include <gradus/tutorials/common/classifier.h>
#include <gradus/tutorials/common/plot.h>

#include <iostream>

namespace gradus::tutorials {

// [constructor]
Classifier::Classifier(nn::Sequential model, LossFunction loss_function, const MakeOptimiser& make_optimiser)
    : model_(register_module("model", model)),
      loss_function_(std::move(loss_function)),
      optimiser_(make_optimiser(parameters())) {}
// [/constructor]

// [train]
void Classifier::train(const Tensor& inputs, const Tensor& targets) {
  const Tensor outputs = forward(inputs);
  const Tensor loss = loss_function_(outputs, targets);

  const int64_t before = counter_;
  counter_ += inputs.dim() == 1 ? 1 : inputs.size(0);  // one image, or a batch of them
  if (counter_ / 10 > before / 10) progress_.push_back(loss.item<double>());
  if (prints_counter_ && counter_ / 10000 > before / 10000) std::cout << "counter = " << counter_ << std::endl;

  optimiser_->zero_grad();
  loss.backward();
  optimiser_->step();
}
// [/train]

void Classifier::plot_progress(const std::string& file) const {
  plot_losses(file, progress_, "loss, noted every 10 samples");
}

}  // namespace gradus::tutorials
