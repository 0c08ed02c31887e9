#pragma once
#include <gradus/autograd/tensor.h>

namespace gradus::nn {

/// A Tensor that belongs to a module: what register_parameter returns and a module keeps as its member (`weight`).
/// It stays the registered tensor for good and is updated in place: a plain tensor cannot be assigned to it (as in
/// PyTorch, where `linear.weight = tensor` is a TypeError); write `NoGradGuard no_grad; linear.weight.copy_(tensor);`.
/// Inside nn::clone(module) a copy of it is the clone's tensor.
class Parameter : public Tensor {
 public:
  /// Undefined: a parameter the module does without, such as the bias of Linear(2, 3, {.bias = false}).
  Parameter() = default;
  /// A handle on `tensor` itself, which becomes a leaf that asks for a gradient unless requires_grad is false.
  /// Throws Error if tensor has a history, or if it is not floating point and requires_grad is true.
  explicit Parameter(const Tensor& tensor, bool requires_grad = true);
  Parameter(const Parameter& other);
  Parameter& operator=(const Parameter& other) = default;  // for the assignment of whole modules
  Parameter& operator=(const Tensor& tensor) = delete;     // use copy_ under a NoGradGuard
};

/// A tensor of a module's state that is not trained, such as the class weights of a loss: as Parameter, but without a
/// gradient.
class Buffer : public Tensor {
 public:
  Buffer() = default;
  explicit Buffer(const Tensor& tensor) : Tensor(tensor) {}
  Buffer(const Buffer& other);
  Buffer& operator=(const Buffer& other) = default;
  Buffer& operator=(const Tensor& tensor) = delete;
};

}  // namespace gradus::nn
