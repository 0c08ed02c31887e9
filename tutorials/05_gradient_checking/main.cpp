// Chapter 5: gradient checking. Computes a Jacobian in two ways, finds a planted wrong derivative by comparing them,
// and looks at what such a comparison does not see.
#include <gradus/autograd/engine.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/op_registry.h>
#include <gradus/autograd/random.h>
#include <gradus/datasets/toy.h>
#include <gradus/optim/sgd.h>
#include <gradus/tutorials/common/plot.h>
#include <gradus/tutorials/common/program.h>

#include <fmt/core.h>

#include <cmath>
#include <functional>
#include <iostream>
#include <numbers>

#include "suspects.h"

using namespace gradus;
using namespace gradus::tutorials;
using namespace chapter_05;

namespace {

using Op = std::function<Tensor(const Tensor&)>;

// [by-difference]
// A column at a time: what all outputs do when one input moves.
Tensor jacobian_by_difference(const Op& f, const Tensor& x, double eps) {
  const NoGradGuard no_grad;
  TensorList columns;
  for (int64_t j = 0; j < x.numel(); ++j) {
    const Tensor step = eps * eye(x.numel(), x.dtype())[j].view(x.sizes());
    columns.push_back((f(x + step) - f(x - step)).reshape(-1) / (2 * eps));
  }
  return stack(columns, 1);
}
// [/by-difference]

// [by-backward]
// A row at a time: what one output asks of all inputs.
Tensor jacobian_by_backward(const Op& f, const Tensor& x) {
  const Tensor leaf = x.detach().clone().requires_grad_(), y = f(leaf);
  TensorList rows;
  for (int64_t i = 0; i < y.numel(); ++i) {
    const Tensor one_hot = eye(y.numel(), y.dtype())[i].view(y.sizes());
    rows.push_back(autograd::grad({y}, {leaf}, {one_hot}, /*retain_graph=*/true)[0].reshape(-1));
  }
  return stack(rows);
}
// [/by-backward]

// [check-by-hand]
bool check_by_hand(const Op& f, const Tensor& x, double eps = 1e-6, double atol = 1e-5, double rtol = 1e-3) {
  return jacobian_by_backward(f, x).allclose(jacobian_by_difference(f, x, eps), {.rtol = rtol, .atol = atol});
}
// [/check-by-hand]

struct Data {
  Tensor points, target;  // (N, 2) and, with a 1 for the class of each, (N, 2)
};

// [network]
struct Stage {
  std::string name;
  Op op;
};

// p: two weights and biases, of 2 -> 8 and 8 -> 2.
std::vector<Stage> network(const Op& normalise, const TensorList& p, const Tensor& target) {
  return {{"affine", [=](const Tensor& x) { return affine(x, p[0], p[1]); }},
          {"standardise", normalise},
          {"tanh", own_tanh},
          {"affine", [=](const Tensor& x) { return affine(x, p[2], p[3]); }},
          {"log_softmax", own_log_softmax},
          {"nll_loss", [=](const Tensor& x) { return own_nll_loss(x, target); }}};
}

// What comes out of the stages from `first` up to, but without, `last`.
Tensor run(const std::vector<Stage>& stages, size_t first, size_t last, Tensor x) {
  for (size_t i = first; i < last; ++i) x = stages[i].op(x);
  return x;
}

Tensor loss_of(const Op& normalise, const TensorList& p, const Data& data) {
  return run(network(normalise, p, data.target), 0, 6, data.points);
}
// [/network]

Data moons(int64_t count) {
  const auto data = datasets::make_moons({.n_samples = count, .noise = 0.1, .seed = 1});
  return {data.inputs().to(kFloat64), one_hot(data.targets().view(-1).to(kInt64), 2).to(kFloat64)};
}

TensorList random_parameters() {
  manual_seed(1);
  TensorList p;
  for (const Dims& sizes : {Dims{8, 2}, Dims{8}, Dims{2, 8}, Dims{2}}) {
    p.push_back((0.5 * randn(sizes, kFloat64)).requires_grad_());
  }
  return p;
}

std::string first_lines(const std::string& text, int lines) {
  size_t end = 0;
  for (; lines > 0 && end != std::string::npos; --lines) end = text.find('\n', end + 1);
  return text.substr(0, end);
}

void two_ways() {
  // [two-ways]
  const Op f = [](const Tensor& x) { return stack({x[0] * x[1], x[0] + x[1].square(), cos(x[0])}); };
  const Tensor x = tensor({2.0, 3.0}, kFloat64);
  std::cout << "by difference " << jacobian_by_difference(f, x, 1e-6) << "\n";
  std::cout << "by backward   " << jacobian_by_backward(f, x) << "\n";
  // [/two-ways]
  const Tensor expected = tensor({{3.0, 2.0}, {1.0, 6.0}, {-std::sin(2.0), 0.0}}, kFloat64);
  require(jacobian_by_backward(f, x).allclose(expected), "the Jacobian must be what the rules of differentiation say");

  // [agree]
  const bool ours = check_by_hand(f, x), theirs = bool(autograd::gradcheck(f, {x.clone().requires_grad_()}));
  std::cout << "check_by_hand " << ours << ", autograd::gradcheck " << theirs << "\n\n";
  // [/agree]
  require(ours && theirs, "the two Jacobians must agree");
}

void tolerances() {
  // [eps]
  manual_seed(2);
  const Tensor x = randn({3, 4}, kFloat64), exact = jacobian_by_backward(mended_twice, x);
  fmt::print("{:>6}  {:>8}  {:>8}   the largest error of a difference\n", "eps", "float64", "float32");
  for (const double eps : {1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8}) {
    const auto error = [&](Dtype dtype) {
      return (jacobian_by_difference(mended_twice, x.to(dtype), eps).to(kFloat64) - exact).abs().max().item<double>();
    };
    fmt::print("{:6.0e}  {:8.0e}  {:8.0e}\n", eps, error(kFloat64), error(kFloat32));
  }
  // [/eps]
  require(jacobian_by_difference(mended_twice, x, 1e-6).allclose(exact, {.rtol = 0, .atol = 1e-8}),
          "the default step must give eight digits in float64");
}

struct Trained {
  std::vector<Point> losses;  // over the step, from 1
  double accuracy;
};

Trained train(const Op& normalise, const Data& data) {
  // [train]
  const TensorList p = random_parameters();
  optim::SGD optimiser(p.vec(), {.lr = 0.1});
  std::vector<Point> losses;
  for (int step = 1; step <= 1000; ++step) {
    const Tensor loss = loss_of(normalise, p, data);
    optimiser.zero_grad();
    loss.backward();
    optimiser.step();
    losses.emplace_back(step, loss.item<double>());
  }
  // [/train]
  const Tensor right = run(network(normalise, p, data.target), 0, 4, data.points).argmax(1) == data.target.argmax(1);
  return {losses, right.to(kFloat64).mean().item<double>()};
}

void it_trains() {
  const Data data = moons(200);
  const Trained wrong = train(standardise, data), right = train(mended_twice, data);
  fmt::print("\n{:>5}  {:>9}  {:>9}\n", "step", "one wrong", "all right");
  for (const size_t step : {1U, 10U, 100U, 1000U}) {
    fmt::print("{:5}  {:9.4f}  {:9.4f}\n", step, wrong.losses[step - 1].second, right.losses[step - 1].second);
  }
  fmt::print("accuracy {:.3f} and {:.3f}\n\n", wrong.accuracy, right.accuracy);
  require(wrong.accuracy > 0.9 && right.accuracy > wrong.accuracy, "both must learn, and the right one more");
  plot_log_log("out/05_losses.png", {{"one derivative wrong", wrong.losses}, {"all right", right.losses}}, "step",
               "loss", "Both learn");
}

void detective_story() {
  const Data few = moons(3);
  // [whole]
  const TensorList p = random_parameters();
  const auto loss = [&](const TensorList& q) -> TensorList { return {loss_of(standardise, q, few)}; };
  const auto whole = autograd::gradcheck(loss, p, {.raise_exception = false});
  std::cout << first_lines(whole.message, 3) << "\n\n";
  // [/whole]
  require(!whole.passed, "the check of the whole network must fail");

  // [bisect]
  const std::vector<Stage> stages = network(standardise, p, few.target);
  size_t first = 0, last = stages.size();  // the wrong derivative is one of stages[first] to stages[last - 1]
  while (last - first > 1) {
    const size_t middle = (first + last) / 2;
    const Op half = [&](const Tensor& x) { return run(stages, first, middle, x); };
    const bool right = check_by_hand(half, run(stages, 0, first, few.points).detach());
    for (size_t i = first; i < middle; ++i) std::cout << stages[i].name << (i + 1 < middle ? ", " : ": ");
    std::cout << (right ? "right" : "wrong") << "\n";
    (right ? first : last) = middle;
  }
  std::cout << "it is " << stages[first].name << "\n\n";
  // [/bisect]
  require(stages[first].name == "standardise", "the search must find standardise");

  // [evidence]
  const Tensor x = tensor({0.0, 1.0, 5.0}, kFloat64).requires_grad_();
  std::cout << autograd::gradcheck(standardise, {x}, {.raise_exception = false}).message << "\n\n";
  // [/evidence]

  // [alibi]
  const auto mended_loss = [&](const TensorList& q) -> TensorList { return {loss_of(mended, q, few)}; };
  autograd::gradcheck(mended_loss, p);
  std::cout << "with mended in place of standardise the whole network passes\n";

  const TensorList wrong_gradients = autograd::grad(loss(p), p), gradients = autograd::grad(mended_loss(p), p);
  const Tensor wrong = wrong_gradients[0], right = gradients[0];
  const double cosine = (wrong * right).sum().item<double>() / (wrong.norm() * right.norm()).item<double>();
  fmt::print("between the two gradients of the first weight: {:.0f} degrees\n",
             std::acos(cosine) * 180 / std::numbers::pi);
  // [/alibi]
  require(cosine > 0.5, "the wrong gradient must still lead downhill");
  require(wrong_gradients[2].equal(gradients[2]), "the second weight must have the right gradient all the same");
}

void pictures() {
  manual_seed(3);
  const Tensor x = randn({3, 4}, kFloat64);
  const Tensor numerical = jacobian_by_difference(standardise, x, 1e-6),
               backward = jacobian_by_backward(standardise, x);
  plot_images("out/05_jacobians.png",
              {{"by difference", 12, numerical.abs().to_vector<double>()},
               {"by backward", 12, backward.abs().to_vector<double>()},
               {"what differs", 12, (backward - numerical).abs().to_vector<double>()}},
              3, "The Jacobian of standardise for x (3, 4), absolute values");
}

// What gradcheck says, in a line: the first that names a number or a trouble; empty if it passes.
std::string verdict(const autograd::TensorFunction& f, const TensorList& inputs) {
  std::string message;
  try {
    message = autograd::gradcheck(f, inputs, {.raise_exception = false}).message;
  } catch (const Error& error) {
    message = error.what();
  }
  if (message.starts_with("Jacobian mismatch")) message = message.substr(message.find('\n') + 1);
  message = first_lines(message, 1);
  return message.size() > 110 ? message.substr(0, message.rfind(' ', 110)) + " ..." : message;
}

void passes(const char* what, const autograd::TensorFunction& f, const TensorList& inputs) {
  const std::string message = verdict(f, inputs);
  fmt::print("{:<30} {}\n", what, message.empty() ? "passed" : message);
  require(message.empty(), fmt::format("{} must pass", what));
}

void fails(const char* what, const autograd::TensorFunction& f, const TensorList& inputs) {
  const std::string message = verdict(f, inputs);
  fmt::print("{:<30} {}\n", what, message);
  require(!message.empty(), fmt::format("{} must fail", what));
}

void what_checks_miss() {
  const auto point = [](const TensorData& numbers) { return tensor(numbers, kFloat64).requires_grad_(); };
  fmt::print("\n-- wrong derivatives\n");
  // [wrong-passes]
  passes("half_right at (0.5, 2)", half_right, {point({0.5, 2.0})});
  fails("half_right at (0.5, -2)", half_right, {point({0.5, -2.0})});

  const Tensor x = point({0.0, 1.0, 5.0}), weights = tensor({1.0, -2.0, 0.5}, kFloat64);
  passes("standardise, sum", [](const Tensor& t) { return standardise(t).sum(); }, {x});
  fails("standardise, weighted sum", [&](const Tensor& t) { return (standardise(t) * weights).sum(); }, {x});
  passes("standardise / 1e6", [](const Tensor& t) { return standardise(t) / 1e6; }, {x});
  // [/wrong-passes]

  fmt::print("\n-- right derivatives\n");
  // [right-fails]
  const auto first_of_max = [](const Tensor& t) { return std::get<0>(max(t, 0)); };
  fails("relu at (0, 1)", [](const Tensor& t) { return relu(t); }, {point({0.0, 1.0})});
  fails("max of (1, 1)", first_of_max, {point({1.0, 1.0})});
  passes("max of (1, 1.1)", first_of_max, {point({1.0, 1.1})});
  fails("tanh in float32", [](const Tensor& t) { return t.tanh(); }, {x.detach().to(kFloat32).requires_grad_()});
  fails("tanh of an expanded number", [](const Tensor& t) { return t.tanh(); },
        {tensor(0.5, kFloat64).expand({3}).detach().requires_grad_()});
  fails("dropout", [](const Tensor& t) { return dropout(t); }, {point({1.0, 2.0, 3.0})});
  const auto seeded_dropout = [](const Tensor& t) {
    Generator generator(7);
    return dropout(t, 0.5, true, &generator);
  };
  passes("dropout, seeded anew", seeded_dropout, {x});
  fails("trembling", trembling, {x});
  // [/right-fails]
}

void second_order() {
  fmt::print("\n-- second derivatives\n");
  // [second]
  const Tensor x = tensor({0.0, 1.0, 5.0}, kFloat64).requires_grad_();
  const auto once = autograd::gradgradcheck(mended, {x}, {.raise_exception = false});
  std::cout << "mended: " << first_lines(once.message, 3) << "\n";
  const auto twice = autograd::gradgradcheck(mended_twice, {x}, {.raise_exception = false});
  std::cout << "mended_twice: " << (twice ? "passed" : twice.message) << "\n";
  // [/second]
  require(!once && twice, "of the two mended ops only the second must have a right second derivative");
}

// [directional]
bool directional_check(const Op& f, const Tensor& x, double eps = 1e-6, double atol = 1e-5, double rtol = 1e-3) {
  const Tensor leaf = x.detach().clone().requires_grad_(), y = f(leaf);
  const Tensor u = randn(x.sizes(), kFloat64), v = randn(y.sizes(), kFloat64);
  const double n = (v * (f(x + eps * u) - f(x - eps * u))).sum().item<double>() / (2 * eps);
  const double a = (autograd::grad({y}, {leaf}, {v})[0] * u).sum().item<double>();
  return std::abs(a - n) <= atol + rtol * std::abs(n);
}
// [/directional]

void what_it_costs() {
  fmt::print("\n-- what it costs\n");
  // [cost]
  manual_seed(4);
  const Tensor x = randn({10, 20}, kFloat64);
  int64_t calls = 0;
  const auto counted = [&](const Tensor& t) {
    ++calls;
    return mended_twice(t);
  };
  const bool all = check_by_hand(counted, x);
  fmt::print("every element:    {}, the function called {} times\n", all ? "right" : "wrong", calls);
  calls = 0;
  const bool one = directional_check(counted, x);
  fmt::print("one direction:    {}, the function called {} times\n", one ? "right" : "wrong", calls);

  int missed = 0;
  for (int i = 0; i < 1000; ++i) missed += directional_check(standardise, x);
  fmt::print("standardise, the wrong one, passes in {} of 1000 directions\n", missed);
  // [/cost]
  require(all && one && missed < 50, "a random direction must nearly always find the wrong derivative");
}

void our_own_ops() {
  // [own]
  int64_t samples = 0, elements = 0;
  for (const Sample& sample : op_registry().samples()) {
    autograd::gradcheck(sample.function, sample.inputs);
    ++samples;
    for (const Tensor& input : sample.inputs) elements += input.numel();
  }
  fmt::print("\n{} ops, {} samples with {} numbers in all: every gradient is right\n", op_registry().ops().size(),
             samples, elements);
  // [/own]
}

void chapter() {
  two_ways();
  tolerances();
  it_trains();
  detective_story();
  pictures();
  what_checks_miss();
  second_order();
  what_it_costs();
  our_own_ops();
}

}  // namespace

int main(int argc, char** argv) { return run_chapter(argc, argv, "Chapter 5: gradient checking.", chapter); }
