#include <gradus/nn/init.h>
#include <gradus/tutorials/06_network/tasks.h>

#include <cmath>

#include "helpers.h"

using namespace chapter_06;

namespace {

TEST(Chapter06, TheSolutionPasses) { expect_all_pass(tasks({})); }

TEST(Chapter06, WrongSigmoids) {
  Answers wrong;
  wrong.sigmoid_by_hand = [](const Tensor& z) { return 1 / (1 + z.exp()); };
  expect_wrong(tasks(wrong), 1, "the exponent is -z");
  wrong.sigmoid_by_hand = [](const Tensor& z) { return z.tanh(); };
  expect_wrong(tasks(wrong), 1, "element [0]: expected 0.119203, found -0.964028 (4 of 4 elements differ)");
  wrong.sigmoid_by_hand = [](const Tensor& z) { return sigmoid(z).sum(); };
  expect_wrong(tasks(wrong), 1, "has sizes [], but [4] was expected");
  wrong.sigmoid_by_hand = [](const Tensor&) { return Tensor(); };
  expect_wrong(tasks(wrong), 1, "undefined tensor");
  wrong.sigmoid_by_hand = [](const Tensor& z) { return tensor(sigmoid(z).to_vector<double>(), kFloat64); };
  expect_wrong(tasks(wrong), 1, "the gradient check of sigmoid_by_hand fails");
}

TEST(Chapter06, WrongCounts) {
  Answers wrong;
  wrong.count_parameters = [](const nn::Module& network) { return static_cast<int64_t>(network.parameters().size()); };
  expect_wrong(tasks(wrong), 2, "expected 8, found 2\nThis is the number of tensors");
  wrong.count_parameters = [](const nn::Module& network) {
    int64_t numbers = 0;
    for (const Tensor& parameter : network.parameters()) numbers += parameter.dim() == 2 ? parameter.numel() : 0;
    return numbers;
  };
  expect_wrong(tasks(wrong), 2, "expected 8, found 6\nThese are the weights");
  wrong.count_parameters = [](const nn::Module& network) { return network.parameters()[0].numel() + 2; };
  expect_wrong(tasks(wrong), 2, "count_parameters(Sequential(Linear(784, 200), Sigmoid(), ");
}

// A network as the task asks for, with another forward.
class Network : public nn::Module {
 public:
  using Forward = std::function<Tensor(const nn::Linear& first, const nn::Linear& second, const Tensor& x)>;
  explicit Network(Forward forward) : first(3, 4), second(4, 2), forward_(std::move(forward)) {}
  Tensor forward(const Tensor& x) override { return forward_(first, second, x); }
  nn::Linear first, second;

 private:
  Forward forward_;
};

Answers with_network(const Network::Forward& forward, const std::string& first, const std::string& second) {
  Answers wrong;
  wrong.make_two_layers = [=](int64_t, int64_t, int64_t) {
    auto network = std::make_unique<Network>(forward);
    if (!first.empty()) network->register_module(first, network->first);
    if (!second.empty()) network->register_module(second, network->second);
    return network;
  };
  return wrong;
}

TEST(Chapter06, WrongNetworks) {
  const auto right = [](const auto& first, const auto& second, const Tensor& x) {
    return sigmoid(second(sigmoid(first(x))));
  };
  expect_wrong(tasks(with_network(right, "", "")), 3, "the network has no parameters: are its layers registered?");
  expect_wrong(tasks(with_network(right, "first", "")), 3, "but they are called first.weight, first.bias");
  expect_wrong(tasks(with_network(right, "a", "b")), 3, "but they are called a.weight, a.bias, b.weight, b.bias");
  const auto wrong = [](const Network::Forward& forward) { return tasks(with_network(forward, "first", "second")); };
  expect_wrong(wrong([](const auto& first, const auto& second, const Tensor& x) { return second(sigmoid(first(x))); }),
               3, "The last sigmoid is missing");
  expect_wrong(wrong([](const auto& first, const auto& second, const Tensor& x) { return sigmoid(second(first(x))); }),
               3, "The sigmoid between the two layers is missing");
  expect_wrong(wrong([](const auto& first, const auto& second, const Tensor& x) { return second(first(x)); }), 3,
               "Both sigmoids are missing");
  expect_wrong(wrong([](const auto& first, const auto& second, const Tensor& x) { return first(second(x)); }), 3,
               "it threw an exception");
}

TEST(Chapter06, WrongStartingValues) {
  const auto wrong = [](double low, double high, bool bias) {
    Answers answers;
    answers.initialise = [=](nn::Linear& layer) {
      nn::init::uniform_(layer.weight, low, high);
      if (bias) nn::init::uniform_(layer.bias, low, high);
    };
    return tasks(answers);
  };
  expect_wrong(wrong(-0.1, 0.1, false), 4, "initialise has left the biases as they were");
  expect_wrong(wrong(-0.05, 0.05, true), 4, "0.05 is 1/sqrt(400), of the number of outputs");
  expect_wrong(wrong(-0.01, 0.01, true), 4, "the root is missing");
  expect_wrong(wrong(0, 0.1, true), 4, "both sides of 0");
  expect_wrong(wrong(-0.2, 0.2, true), 4, "should lie between -0.1 and 0.1; after initialise they lie between -0.2");
  Answers normal;
  normal.initialise = [](nn::Linear& layer) {
    for (const Tensor& parameter : layer.parameters()) nn::init::trunc_normal_(parameter, 0, 0.04, -0.1, 0.1);
  };
  expect_wrong(tasks(normal), 4, "are they uniform?");
}

}  // namespace
