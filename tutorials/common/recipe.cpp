#include <gradus/autograd/error.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/conv.h>
#include <gradus/nn/flatten.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/norm.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/sgd.h>
#include <gradus/tutorials/common/recipe.h>

#include <array>

namespace gradus::tutorials {

namespace {

// The networks: 784 pixels -> 200 hidden values -> 10 outputs.
nn::Sequential sigmoid() {
  return nn::Sequential(nn::Linear(784, 200), nn::Sigmoid(), nn::Linear(200, 10), nn::Sigmoid());
}
nn::Sequential leaky_relu_hidden() {
  return nn::Sequential(nn::Linear(784, 200), nn::LeakyReLU({.negative_slope = 0.02}), nn::Linear(200, 10),
                        nn::Sigmoid());
}
nn::Sequential leaky_relu_both() {
  return nn::Sequential(nn::Linear(784, 200), nn::LeakyReLU({.negative_slope = 0.02}), nn::Linear(200, 10),
                        nn::LeakyReLU({.negative_slope = 0.02}));
}
nn::Sequential layer_norm() {
  return nn::Sequential(nn::Linear(784, 200), nn::Sigmoid(), nn::LayerNorm(200), nn::Linear(200, 10), nn::Sigmoid());
}
nn::Sequential leaky_relu_layer_norm() {
  return nn::Sequential(nn::Linear(784, 200), nn::LeakyReLU({.negative_slope = 0.02}), nn::LayerNorm(200),
                        nn::Linear(200, 10), nn::Sigmoid());
}

// [cnn]
/// images (784) or (N, 784) -> outputs (10) or (N, 10). Trained one image at a time, batch normalisation has only ever
/// seen the statistics of single images; running means of them would serve a single image badly, so it keeps none.
class ConvolutionalNetwork : public nn::Module {
 public:
  ConvolutionalNetwork() { register_module("layers", layers_); }
  Tensor forward(const Tensor& images) const override {
    const Tensor outputs = layers_(images.view({-1, 1, 28, 28}));  // (N, 1, 28, 28) -> (N, 10)
    return images.dim() == 1 ? outputs.squeeze(0) : outputs;
  }

 private:
  nn::Sequential layers_{nn::Conv2d(1, 10, 5, {.stride = 2}),  // (N, 10, 12, 12)
                         nn::LeakyReLU(0.02),
                         nn::BatchNorm2d(10, {.track_running_stats = false}),
                         nn::Conv2d(10, 10, 3, {.stride = 2}),  // (N, 10, 5, 5)
                         nn::LeakyReLU(0.02),
                         nn::BatchNorm2d(10, {.track_running_stats = false}),
                         nn::Flatten(),
                         nn::Linear(250, 10),
                         nn::Sigmoid()};
};
// [/cnn]
nn::Sequential cnn() { return nn::Sequential(ConvolutionalNetwork()); }

LossFunction mse() { return nn::MSELoss(); }
LossFunction bce() { return nn::BCELoss(); }

std::unique_ptr<optim::Optimizer> sgd(std::vector<Tensor> parameters, double lr) {
  return std::make_unique<optim::SGD>(std::move(parameters), optim::SGDOptions{.lr = lr});
}
std::unique_ptr<optim::Optimizer> adam(std::vector<Tensor> parameters, double lr) {
  return std::make_unique<optim::Adam>(std::move(parameters), optim::AdamOptions{.lr = lr});
}

const std::array<Recipe, 9>& all_recipes() {
  static const std::array<Recipe, 9> recipes = {{
      {"baseline", "Sigmoid, Sigmoid", "MSE", "SGD", 0.01, sigmoid, mse, sgd},
      {"bce", "Sigmoid, Sigmoid", "BCE", "SGD", 0.01, sigmoid, bce, sgd},
      {"layernorm", "Sigmoid + LayerNorm, Sigmoid", "MSE", "SGD", 0.01, layer_norm, mse, sgd},
      {"leakyrelu-hidden", "LeakyReLU, Sigmoid", "MSE", "SGD", 0.01, leaky_relu_hidden, mse, sgd},
      {"bce-leakyrelu", "LeakyReLU, Sigmoid", "BCE", "Adam", 1e-3, leaky_relu_hidden, bce, adam},
      {"leakyrelu", "LeakyReLU, LeakyReLU", "MSE", "SGD", 0.01, leaky_relu_both, mse, sgd},
      {"adam", "Sigmoid, Sigmoid", "MSE", "Adam", 1e-3, sigmoid, mse, adam},
      {"all", "LeakyReLU + LayerNorm, Sigmoid", "BCE", "Adam", 1e-3, leaky_relu_layer_norm, bce, adam},
      {"cnn", "convolution, LeakyReLU + BatchNorm", "BCE", "Adam", 1e-3, cnn, bce, adam, 3, true},
  }};
  return recipes;
}

}  // namespace

std::span<const Recipe> recipes() { return all_recipes(); }

std::span<const Recipe> ladder() { return recipes().first(recipes().size() - 1); }

Classifier Recipe::make_classifier(std::optional<double> lr) const {
  const double rate = lr.value_or(learning_rate);
  return Classifier(make_model(), make_loss(),
                    [&](std::vector<Tensor> parameters) { return make_optimiser(std::move(parameters), rate); });
}

const Recipe& find_recipe(const std::string& name) {
  std::string names;
  for (const Recipe& recipe : recipes()) {
    if (recipe.name == name) return recipe;
    names += (names.empty() ? "" : ", ") + recipe.name;
  }
  throw Error("there is no recipe '" + name + "'; the recipes are " + names);
}

}  // namespace gradus::tutorials
