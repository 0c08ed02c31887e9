#include <gradus/autograd/check.h>
#include <gradus/autograd/tensor_function.h>

namespace gradus::autograd {

void TensorFunction::check_count(size_t expected, size_t given) {
  GRADUS_CHECK_VALUE(given == expected, "the function takes {} tensors, but {} inputs are given", expected, given);
}

}  // namespace gradus::autograd
