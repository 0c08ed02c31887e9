#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/nn/module_state.h>
#include <gradus/nn/parameter.h>

namespace gradus::nn {

Parameter::Parameter(const Tensor& tensor, bool requires_grad) : Tensor(tensor) {
  if (!defined()) return;
  GRADUS_CHECK(is_leaf(),
               "a parameter must be a leaf, and this tensor was made by {}: detach it, or compute it from a parameter "
               "in forward",
               grad_fn()->name());
  requires_grad_(requires_grad);
}

Parameter::Parameter(const Parameter& other) : Tensor(detail::copied(other)) {}

Buffer::Buffer(const Buffer& other) : Tensor(detail::copied(other)) {}

}  // namespace gradus::nn
