// Exercise of chapter 5: gradient checking. Replace every not_done_yet() by code of your own, then: ./run exercise 5
#include "tasks.h"

#include <gradus/autograd/engine.h>
#include <gradus/autograd/gradcheck.h>

#include <cmath>

namespace chapter_05 {

// Task 1. The Jacobian of f at x by central differences: column j is what all elements of f(x) do when element j of x
// moves by eps both ways. x and f(x) may have any sizes: t.reshape(-1) is flat, t.view(x.sizes()) has the sizes of x.
// eye(n, kFloat64)[j] is 1 in place j and 0 elsewhere; stack(columns, 1) puts the tensors of a TensorList side by side.
Tensor difference_jacobian(const Op& f, const Tensor& x, double eps) {
  return not_done_yet();  // your code here
}

// Task 2. The same matrix as backward has it, a row at a time: autograd::grad({y}, {leaf}, {g}, true)[0] is the
// gradient of leaf for the gradient g of y, and keeps the graph for the next call. x does not require grad, so make a
// leaf that does. stack(rows) puts the tensors of a TensorList one below the other.
Tensor backward_jacobian(const Op& f, const Tensor& x) {
  return not_done_yet();  // your code here
}

// Task 3. Is backward's number near enough to that of the central difference? They may be atol apart, and besides a
// part rtol of the difference's size. NaN is near nothing.
bool close_enough(double backward, double numerical, double atol, double rtol) {
  return not_done_yet();  // your code here
}

// Task 4. x goes through all stages, one after the other, and the backward of one of them may be wrong. Return its
// number, counted from 0, or -1 if all are right. Check each stage at the tensor that arrives there:
// autograd::gradcheck(stage, {input}, {.raise_exception = false}) is false if something is wrong. What goes in requires
// grad.
int64_t wrong_stage(const std::vector<Op>& stages, const Tensor& x) {
  return not_done_yet();  // your code here
}

}  // namespace chapter_05
