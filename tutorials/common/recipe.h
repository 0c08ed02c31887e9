#pragma once
#include <gradus/tutorials/common/classifier.h>

#include <optional>
#include <span>
#include <string>

namespace gradus::tutorials {

/// One way to build and train the classifier of digits.
struct Recipe {
  std::string name;        ///< As on the command line.
  std::string activation;  ///< In words, for a table; likewise loss and optimiser.
  std::string loss;
  std::string optimiser;
  double learning_rate;  ///< Unless another is asked for.
  std::function<nn::Sequential()> make_model;
  std::function<LossFunction()> make_loss;
  std::function<std::unique_ptr<optim::Optimizer>(std::vector<Tensor> parameters, double learning_rate)> make_optimiser;
  int64_t epochs = 4;  ///< Unless more or fewer are asked for.
  bool normalises_batches =
      false;  ///< Outputs depend on the batch at hand: measure it in batches as it was trained in.

  /// A fresh classifier; its weights come from the default generator (manual_seed).
  Classifier make_classifier(std::optional<double> learning_rate = std::nullopt) const;
};

/// All recipes: those of the ladder, and the convolutional network.
std::span<const Recipe> recipes();
/// The recipes for a network of 784-200-10, from the baseline to the best.
std::span<const Recipe> ladder();

/// The recipe of that name. Throws Error, naming all recipes, if there is none.
const Recipe& find_recipe(const std::string& name);

}  // namespace gradus::tutorials
