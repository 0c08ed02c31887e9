// Chapter 9: better accuracy. Three ways up from the baseline: another loss, another activation, another optimiser.
#include <gradus/autograd/error.h>
#include <gradus/autograd/random.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/loss.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/sgd.h>
#include <gradus/tutorials/common/digits.h>
#include <gradus/tutorials/common/evaluate.h>
#include <gradus/tutorials/common/plot.h>
#include <gradus/tutorials/common/program.h>
#include <gradus/tutorials/common/recipe.h>
#include <gradus/tutorials/common/training.h>

#include <fmt/core.h>

#include <cmath>
#include <iostream>
#include <map>

using namespace gradus;
using namespace gradus::tutorials;

namespace {

// A better loss: what reaches the last layer when an output is wrong, and sure of it.
void losses() {
  std::cout << "-- a better loss\n";
  // [losses]
  const Tensor target = tensor({1.0});
  for (const double x : {0.0, -3.0, -6.0}) {  // what the output layer's sigmoid is given
    Tensor a = tensor({x}, requires_grad()), b = tensor({x}, requires_grad());
    const Tensor mse = nn::MSELoss()(sigmoid(a), target), bce = nn::BCELoss()(sigmoid(b), target);
    mse.backward();
    bce.backward();
    fmt::print("output {:.4f}: MSE {:.4f}, gradient {:7.4f}   BCE {:.4f}, gradient {:7.4f}\n",
               sigmoid(a).item<double>(), mse.item<double>(), a.grad().item<double>(), bce.item<double>(),
               b.grad().item<double>());
  }
  // [/losses]

  // [by-hand]
  const Tensor p = tensor({0.9, 0.2, 0.6}), t = tensor({1.0, 0.0, 0.0});
  const Tensor by_hand = -(t * p.log() + (1 - t) * (1 - p).log()).mean();
  // [/by-hand]
  require(by_hand.allclose(nn::BCELoss()(p, t)), "BCELoss must be its formula");

  bool refused = false;
  // [range]
  try {
    const Tensor outputs = nn::LeakyReLU({.negative_slope = 0.02})(tensor({-1.0, 0.5, 3.0}));
    nn::BCELoss()(outputs, tensor({0.0, 1.0, 1.0}));
  } catch (const Error& error) {
    std::cout << "BCELoss after LeakyReLU: " << error.what() << "\n";
    refused = true;
  }
  // [/range]
  require(refused, "BCELoss must refuse outputs outside 0 to 1");
}

// A better activation: how much of a gradient passes.
void activations() {
  std::cout << "\n-- a better activation\n";
  // [activations]
  for (const double x : {-10.0, -1.0, 0.5, 10.0}) {
    Tensor a = tensor({x}, requires_grad()), b = tensor({x}, requires_grad()), c = tensor({x}, requires_grad());
    sigmoid(a).backward();
    relu(b).backward();
    leaky_relu(c, /*negative_slope=*/0.02).backward();
    fmt::print("x = {:5.1f}: gradient of Sigmoid {:.6f}, of ReLU {:.2f}, of LeakyReLU {:.2f}\n", x,
               a.grad().item<double>(), b.grad().item<double>(), c.grad().item<double>());
  }
  // [/activations]

  // [curves]
  const auto sigmoid_curve = [](double x) { return 1 / (1 + std::exp(-x)); };
  const auto relu_curve = [](double x) { return x > 0 ? x : 0; };
  const auto leaky_curve = [](double x) { return x > 0 ? x : 0.1 * x; };
  plot_curves("out/09_sigmoid.png", {{"Sigmoid", sigmoid_curve}}, {-8, 8}, "Sigmoid");
  plot_curves("out/09_relu.png", {{"ReLU", relu_curve}}, {-4, 4}, "ReLU");
  plot_curves("out/09_leaky_relu.png", {{"LeakyReLU, slope 0.1", leaky_curve}}, {-4, 4}, "LeakyReLU");
  // [/curves]

  // [dying]
  Tensor weight = tensor({0.5, -0.3}, requires_grad()), bias = tensor({-10.0}, requires_grad());
  const Tensor inputs = tensor({{0.2, 0.9}, {1.0, 0.1}, {0.7, 0.7}});  // any inputs between 0 and 1
  relu(inputs.matmul(weight) + bias).sum().backward();
  std::cout << "a dead ReLU's gradient: " << weight.grad() << "\n";
  // [/dying]
  require(weight.grad().equal(zeros({2})), "a ReLU whose input is negative for all samples gets no gradient");
  weight.mutable_grad() = Tensor();
  leaky_relu(inputs.matmul(weight) + bias, /*negative_slope=*/0.02).sum().backward();
  require((weight.grad() > 0).all().item<bool>(), "a LeakyReLU always gets a gradient");
}

// A better optimiser: down a curve with a local minimum on the way.
void optimisers() {
  std::cout << "\n-- a better optimiser\n";
  // [curve]
  const auto loss = [](const auto& x) { return 0.25 * x * x * x * x - x * x + 0.6 * x; };
  // [/curve]

  // [walk]
  const auto walk = [&](auto make_optimiser) {
    Tensor x = tensor({2.2}, requires_grad());
    auto optimiser = make_optimiser(std::vector<Tensor>{x});
    std::vector<double> path = {x.item<double>()};
    for (int step = 0; step < 100; ++step) {
      optimiser.zero_grad();
      loss(x).backward();
      optimiser.step();
      path.push_back(x.item<double>());
    }
    return path;
  };
  const std::vector<double> sgd = walk([](auto parameters) { return optim::SGD(parameters, {.lr = 0.05}); });
  const std::vector<double> adam = walk([](auto parameters) { return optim::Adam(parameters, {.lr = 0.4}); });
  // [/walk]
  fmt::print("from 2.2, after 100 steps: SGD is at {:.2f}, loss {:.2f}; Adam at {:.2f}, loss {:.2f}\n", sgd.back(),
             loss(sgd.back()), adam.back(), loss(adam.back()));
  plot_paths("out/09_paths.png", loss, {-2.3, 2.3}, {{"SGD", sgd}, {"Adam", adam}}, "down a curve with two valleys");
  require(std::abs(sgd.back() - 1.23) < 0.05, "SGD must stop in the valley that it reaches first");
  require(loss(adam.back()) < loss(sgd.back()), "Adam must pass that valley, from this start");

  // [adam]
  const double lr = 0.001, beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
  Tensor theta = tensor({1.0, -2.0}), m = zeros({2}), v = zeros({2});
  Tensor parameter = theta.clone().requires_grad_();
  optim::Adam optimiser({parameter});
  for (int t = 1; t <= 3; ++t) {
    optimiser.zero_grad();
    (parameter * parameter).sum().backward();
    optimiser.step();

    const Tensor g = 2 * theta;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const Tensor m_hat = m / (1 - std::pow(beta1, t)), v_hat = v / (1 - std::pow(beta2, t));
    theta = theta - lr * m_hat / (v_hat.sqrt() + eps);
  }
  // [/adam]
  std::cout << "three steps of Adam by hand: " << theta << "\nand by optim::Adam:          " << parameter.detach()
            << "\n";
  require(theta.allclose(parameter.detach()), "optim::Adam must be its formula");
}

// All of it on digits.
void compare(const std::string& data) {
  const DigitData digits = load_digits(data, small_run() ? DigitCounts{2000, 500} : DigitCounts{6000, 1000});
  std::cout << "\n-- on digits\n" << digits.description << "\n";
  const int64_t epochs = 2;
  std::map<std::string, double> accuracy;
  std::vector<NamedAccuracy> bars;
  // [compare]
  for (const Recipe& recipe : ladder()) {
    manual_seed(1);
    Classifier classifier = recipe.make_classifier();
    for (int64_t epoch = 0; epoch < epochs; ++epoch) {
      for (const auto& [label, image, target] : digits.train) classifier.train(image, target);
    }
    accuracy[recipe.name] = evaluate(classifier, digits.test).accuracy();
    fmt::print("{:<17} {:<31} {:<4} {:<5} {:.4f}\n", recipe.name, recipe.activation, recipe.loss, recipe.optimiser,
               accuracy[recipe.name]);
    bars.push_back({recipe.name, accuracy[recipe.name]});
  }
  // [/compare]
  plot_ladder("out/09_ladder.png", bars, fmt::format("accuracy after {} epochs", epochs));
  for (const char* better : {"bce", "leakyrelu", "adam", "all"}) {
    require(accuracy[better] > accuracy["baseline"], fmt::format("{} must be better than the baseline", better));
  }
}

}  // namespace

int main(int argc, char** argv) {
  return run_chapter(argc, argv, "Chapter 9: better accuracy.", [](const std::string& data) {
    losses();
    activations();
    optimisers();
    compare(data);
  });
}
