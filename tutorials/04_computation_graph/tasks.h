#pragma once
#include <gradus/autograd/function.h>
#include <gradus/autograd/grad_mode.h>
#include <gradus/autograd/ops.h>
#include <gradus/tutorials/common/exercise.h>

// The exercise of chapter 4: what exercise.cpp defines, and the tasks by which it is tried.
namespace chapter_04 {
using namespace gradus;
using namespace gradus::tutorials;

/// How many nodes can be reached from the result's grad_fn, each counted once; those of the leaves count as well.
int64_t count_nodes(const Tensor& result);
/// A step of gradient descent: w becomes w - lr * w.grad, stays a leaf, and its gradient is forgotten.
void descend(Tensor& w, double lr);
/// The sign of x, with the derivative of the identity.
Tensor straight_through_sign(const Tensor& x);
/// Adds to the leaves' .grad what loss(x).backward() would, a part of x's rows at a time.
void backward_in_parts(const std::function<Tensor(const Tensor& rows)>& loss, const Tensor& x, int64_t parts);

/// The learner's functions; the tests put wrong ones in their places.
struct Answers {
  std::function<decltype(chapter_04::count_nodes)> count_nodes = chapter_04::count_nodes;
  std::function<decltype(chapter_04::descend)> descend = chapter_04::descend;
  std::function<decltype(chapter_04::straight_through_sign)> straight_through_sign = chapter_04::straight_through_sign;
  std::function<decltype(chapter_04::backward_in_parts)> backward_in_parts = chapter_04::backward_in_parts;
};

std::vector<Task> tasks(const Answers& answers);

}  // namespace chapter_04
