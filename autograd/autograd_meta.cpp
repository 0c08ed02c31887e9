#include <gradus/autograd/anomaly.h>
#include <gradus/autograd/autograd_meta.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/observer.h>

#include <algorithm>
#include <atomic>
#include <utility>

namespace gradus {

AccumulateGrad::AccumulateGrad(TensorImpl& leaf) : leaf_(&leaf) { add_output(leaf); }

TensorList AccumulateGrad::apply(TensorList&& gradients) {
  if (leaf_ && gradients[0].defined()) accumulate_grad(*leaf_, std::move(gradients[0]));
  return {};
}

bool AccumulateGrad::keep_product(const Tensor& column, const Tensor& row) {
  constexpr int64_t kSmall = 1024;  // elements that are written out as fast as their factors are kept
  if (!leaf_ || !needed_ || captured_ || extras_or_null()) return false;
  if (autograd::observer || autograd::is_anomaly_enabled()) return false;  // who want to see the gradient
  const int64_t rows = column.numel(), columns = row.numel();
  if (rows * columns < kSmall || column.dtype() != leaf_->dtype || row.dtype() != leaf_->dtype) return false;
  LeafGrad& grad = leaf_->autograd_meta().grad;
  if (grad.defined() || leaf_->layout->numel() != rows * columns) return false;
  grad.wait({kernels::clone(column.reshape({rows})), kernels::clone(row.reshape({columns}))});
  return true;
}

void LeafGrad::write_out() {
  const NoGradGuard no_grad;
  const OuterProduct product = std::exchange(product_, {});
  tensor_ = product.column.unsqueeze(1).mm(product.row.unsqueeze(0));
}

void LeafGrad::zero(bool set_to_none) {
  if (!defined()) return;
  if (set_to_none) {
    *this = LeafGrad();
    return;
  }
  Tensor& grad = tensor();
  if (grad.requires_grad()) grad = grad.detach();
  grad.zero_();
}

static void add_to_grad(TensorImpl& tensor, Tensor gradient) {
  Tensor& grad = tensor.autograd_meta().grad.tensor();
  if (grad.defined()) {
    if (GradMode::is_enabled()) {
      grad = grad + gradient;
    } else {
      grad.add_(gradient);
    }
    return;
  }
  if (gradient.impl()->owns_numbers_alone() && !GradMode::is_enabled() && !gradient.requires_grad()) {
    grad = std::move(gradient);
  } else {
    grad = GradMode::is_enabled() ? gradient.clone() : gradient.detach().clone();
  }
}

void accumulate_grad(TensorImpl& tensor, Tensor gradient) {
  if (!autograd::observer) return add_to_grad(tensor, std::move(gradient));
  autograd::observer->grad_begins(tensor, gradient);
  const autograd::MuteObserver mute(!GradMode::is_enabled());
  add_to_grad(tensor, std::move(gradient));
  autograd::observer->grad_ends(tensor);
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
