#include <gradus/autograd/autograd_meta.h>

#include <algorithm>
#include <atomic>
#include <utility>

namespace gradus {

AccumulateGrad::AccumulateGrad(TensorImpl& leaf) : leaf_(&leaf) { add_output(leaf); }

TensorList AccumulateGrad::apply(TensorList gradients) {
  if (leaf_ && gradients[0].defined()) accumulate_grad(*leaf_, std::move(gradients[0]));
  return {};
}

void accumulate_grad(TensorImpl& tensor, Tensor gradient) {
  Tensor& grad = tensor.autograd_meta().grad;
  if (grad.defined()) {
    if (GradMode::is_enabled()) {
      grad = grad + gradient;
    } else {
      grad.add_(gradient);
    }
    return;
  }
  const TensorImpl& impl = *gradient.impl();
  const bool ours_alone = impl.unique() && impl.storage->unique() && impl.layout->is_contiguous();
  if (ours_alone && !GradMode::is_enabled() && !gradient.requires_grad()) {
    grad = std::move(gradient);
  } else {
    grad = GradMode::is_enabled() ? gradient.clone() : gradient.detach().clone();
  }
}

AccumulateGrad& accumulator_of(TensorImpl& leaf) {
  AutogradMeta& meta = leaf.autograd_meta();
  if (!meta.accumulator) meta.accumulator.reset(new AccumulateGrad(leaf));
  return *meta.accumulator;
}

Node& hook_owner(const Tensor& tensor) {
  if (const Ptr<Node> node = tensor.grad_fn()) return *node;  // the tensor keeps it alive
  return accumulator_of(*tensor.impl());
}

int64_t add_hook(Node& node, uint32_t output_nr, std::function<Tensor(const Tensor&)> hook) {
  static std::atomic<int64_t> last_id{0};
  const int64_t id = ++last_id;
  node.extras().hooks.push_back({id, output_nr, std::move(hook)});
  return id;
}

void remove_hook(Node& node, int64_t id) {
  if (!node.extras_or_null()) return;
  std::erase_if(node.extras().hooks, [id](const Node::Extras::Hook& hook) { return hook.id == id; });
}

}  // namespace gradus
