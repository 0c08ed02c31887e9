// A solution of the exercise of chapter 6: the network.
#include <gradus/nn/init.h>

#include <cmath>

#include "tasks.h"

namespace chapter_06 {

// Task 1. The sigmoid 1 / (1 + e^-z) of every element of z, by tensor operations: -z, z.exp(), and arithmetic with
// numbers. (gradus::sigmoid would do it at once; here it is written out.)
Tensor sigmoid_by_hand(const Tensor& z) { return 1 / (1 + (-z).exp()); }

// Task 2. How many numbers the network has to learn, over all its layers. network.parameters() gives its parameter
// tensors, and numel() how many numbers one of them holds.
int64_t count_parameters(const nn::Module& network) {
  int64_t numbers = 0;
  for (const Tensor& parameter : network.parameters()) numbers += parameter.numel();
  return numbers;
}

// Task 3. A network of two layers with a sigmoid after each: sigmoid(second(sigmoid(first(x)))).
class TwoLayers : public nn::Module {
 public:
  TwoLayers(int64_t inputs, int64_t hidden, int64_t outputs) : first(inputs, hidden), second(hidden, outputs) {
    register_module("first", first);
    register_module("second", second);
  }

  // x (N, inputs) -> (N, outputs)
  Tensor forward(const Tensor& x) override { return sigmoid(second(sigmoid(first(x)))); }

  nn::Linear first, second;
};

std::unique_ptr<nn::Module> make_two_layers(int64_t inputs, int64_t hidden, int64_t outputs) {
  return std::make_unique<TwoLayers>(inputs, hidden, outputs);
}

// Task 4. Draw layer.weight, which is (out, in), and layer.bias anew, each number uniform between -bound and bound,
// where bound is one over the root of the number of inputs. nn::init::uniform_(tensor, low, high) fills a tensor.
void initialise(nn::Linear& layer) {
  const double bound = 1 / std::sqrt(layer.weight.size(1));
  nn::init::uniform_(layer.weight, -bound, bound);
  nn::init::uniform_(layer.bias, -bound, bound);
}

}  // namespace chapter_06
