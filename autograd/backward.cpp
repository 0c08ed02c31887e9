// The two ways to ask for gradients: backward() into .grad, grad() as a result.
#include <gradus/autograd/autograd_meta.h>
#include <gradus/autograd/check.h>
#include <gradus/autograd/engine.h>

namespace gradus::autograd {
namespace {

TensorList run(const TensorList& outputs, const TensorList& grad_outputs, std::optional<bool> retain_graph,
               bool create_graph, const std::vector<Edge>* targets) {
  GRADUS_CHECK(grad_outputs.empty() || grad_outputs.size() == outputs.size(), "got {} tensors and {} gradients",
               outputs.size(), grad_outputs.size());
  std::vector<Edge> roots;
  TensorList gradients;
  roots.reserve(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& output = outputs[i];
    GRADUS_CHECK(output.requires_grad(), "element {} of tensors does not require grad and does not have a grad_fn", i);
    Tensor gradient = i < grad_outputs.size() ? grad_outputs[i] : Tensor();
    if (gradient.defined()) {
      GRADUS_CHECK(gradient.sizes() == output.sizes(),
                   "Mismatch in shape: grad_output[{}] has a shape of {} and output[{}] has a shape of {}.", i,
                   gradient.sizes(), i, output.sizes());
      gradient = gradient.to(output.dtype());
    } else {
      GRADUS_CHECK(output.numel() == 1,
                   "grad can be implicitly created only for scalar outputs, but output {} has shape {}: call "
                   "sum() or mean() first, or pass a gradient",
                   i, output.sizes());
      gradient = ones(output.sizes(), output.dtype());
    }
    roots.push_back(gradient_edge(output));
    gradients.push_back(std::move(gradient));
  }
  const bool keep_graph = retain_graph.value_or(create_graph);
  if (!observer) return run_backward(roots, gradients, keep_graph, create_graph, targets);
  observer->backward_begins(roots, gradients, targets, keep_graph, create_graph);
  const MuteObserver mute(!create_graph);  // with create_graph its ops are part of the graph
  TensorList captured = run_backward(roots, gradients, keep_graph, create_graph, targets);
  observer->backward_ends(captured);
  return captured;
}

std::vector<Edge> edges_of(const TensorList& inputs) {
  std::vector<Edge> edges;
  for (const Tensor& input : inputs) {
    GRADUS_CHECK(input.requires_grad(), "One of the differentiated Tensors does not require grad");
    edges.push_back(gradient_edge(input));
  }
  return edges;
}

}  // namespace

void backward(const TensorList& tensors, const TensorList& grad_tensors, std::optional<bool> retain_graph,
              bool create_graph, const TensorList* inputs) {
  if (!inputs) {
    run(tensors, grad_tensors, retain_graph, create_graph, nullptr);
    return;
  }
  GRADUS_CHECK(!inputs->empty(), "'inputs' argument to backward() cannot be empty.");
  const std::vector<Edge> targets = edges_of(*inputs);
  const TensorList gradients = run(tensors, grad_tensors, retain_graph, create_graph, &targets);
  const AutoGradMode grad_mode(create_graph);
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (gradients[i].defined()) accumulate_grad(*(*inputs)[i].impl(), gradients[i]);
  }
}

TensorList grad(const TensorList& outputs, const TensorList& inputs, const TensorList& grad_outputs,
                std::optional<bool> retain_graph, bool create_graph, bool allow_unused) {
  GRADUS_CHECK(!outputs.empty(), "grad requires non-empty outputs.");
  GRADUS_CHECK(!inputs.empty(), "grad requires non-empty inputs.");
  const std::vector<Edge> targets = edges_of(inputs);
  TensorList gradients = run(outputs, grad_outputs, retain_graph, create_graph, &targets);
  for (const Tensor& gradient : gradients) {
    GRADUS_CHECK(gradient.defined() || allow_unused,
                 "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True "
                 "if this is the desired behavior.");
  }
  return gradients;
}

}  // namespace gradus::autograd
