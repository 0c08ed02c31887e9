#pragma once
#include <gradus/autograd/trace.h>
#include <iosfwd>

namespace gradus::autograd {

/// The graph behind `tensor` in graphviz's language, gradients flowing downwards: `dot -Tsvg graph.dot`. Leaves are
/// named by `names` (`model.named_parameters()`); an edge is labelled with the shape of the gradient that travels along
/// it.
std::string to_dot(const Tensor& tensor, const TensorNames& names = {});

/// The graph behind `tensor` as a tree for the terminal, from the result down to the leaves. A node that is reached by
/// several ways is printed once, with a number, and referred to by it. After `max_lines` the rest is counted only.
void print_graph(const Tensor& tensor, const TensorNames& names = {}, int64_t max_lines = 1000);
void print_graph(std::ostream& stream, const Tensor& tensor, const TensorNames& names = {}, int64_t max_lines = 1000);

}  // namespace gradus::autograd
