#pragma once
#include <gradus/autograd/function.h>

// What the engine asks of hooks and of backward functions, apart from the traversal itself.
namespace gradus::detail {

/// Calls the node's hooks, each with the gradient of its output; a defined result replaces the gradient.
void call_hooks(const Node& node, TensorList& gradients);

/// node.apply(gradients), with the number of results checked; in anomaly mode also for NaN, naming the forward call.
TensorList checked_apply(Node& node, TensorList&& gradients);

void adapt_gradient(Tensor& gradient, const Edge& edge, const Node& from, size_t index);

/// Gives `gradient`, result `index` of `from`, the shape and dtype that the receiving edge expects: summed if it is
/// larger by broadcasting, converted if it has another dtype. Throws Error for any other shape.
inline void make_as_expected(Tensor& gradient, const Edge& edge, const Node& from, size_t index) {
  const Node::Output& expected = edge.node->outputs[edge.input_nr];
  const bool as_expected = gradient.impl()->layout == expected.layout && gradient.dtype() == expected.dtype;
  if (!as_expected || autograd::observer) [[unlikely]]
    adapt_gradient(gradient, edge, from, index);
}

}  // namespace gradus::detail
