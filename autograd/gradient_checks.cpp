#include <gradus/autograd/anomaly.h>
#include <gradus/autograd/check.h>
#include <gradus/autograd/gradient_checks.h>

namespace gradus::detail {
namespace {

std::string called_from(const Node& node) {
  const Node::Extras* extras = node.extras_or_null();
  if (!extras || extras->forward_trace.empty()) {
    return fmt::format(" {} was called in forward while anomaly detection was off.", node.name());
  }
  return fmt::format(" The forward call of {} was here:\n{}", node.name(), extras->forward_trace);
}

bool expandable(IntArrayRef from, IntArrayRef to) {
  if (from.size() > to.size()) return false;
  for (size_t i = 1; i <= from.size(); ++i) {
    if (from[from.size() - i] != 1 && from[from.size() - i] != to[to.size() - i]) return false;
  }
  return true;
}

}  // namespace

void call_hooks(const Node& node, TensorList& gradients) {
  const auto hooks = node.extras_or_null()->hooks;  // a copy: a hook may remove itself
  for (const Node::Extras::Hook& hook : hooks) {
    Tensor& gradient = gradients[hook.output_nr];
    if (!gradient.defined()) continue;
    const Tensor replacement = hook.function(gradient);
    if (!replacement.defined()) continue;
    GRADUS_CHECK(replacement.sizes() == gradient.sizes(),
                 "hook '{}' has changed the size of value: the gradient has shape {}, the hook returned {}", hook.id,
                 gradient.sizes(), replacement.sizes());
    gradient = replacement;
  }
}

// node.apply(gradients); in anomaly mode an error tells where the node's forward was called.
static TensorList traced_apply(Node& node, TensorList&& gradients, bool anomaly) try {
  return node.apply(std::move(gradients));
} catch (const Error& error) {
  if (!anomaly) throw;
  throw Error(error.what() + called_from(node));
}

TensorList checked_apply(Node& node, TensorList&& gradients) {
  const bool anomaly = autograd::is_anomaly_enabled();
  if (autograd::observer) autograd::observer->node_begins(node, gradients);
  TensorList results = traced_apply(node, std::move(gradients), anomaly);
  GRADUS_CHECK(results.size() == node.next_edges.size(),
               "function {} returned an incorrect number of gradients (expected {}, got {})", node.name(),
               node.next_edges.size(), results.size());
  for (size_t i = 0; anomaly && i < results.size(); ++i) {
    GRADUS_CHECK(!results[i].defined() || !results[i].isnan().any().item<bool>(),
                 "Function '{}' returned nan values in its {}th output.{}", node.name(), i, called_from(node));
  }
  return results;
}

void adapt_gradient(Tensor& gradient, const Edge& edge, const Node& from, size_t index) {
  const Node::Output& expected = edge.node->outputs[edge.input_nr];
  if (gradient.impl()->layout != expected.layout && !(gradient.sizes() == expected.layout->sizes())) {
    GRADUS_CHECK(expandable(expected.layout->sizes(), gradient.sizes()),
                 "Function {} returned an invalid gradient at index {} - got {} but expected shape compatible with {}",
                 from.name(), index, gradient.sizes(), expected.layout->sizes());
    gradient = sum_to(gradient, expected.layout->sizes());
  }
  if (gradient.dtype() != expected.dtype) gradient = gradient.to(expected.dtype);
  if (autograd::observer) autograd::observer->gradient_sent(from, index, edge, gradient);
}

}  // namespace gradus::detail
