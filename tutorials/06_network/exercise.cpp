// Exercise of chapter 6: the network. Replace every not_done_yet() by code of your own, then: ./run exercise 6
#include <gradus/nn/init.h>

#include <cmath>

#include "tasks.h"

namespace chapter_06 {

// Task 1. The sigmoid 1 / (1 + e^-z) of every element of z, by tensor operations: -z, z.exp(), and arithmetic with
// numbers. (gradus::sigmoid would do it at once; here it is written out.)
Tensor sigmoid_by_hand(const Tensor& z) {
  return not_done_yet();  // your code here
}

// Task 2. How many numbers the network has to learn, over all its layers. network.parameters() gives its parameter
// tensors, and numel() how many numbers one of them holds.
int64_t count_parameters(const nn::Module& network) {
  return not_done_yet();  // your code here
}

// Task 3. A network of two layers with a sigmoid after each: sigmoid(second(sigmoid(first(x)))).
class TwoLayers : public nn::Module {
 public:
  TwoLayers(int64_t inputs, int64_t hidden, int64_t outputs) : first(inputs, hidden), second(hidden, outputs) {
    not_done_yet();  // make the layers known to the module, as "first" and "second"
  }

  // x (N, inputs) -> (N, outputs)
  Tensor forward(const Tensor& x) override {
    return not_done_yet();  // your code here
  }

  nn::Linear first, second;
};

std::unique_ptr<nn::Module> make_two_layers(int64_t inputs, int64_t hidden, int64_t outputs) {
  return std::make_unique<TwoLayers>(inputs, hidden, outputs);
}

// Task 4. Draw layer.weight, which is (out, in), and layer.bias anew, each number uniform between -bound and bound,
// where bound is one over the root of the number of inputs. nn::init::uniform_(tensor, low, high) fills a tensor.
void initialise(nn::Linear& layer) {
  not_done_yet();  // your code here
}

}  // namespace chapter_06
