#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradus/autograd/random.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/sequential.h>

#include <cmath>

#include "tasks.h"

namespace chapter_06 {
namespace {

void check_sigmoid(const Answers& answers) {
  const Tensor z = tensor({-2.0, 0.0, 0.5, 3.0}, kFloat64);
  expect_close("sigmoid_by_hand(z) for z = {-2, 0, 0.5, 3}", answers.sigmoid_by_hand(z), sigmoid(z),
               {{1 / (1 + z.exp()), "These are the values of 1 / (1 + e^z): the exponent is -z."},
                {(-z).exp() / (1 + z.exp()), "Check the numerator: it is 1."},
                {1 / (-z).exp(), "The 1 of the denominator is missing."}});
  expect_gradcheck("sigmoid_by_hand", answers.sigmoid_by_hand, {z.clone().requires_grad_()});
}

void check_count(const Answers& answers) {
  const auto check = [&](const std::string& name, const nn::Module& network, int64_t weights, int64_t biases) {
    const auto tensors = static_cast<double>(network.parameters().size());
    expect_close(fmt::format("count_parameters({})", name), static_cast<double>(answers.count_parameters(network)),
                 static_cast<double>(weights + biases),
                 {{static_cast<double>(weights), "These are the weights; the biases are learned as well."},
                  {tensors, "This is the number of tensors; each of them holds numel() numbers."}});
  };
  check("Linear(3, 2)", nn::Linear(3, 2), 6, 2);
  check("Sequential(Linear(784, 200), Sigmoid(), Linear(200, 10), Sigmoid())",
        nn::Sequential(nn::Linear(784, 200), nn::Sigmoid(), nn::Linear(200, 10), nn::Sigmoid()), 784 * 200 + 200 * 10,
        200 + 10);
}

void check_two_layers(const Answers& answers) {
  manual_seed(1);
  const std::unique_ptr<nn::Module> network = answers.make_two_layers(3, 4, 2);
  std::vector<std::string> names;
  for (const auto& [name, parameter] : network->named_parameters()) names.push_back(name);
  const std::vector<std::string> expected = {"first.weight", "first.bias", "second.weight", "second.bias"};
  expect(!names.empty(), "the network has no parameters: are its layers registered? register_module(\"first\", first)");
  expect(names == expected, fmt::format("the parameters of the network should be called {}, but they are called {}",
                                        fmt::join(expected, ", "), fmt::join(names, ", ")));

  const auto state = network->named_parameters();
  const auto linear = [&](const std::string& layer, const Tensor& x) {
    return x.matmul(state[layer + ".weight"].t()) + state[layer + ".bias"];
  };
  const Tensor x = randn({5, 3});
  const Tensor hidden = linear("first", x);
  const Tensor plain = linear("second", sigmoid(hidden));
  expect_close("the network of 3 inputs, 4 hidden values and 2 outputs, for 5 samples x", (*network)(x), sigmoid(plain),
               {{plain, "The last sigmoid is missing: the outputs should lie between 0 and 1."},
                {sigmoid(linear("second", hidden)), "The sigmoid between the two layers is missing."},
                {linear("second", hidden), "Both sigmoids are missing."}});
}

void check_initialise(const Answers& answers) {
  manual_seed(1);
  nn::Linear layer(100, 400);
  {
    const NoGradGuard no_grad;
    layer.weight.fill_(7);
    layer.bias.fill_(7);
  }
  answers.initialise(layer);
  const auto check = [](const std::string& name, const Tensor& numbers) {
    const double bound = 0.1;  // 1 / sqrt(100)
    const double low = numbers.min().item<double>(), high = numbers.max().item<double>();
    const std::string range = fmt::format(
        "of a layer of 100 inputs and 400 outputs the {} should lie between -0.1 and "
        "0.1; after initialise they lie between {:.4g} and {:.4g}",
        name, low, high);
    const auto near = [&](double value) { return high > 0.97 * value && high <= value; };
    expect(low != 7 || high != 7, fmt::format("initialise has left the {} as they were", name));
    expect(low < 0 || !near(bound), range + ". They should be drawn on both sides of 0.");
    expect(!near(0.05), range + ". 0.05 is 1/sqrt(400), of the number of outputs.");
    expect(!near(0.01), range + ". 0.01 is 1/100: the root is missing.");
    expect(near(bound) && low < -0.97 * bound && low >= -bound, range);
    const double deviation = numbers.std().item<double>();
    expect(std::abs(deviation - bound / std::sqrt(3)) < 0.003,
           fmt::format("the {} have a standard deviation of {:.4f}, but numbers uniform between -0.1 and 0.1 have one "
                       "of 0.0577: are they uniform?",
                       name, deviation));
  };
  check("weights", layer.weight.detach());
  check("biases", layer.bias.detach());
}

}  // namespace

std::vector<Task> tasks(const Answers& answers) {
  return {
      {"the sigmoid by tensor operations", "1 / (1 + something).", [=] { check_sigmoid(answers); }},
      {"counting parameters", "Add up numel() over network.parameters().", [=] { check_count(answers); }},
      {"a module of two layers", "The class of this chapter's README is built the same way.",
       [=] { check_two_layers(answers); }},
      {"the starting values of a layer", "weight.size(1) is the number of inputs, and std::sqrt takes the root.",
       [=] { check_initialise(answers); }},
  };
}

}  // namespace chapter_06
