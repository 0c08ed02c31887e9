#include <fmt/format.h>
#include <gradus/autograd/engine.h>

#include "tasks.h"

namespace chapter_12 {
namespace {

Tensor points() { return tensor({-2.0, -0.5, 0.25, 3.0}, kFloat64); }

void check_squared_relu(const Answers& answers) {
  const Tensor x = points(), g = tensor({1.0, 2.0, 3.0, -1.0}, kFloat64);
  expect_close("squared_relu_gradient(g, x) for x = {-2, -0.5, 0.25, 3}", answers.squared_relu_gradient(g, x),
               g * 2 * relu(x),
               {{2 * relu(x), "The incoming gradient g is missing: the chain rule multiplies by it."},
                {g * relu(x), "The derivative of z^2 is 2 z."},
                {g * 2 * x, "Where x is negative the function is 0, and so is its derivative."}});
  expect_gradient(
      "squared_relu_gradient(1, x)", [](const Tensor& t) { return relu(t).square(); },
      [&](const Tensor& t) { return answers.squared_relu_gradient(ones_like(t), t); }, x);
}

// The op must be one node of the graph, whose backward can be differentiated.
void check_op(const std::string& name, const std::string& node, const autograd::TensorFunction& op,
              const TensorList& inputs) {
  const Tensor out = op(inputs)[0];
  expect(out.requires_grad(), name + " gives a result without a graph: call apply, not forward.");
  expect(out.grad_fn()->name() == node,
         fmt::format("the result's grad_fn should be {}, but it is {}: the op must be one node of the graph", node,
                     out.grad_fn()->name()));
  expect_gradcheck(name, op, inputs);
  const auto second = autograd::gradgradcheck(op, inputs, {.raise_exception = false});
  expect(second.passed,
         name +
             "'s gradient is right, but its second derivative is not: backward must be written in tensor "
             "operations on what was saved, without detach().\n" +
             second.message);
}

void check_softsign(const Answers& answers) {
  const Tensor x = points();
  expect_close("softsign_op(x) for x = {-2, -0.5, 0.25, 3}", answers.softsign_op(x), x / (1 + x.abs()),
               {{x / (1 + x), "The denominator is 1 + |x|."}});
  check_op("softsign_op", "SoftsignBackward0", answers.softsign_op, {points().requires_grad_()});
}

void check_hypotenuse(const Answers& answers) {
  const Tensor a = tensor({3.0, -5.0, 1.0}, kFloat64), b = tensor({4.0, 12.0, -2.0}, kFloat64);
  expect_close("hypotenuse_op(a, b) for a = {3, -5, 1}, b = {4, 12, -2}", answers.hypotenuse_op(a, b),
               (a * a + b * b).sqrt(), {{a * a + b * b, "The root is missing."}});
  check_op("hypotenuse_op", "HypotenuseBackward0", answers.hypotenuse_op,
           {a.clone().requires_grad_(), b.clone().requires_grad_()});
}

void check_second(const Answers& answers) {
  const auto cube = [](const Tensor& t) { return t * t * t; };
  const Tensor x = points().requires_grad_();
  expect_close("second_derivative of x^3 at x = {-2, -0.5, 0.25, 3}", answers.second_derivative(cube, x).detach(),
               6 * x.detach(),
               {{3 * x.detach().square(), "This is the first derivative: differentiate it once more."}});
  const auto wave = [](const Tensor& t) { return t.sin(); };
  expect_close("second_derivative of sin(x) at x = {-2, -0.5, 0.25, 3}", answers.second_derivative(wave, x).detach(),
               -x.detach().sin());
}

}  // namespace

std::vector<Task> tasks(const Answers& answers) {
  return {
      {"the derivative of a squared ReLU", "2 max(x, 0), times what comes in.", [=] { check_squared_relu(answers); }},
      {"softsign as an op", "Save x in forward; backward reads it by ctx.saved(0).", [=] { check_softsign(answers); }},
      {"an op of two inputs", "backward returns a list of two gradients, in the order of the inputs.",
       [=] { check_hypotenuse(answers); }},
      {"the second derivative", "autograd::grad of the sum of the first derivative.", [=] { check_second(answers); }},
  };
}

}  // namespace chapter_12
