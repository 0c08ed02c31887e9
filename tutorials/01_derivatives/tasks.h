#pragma once
#include <gradus/tutorials/common/exercise.h>

// The exercise of chapter 1: what exercise.cpp defines, and the tasks by which it is tried.
namespace chapter_01 {
using namespace gradus;
using namespace gradus::tutorials;

using Vector = std::vector<double>;

/// The derivative of f at x by central difference with step h.
double central_difference(const std::function<double(double)>& f, double x, double h);
/// The derivative of x sin(x^2).
double derivative_by_hand(double x);
/// The gradient of a function of several variables at x, by central differences with step h.
Vector gradient(const std::function<double(const Vector&)>& f, const Vector& x, double h);
/// The h for which |f'''| h^2 / 6 + epsilon |f| / h is smallest.
double best_step(double epsilon, double value, double third_derivative);

/// The learner's functions; the tests put wrong ones in their places.
struct Answers {
  std::function<decltype(chapter_01::central_difference)> central_difference = chapter_01::central_difference;
  std::function<decltype(chapter_01::derivative_by_hand)> derivative_by_hand = chapter_01::derivative_by_hand;
  std::function<decltype(chapter_01::gradient)> gradient = chapter_01::gradient;
  std::function<decltype(chapter_01::best_step)> best_step = chapter_01::best_step;
};

std::vector<Task> tasks(const Answers& answers);

}  // namespace chapter_01
