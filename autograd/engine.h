#pragma once
#include <gradus/autograd/anomaly.h>
#include <gradus/autograd/function.h>

namespace gradus::autograd {

/// Adds the gradients of `tensors` with respect to all leaves (or only those of `*inputs`) to their grad().
/// `grad_tensors`: one gradient for each tensor, undefined or left out for tensors of one element. retain_graph
/// defaults to create_graph. Threads: a graph belongs to one thread at a time; two threads running backward over shared
/// nodes get an Error. Errors as PyTorch's (https://pytorch.org/docs/stable/generated/torch.autograd.backward.html).
void backward(const TensorList& tensors, const TensorList& grad_tensors = {},
              std::optional<bool> retain_graph = std::nullopt, bool create_graph = false,
              const TensorList* inputs = nullptr);

/// The gradients of `outputs` with respect to `inputs`, returned and added nowhere. Inputs that the outputs do not
/// depend on are an Error, or undefined with allow_unused
/// (https://pytorch.org/docs/stable/generated/torch.autograd.grad.html).
TensorList grad(const TensorList& outputs, const TensorList& inputs, const TensorList& grad_outputs = {},
                std::optional<bool> retain_graph = std::nullopt, bool create_graph = false, bool allow_unused = false);

/// What both stand on: sends `gradients` along `roots`, returns what arrives at `targets` (null: leaves' grad()).
TensorList run_backward(const std::vector<Edge>& roots, const TensorList& gradients, bool keep_graph, bool create_graph,
                        const std::vector<Edge>* targets);

}  // namespace gradus::autograd
