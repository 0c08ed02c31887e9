#pragma once
#include <gradus/autograd/observer.h>
#include <gradus/autograd/tensor.h>

// The parts of Function<Op>::apply that do not depend on the op.
namespace gradus {

class Node;
class Context;
struct Edge;
template <class Op>
struct Function;

/// The tensor inputs of an op, in order: pointers, since counting handles up and down costs more than a small op.
using InputList = InlineVector<const Tensor*, 4>;

namespace detail {
std::string backward_name(std::string_view op_name);
inline void collect(InputList& inputs, const Tensor& tensor) { inputs.push_back(&tensor); }
void collect(InputList& inputs, const TensorList& tensors);
void collect(InputList& inputs, const std::vector<Tensor>& tensors);
template <class T>
requires(!std::is_base_of_v<Tensor, T>)    // a class derived from Tensor is one
    void collect(InputList&, const T&) {}  // numbers and options
bool any_requires_grad(const InputList& inputs);
void set_history(std::span<const Tensor> outputs, Ptr<Node>& node);  // node, handed over, becomes their grad_fn
void set_view_of(const Tensor& view, const Tensor& input);           // the view remembers its base
void check_in_place(const Tensor& self, bool record);                // throws for leaves that require grad
bool may_write_to(const Tensor& self, const InputList& inputs);      // no other input overlaps self
void write_in_place(Tensor& self, const Tensor& result);             // copies if need be, raises the version
void rebase_history(Tensor& self, const Ptr<Node>& node);            // self, and its base if it is a view
void materialize(TensorList& gradients, const Node& node);           // zeros for undefined gradients
template <class Op>
void mark_view(std::span<const Tensor> results, const InputList& inputs) {
  if constexpr (requires { Op::is_view; }) {
    for (const Tensor& view : results) set_view_of(view, *inputs[0]);
  }
}
template <class Op>
constexpr std::string_view math_of() {
  if constexpr (requires { Op::math; }) {
    return Op::math;
  } else {
    return {};
  }
}
inline std::span<const Tensor> as_span(const Tensor& tensor) { return {&tensor, 1}; }
inline std::span<const Tensor> as_span(const TensorList& tensors) { return {tensors.data(), tensors.size()}; }
}  // namespace detail

/// The names that LibTorch has in this namespace.
namespace autograd {
using gradus::Context;
using gradus::Edge;
using gradus::Function;
using gradus::Node;
using AutogradContext = Context;
using variable_list = TensorList;
}  // namespace autograd

}  // namespace gradus
