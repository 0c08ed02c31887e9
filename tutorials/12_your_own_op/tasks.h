#pragma once
#include <gradus/autograd/function.h>
#include <gradus/tutorials/common/exercise.h>

// The exercise of chapter 12: what exercise.cpp defines, and the tasks by which it is tried.
namespace chapter_12 {
using namespace gradus;
using namespace gradus::tutorials;

/// The gradient of max(x, 0)^2 for the gradient g of the result.
Tensor squared_relu_gradient(const Tensor& g, const Tensor& x);
/// x / (1 + |x|), an op of its own.
Tensor softsign_op(const Tensor& x);
/// sqrt(a^2 + b^2), an op of its own.
Tensor hypotenuse_op(const Tensor& a, const Tensor& b);
/// The second derivative of f, which works element by element, at x.
Tensor second_derivative(const std::function<Tensor(const Tensor&)>& f, const Tensor& x);

/// The learner's functions; the tests put wrong ones in their places.
struct Answers {
  std::function<decltype(chapter_12::squared_relu_gradient)> squared_relu_gradient = chapter_12::squared_relu_gradient;
  std::function<decltype(chapter_12::softsign_op)> softsign_op = chapter_12::softsign_op;
  std::function<decltype(chapter_12::hypotenuse_op)> hypotenuse_op = chapter_12::hypotenuse_op;
  std::function<decltype(chapter_12::second_derivative)> second_derivative = chapter_12::second_derivative;
};

std::vector<Task> tasks(const Answers& answers);

}  // namespace chapter_12
