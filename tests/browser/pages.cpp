// Writes the pages that browser_test.py opens, into the folder given, and beside each what the program itself computed,
// as JSON: the page must show the same numbers.
#include <gradus/autograd/random.h>
#include <gradus/autograd/trace.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/sequential.h>

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

using namespace gradus;
using Json = nlohmann::json;

namespace {

Json numbers_of(const Tensor& tensor) { return tensor.detach().to_vector<double>(); }

void write_json(const std::string& path, const Json& json) {
  std::ofstream stream(path);
  stream << json.dump(1) << "\n";
  if (!stream.flush()) throw Error("cannot write " + path);
}

/// A value that feeds several ops, an in-place op, and a leaf that has a gradient before.
void small(const std::string& folder) {
  const Tensor w = tensor({0.5, -2.0}, kFloat64).requires_grad_(), x = tensor({3.0, 4.0}, kFloat64);
  (w * 10).sum().backward();
  Json expected{{"grad_before", numbers_of(w.grad())}};
  const auto note = [&](const char* name, const Tensor& tensor) {  // the first run's: finite differences run it again
    if (!expected.contains(name)) expected[name] = numbers_of(tensor);
  };
  autograd::trace(folder + "/small.html",
                  [&] {
                    Tensor h = autograd::name_in_trace("h", w * x);
                    Tensor sum = autograd::name_in_trace("sum", h + h * h);
                    sum.add_(1.0);
                    note("h", h);
                    note("sum", sum);
                    const Tensor loss = autograd::name_in_trace("loss", sum.sum());
                    note("loss", loss);
                    return loss;
                  },
                  {.title = "a small graph", .names = {{"w", w}, {"x", x}}, .finite_differences = 2});
  expected["grad_after"] = numbers_of(w.grad());
  write_json(folder + "/small.json", expected);
}

/// The tutorial's classifier at batch 1.
void classifier(const std::string& folder) {
  nn::Sequential model{nn::Linear(784, 200), nn::Sigmoid(), nn::Linear(200, 10), nn::Sigmoid()};
  const Tensor image = rand({784}), target = zeros({10});
  target.select(0, 3).fill_(1);
  nn::MSELoss loss_function;
  const Tensor loss = autograd::trace(
      folder + "/classifier.html",
      [&] { return loss_function(autograd::name_in_trace("outputs", model(image)), target); },
      {.title = "the classifier", .names = {{"image", image}, {"target", target}}, .finite_differences = 3});
  Json expected{{"loss", numbers_of(loss)}, {"outputs", numbers_of(model(image))}};
  for (const auto& [name, parameter] : model.named_parameters()) {
    expected["gradients"][name] = {{"min", parameter.grad().min().item<double>()},
                                   {"max", parameter.grad().max().item<double>()},
                                   {"shape", parameter.sizes().vec()}};
  }
  expected["image"] = numbers_of(image);
  write_json(folder + "/classifier.json", expected);
}

/// Thousands of nodes, in modules and in a row.
void large(const std::string& folder) {
  const Tensor x = rand({4}).requires_grad_();
  autograd::trace(folder + "/large.html", [&] {
    Tensor y = x;
    for (int i = 0; i < 1500; ++i) y = (y * 0.999).sin();
    return autograd::name_in_trace("needle", y.mean());
  });
}

void failing(const std::string& folder) {
  const Tensor x = tensor({1.0, 2.0}).requires_grad_();
  try {
    autograd::trace(folder + "/failing.html", [&] {
      Tensor h = x.exp();
      const Tensor loss = h.sum();
      h.add_(1);
      return loss;
    });
  } catch (const Error& error) {
    write_json(folder + "/failing.json", {{"error", error.what()}});
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " FOLDER\n";
    return 1;
  }
  manual_seed(5);
  small(argv[1]);
  classifier(argv[1]);
  large(argv[1]);
  failing(argv[1]);
}
