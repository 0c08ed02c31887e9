// Chapter 12: your own op. Writes one as gradus writes its own, checks its first and second derivative, trains with it.
#include <gradus/autograd/engine.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/random.h>
#include <gradus/autograd/trace.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/sequential.h>
#include <gradus/optim/adam.h>
#include <gradus/tutorials/common/plot.h>
#include <gradus/tutorials/common/program.h>

#include <cmath>
#include <iostream>

using namespace gradus;
using namespace gradus::tutorials;

namespace {

// [swish]
struct Swish : Function<Swish> {
  static constexpr auto name = "swish",
                        math = "out = x * s, s = sigmoid(beta * x);  dx = g * (s + beta * x * s * (1 - s))";
  double beta = 1;

  Tensor forward(Context& ctx, const Tensor& x, double beta_given) {
    beta = beta_given;
    ctx.save_for_backward(x);
    return x * sigmoid(beta * x);
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0), s = sigmoid(beta * x);
    return {g * (s + beta * x * s * (1 - s))};
  }
};
Tensor swish(const Tensor& x, double beta = 1) { return Swish::apply(x, beta); }
// [/swish]

// [wrong]
struct WrongSwish : Function<WrongSwish> {  // forgets that s depends on x as well
  static constexpr auto name = "wrong_swish", math = "out = x * sigmoid(x);  dx = g * sigmoid(x)";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return x * sigmoid(x);
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g * sigmoid(ctx.saved(0))}; }
};
// [/wrong]

// [flat]
struct FlatSwish : Function<FlatSwish> {  // the right numbers, cut off from what they were computed from
  static constexpr auto name = "flat_swish", math = "as swish";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return x * sigmoid(x);
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0).detach(), s = sigmoid(x);
    return {g * (s + x * s * (1 - s))};
  }
};
// [/flat]

// [module]
class SwishLayer : public nn::Module {
 public:
  Tensor forward(const Tensor& x) override { return swish(x); }
};
// [/module]

void first_derivative() {
  // [use]
  Tensor x = tensor({-2.0, 0.0, 3.0}, kFloat64).requires_grad_();
  const Tensor y = swish(x);
  std::cout << y << "\n";
  y.sum().backward();
  std::cout << x.grad() << "\n";
  // [/use]

  // [gradcheck]
  manual_seed(1);
  const Tensor inputs = randn({2, 3}, kFloat64).requires_grad_();
  autograd::gradcheck([](const Tensor& t) { return swish(t, 1.5); }, {inputs});
  std::cout << "gradcheck of swish: passed\n";
  // [/gradcheck]

  // [caught]
  const auto result =
      autograd::gradcheck([](const Tensor& t) { return WrongSwish::apply(t); }, {x}, {.raise_exception = false});
  std::cout << "\ngradcheck of wrong_swish: " << result.message << "\n\n";
  // [/caught]
  require(!result.passed, "gradcheck must find the wrong derivative");
}

void second_derivative() {
  // [second]
  Tensor x = tensor({-2.0, 0.0, 3.0}, kFloat64).requires_grad_();
  const Tensor first = autograd::grad({swish(x).sum()}, {x}, {}, std::nullopt, /*create_graph=*/true)[0];
  const Tensor second = autograd::grad({first.sum()}, {x})[0];
  std::cout << "swish'  " << first.detach() << "\nswish'' " << second << "\n";
  // [/second]
  const Tensor s = sigmoid(x.detach()), by_hand = s * (1 - s) * (2 + x.detach() * (1 - 2 * s));
  require(second.allclose(by_hand), "the second derivative must be its formula");

  // [gradgradcheck]
  autograd::gradgradcheck([](const Tensor& t) { return swish(t); }, {x});
  std::cout << "gradgradcheck of swish: passed\n";

  const auto flat = [](const Tensor& t) { return FlatSwish::apply(t); };
  autograd::gradcheck(flat, {x});
  std::cout << "gradcheck of flat_swish: passed\n";
  const auto result = autograd::gradgradcheck(flat, {x}, {.raise_exception = false});
  std::cout << "gradgradcheck of flat_swish: " << result.message << "\n\n";
  // [/gradgradcheck]
  require(!result.passed, "gradgradcheck must notice that backward cannot be differentiated");
}

void in_a_network() {
  // [xor]
  manual_seed(3);
  nn::Sequential network{nn::Linear(2, 8), SwishLayer(), nn::Linear(8, 1), nn::Sigmoid()};
  const Tensor inputs = tensor({{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}});
  const Tensor targets = tensor({0.0, 1.0, 1.0, 0.0}).view({4, 1});
  optim::Adam optimiser(network.parameters(), {.lr = 0.05});
  nn::BCELoss loss_function;
  Tensor loss;
  for (int step = 0; step < 300; ++step) {
    loss = loss_function(network(inputs), targets);
    optimiser.zero_grad();
    loss.backward();
    optimiser.step();
  }
  std::cout << "xor by a network with swish:\n" << network(inputs).detach() << "\n";
  // [/xor]
  require(loss.item<double>() < 0.05, "the network must learn xor");
}

void step_through() {
  // [trace]
  const Tensor x = tensor({-2.0, 0.0, 3.0}, kFloat64).requires_grad_();
  autograd::trace("out/12_trace.html", [&] { return (swish(x) * swish(x, 2)).sum(); },
                  {.title = "Chapter 12: swish", .names = {{"x", x}}, .finite_differences = 3});
  std::cout << "\nout/12_trace.html steps through two swishes: open it in a browser\n";
  // [/trace]
}

void chapter() {
  first_derivative();
  second_derivative();
  in_a_network();
  step_through();
  const auto s = [](double x) { return 1 / (1 + std::exp(-x)); };
  plot_curves("out/12_swish.png",
              {{"swish", [=](double x) { return x * s(x); }},
               {"its derivative", [=](double x) { return s(x) + x * s(x) * (1 - s(x)); }},
               {"its second derivative", [=](double x) { return s(x) * (1 - s(x)) * (2 + x * (1 - 2 * s(x))); }}},
              {-6, 4}, "swish and its derivatives");
}

}  // namespace

int main(int argc, char** argv) { return run_chapter(argc, argv, "Chapter 12: your own op.", chapter); }
