#pragma once
#include <gradus/autograd/tensor_function.h>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::autograd {

/// One differentiable call of an op on small float64 inputs, away from kinks and ties: a gradient check by itself.
struct Sample {
  /// `f` takes as many Tensors as there are inputs (up to 6), or a TensorList, and returns a Tensor or TensorList.
  Sample(std::string sample_name, TensorFunction f, TensorList sample_inputs)
      : name(std::move(sample_name)), function(std::move(f)), inputs(std::move(sample_inputs)) {}
  /// Marks a function that has no second derivative to check (piecewise linear through saved masks still has one:
  /// zero).
  Sample first_order_only() && {
    second_order = false;
    return std::move(*this);
  }

  std::string name;
  TensorFunction function;
  TensorList inputs;  // OpRegistry::samples() makes those of floating point float64 and asks for their gradients
  bool second_order = true;
};
using Samples = std::vector<Sample>;

/// What the registry knows of an op.
struct OpInfo {
  std::string_view name;  // "mul"
  std::string_view math;  // "out = a * b;  da = g * b,  db = g * a"
  Samples (*samples)();   // made anew at each call, from the default generator
};

/// The OpInfo of an op's struct; each op's .cpp defines `OpInfo mul_op() { return op_info<Mul>(); }`.
template <class Op>
OpInfo op_info() {
  return {Op::name, Op::math, &Op::samples};
}

/// All ops, in the order of the explicit list in op_registry.cpp.
class OpRegistry {
 public:
  const std::vector<OpInfo>& ops() const { return ops_; }
  /// All samples of all ops, named "mul/broadcast", made from fixed seeds; the default generator is left as it was.
  Samples samples() const;

 private:
  friend const OpRegistry& op_registry();
  OpRegistry();
  std::vector<OpInfo> ops_;
};
const OpRegistry& op_registry();

}  // namespace gradus::autograd

namespace gradus {
using autograd::op_info;
using autograd::op_registry;
using autograd::OpInfo;
using autograd::Sample;
using autograd::Samples;
}  // namespace gradus
