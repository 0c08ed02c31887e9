#pragma once
#include <gradus/tutorials/common/exercise.h>

// The exercise of chapter 5: what exercise.cpp defines, and the tasks by which it is tried.
namespace chapter_05 {
using namespace gradus;
using namespace gradus::tutorials;

using Op = std::function<Tensor(const Tensor&)>;

/// The Jacobian of f at x, (elements of f(x), elements of x), by central differences with step eps.
Tensor difference_jacobian(const Op& f, const Tensor& x, double eps);
/// The same as backward has it.
Tensor backward_jacobian(const Op& f, const Tensor& x);
/// True if the two numbers are as near each other as gradcheck asks for.
bool close_enough(double backward, double numerical, double atol, double rtol);
/// The number of the stage whose backward is wrong, from 0, or -1; the stages are applied one after the other to x.
int64_t wrong_stage(const std::vector<Op>& stages, const Tensor& x);

/// The learner's functions; the tests put wrong ones in their places.
struct Answers {
  std::function<decltype(chapter_05::difference_jacobian)> difference_jacobian = chapter_05::difference_jacobian;
  std::function<decltype(chapter_05::backward_jacobian)> backward_jacobian = chapter_05::backward_jacobian;
  std::function<decltype(chapter_05::close_enough)> close_enough = chapter_05::close_enough;
  std::function<decltype(chapter_05::wrong_stage)> wrong_stage = chapter_05::wrong_stage;
};

std::vector<Task> tasks(const Answers& answers);

}  // namespace chapter_05
