#pragma once
#include <gradus/tutorials/common/exercise.h>

#include "value.h"

// The exercise of chapter 2: what exercise.cpp defines, and the tasks by which it is tried.
namespace chapter_02 {
using namespace gradus;
using namespace gradus::tutorials;

/// 1 / (1 + exp(-x)), as one node.
Value sigmoid_by_hand(const Value& x);
/// a / b, as one node.
Value quotient(const Value& a, const Value& b);
/// The nodes behind the result, in a topological order that is found by counting.
std::vector<Node*> order_by_counting(const Value& result);
/// The derivatives of the result by the inputs, which may be any nodes. Changes the grad of none.
std::vector<double> derivatives(const Value& result, const std::vector<Value>& inputs);

/// The learner's functions; the tests put wrong ones in their places.
struct Answers {
  std::function<decltype(chapter_02::sigmoid_by_hand)> sigmoid_by_hand = chapter_02::sigmoid_by_hand;
  std::function<decltype(chapter_02::quotient)> quotient = chapter_02::quotient;
  std::function<decltype(chapter_02::order_by_counting)> order_by_counting = chapter_02::order_by_counting;
  std::function<decltype(chapter_02::derivatives)> derivatives = chapter_02::derivatives;
};

std::vector<Task> tasks(const Answers& answers);

}  // namespace chapter_02
