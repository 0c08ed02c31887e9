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

  /// A fresh classifier; its weights come from the default generator (manual_seed).
  Classifier make_classifier(std::optional<double> learning_rate = std::nullopt) const;
};

/// All recipes, from the baseline to the best: the ladder.
std::span<const Recipe> recipes();

/// The recipe of that name. Throws Error, naming all recipes, if there is none.
const Recipe& find_recipe(const std::string& name);

}  // namespace gradus::tutorials
