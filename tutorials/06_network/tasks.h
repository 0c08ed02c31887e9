#pragma once
#include <gradus/nn/linear.h>
#include <gradus/tutorials/common/exercise.h>

#include <memory>

// The exercise of chapter 6: what exercise.cpp defines, and the tasks by which it is tried.
namespace chapter_06 {
using namespace gradus;
using namespace gradus::tutorials;

/// 1 / (1 + e^-z) of every element.
Tensor sigmoid_by_hand(const Tensor& z);
/// How many numbers a network has to learn.
int64_t count_parameters(const nn::Module& network);
/// A network sigmoid(second(sigmoid(first(x)))) whose layers are registered as "first" and "second".
std::unique_ptr<nn::Module> make_two_layers(int64_t inputs, int64_t hidden, int64_t outputs);
/// Draws weight and bias of a layer anew, uniform in +-1/sqrt(in_features).
void initialise(nn::Linear& layer);

/// The learner's functions; the tests put wrong ones in their places.
struct Answers {
  std::function<decltype(chapter_06::sigmoid_by_hand)> sigmoid_by_hand = chapter_06::sigmoid_by_hand;
  std::function<decltype(chapter_06::count_parameters)> count_parameters = chapter_06::count_parameters;
  std::function<decltype(chapter_06::make_two_layers)> make_two_layers = chapter_06::make_two_layers;
  std::function<decltype(chapter_06::initialise)> initialise = chapter_06::initialise;
};

std::vector<Task> tasks(const Answers& answers);

}  // namespace chapter_06
