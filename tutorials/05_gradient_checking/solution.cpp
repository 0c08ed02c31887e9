// A solution of the exercise of chapter 5: gradient checking.
#include "tasks.h"

#include <gradus/autograd/engine.h>
#include <gradus/autograd/gradcheck.h>

#include <cmath>

namespace chapter_05 {

// Task 1. The Jacobian of f at x by central differences: column j is what all elements of f(x) do when element j of x
// moves by eps both ways. x and f(x) may have any sizes: t.reshape(-1) is flat, t.view(x.sizes()) has the sizes of x.
// eye(n, kFloat64)[j] is 1 in place j and 0 elsewhere; stack(columns, 1) puts the tensors of a TensorList side by side.
Tensor difference_jacobian(const Op& f, const Tensor& x, double eps) {
  TensorList columns;
  for (int64_t j = 0; j < x.numel(); ++j) {
    const Tensor step = eps * eye(x.numel(), kFloat64)[j].view(x.sizes());
    columns.push_back((f(x + step) - f(x - step)).reshape(-1) / (2 * eps));
  }
  return stack(columns, 1);
}

// Task 2. The same matrix as backward has it, a row at a time: autograd::grad({y}, {leaf}, {g}, true)[0] is the
// gradient of leaf for the gradient g of y, and keeps the graph for the next call. x does not require grad, so make a
// leaf that does. stack(rows) puts the tensors of a TensorList one below the other.
Tensor backward_jacobian(const Op& f, const Tensor& x) {
  const Tensor leaf = x.detach().clone().requires_grad_(), y = f(leaf);
  TensorList rows;
  for (int64_t i = 0; i < y.numel(); ++i) {
    const Tensor one_hot = eye(y.numel(), kFloat64)[i].view(y.sizes());
    rows.push_back(autograd::grad({y}, {leaf}, {one_hot}, true)[0].reshape(-1));
  }
  return stack(rows);
}

// Task 3. Is backward's number near enough to that of the central difference? They may be atol apart, and besides a
// part rtol of the difference's size. NaN is near nothing.
bool close_enough(double backward, double numerical, double atol, double rtol) {
  return std::abs(backward - numerical) <= atol + rtol * std::abs(numerical);
}

// Task 4. x goes through all stages, one after the other, and the backward of one of them may be wrong. Return its
// number, counted from 0, or -1 if all are right. Check each stage at the tensor that arrives there:
// autograd::gradcheck(stage, {input}, {.raise_exception = false}) is false if something is wrong. What goes in requires
// grad.
int64_t wrong_stage(const std::vector<Op>& stages, const Tensor& x) {
  Tensor input = x;
  for (size_t i = 0; i < stages.size(); ++i) {
    input = input.detach().requires_grad_();
    if (!autograd::gradcheck(stages[i], {input}, {.raise_exception = false})) return static_cast<int64_t>(i);
    input = stages[i](input);
  }
  return -1;
}

}  // namespace chapter_05
