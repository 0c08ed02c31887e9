#include <gradus/autograd/anomaly.h>
#include <gradus/autograd/autograd_meta.h>
#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/kernels.h>

#include <cctype>

namespace gradus {

Node::~Node() = default;

// Destroying a node drops its edges, which may destroy the next nodes, and so on for a million of them: instead of
// recursing, every node that dies while another is being destroyed joins a list.
void Node::destroy(Node* node) {
  thread_local Node* waiting = nullptr;
  thread_local bool draining = false;
  node->next_dead_ = waiting;
  waiting = node;
  if (draining) return;
  draining = true;
  while (waiting) {
    Node* next = waiting;
    waiting = next->next_dead_;
    delete next;
  }
  draining = false;
}

Node::Extras& Node::extras() {
  if (!extras_) extras_ = std::make_unique<Extras>();
  return *extras_;
}

Edge gradient_edge(const Tensor& tensor) {
  TensorImpl& impl = *tensor.impl();
  if (impl.meta && impl.meta->base) refresh_view_history(impl);
  if (impl.grad_fn) return {impl.grad_fn, impl.output_nr};
  if (impl.requires_grad) return {&accumulator_of(impl), 0};
  return {};
}

void Context::begin(Node& node, Forward& forward) {
  node_ = &node;
  forward_ = &forward;
  for (const Tensor* input : forward.inputs) {
    node.next_edges.push_back(input->defined() ? gradient_edge(*input) : Edge{});
  }
  if (autograd::is_anomaly_enabled()) node.extras().forward_trace = autograd::current_trace();
}

const Tensor& Context::out() const {
  static const Tensor undefined;
  return forward_ ? forward_->out : undefined;
}

void Context::save(const Tensor& tensor) {
  if (!tensor.defined()) {
    saved_.emplace_back();
    return;
  }
  const InputList& inputs = forward_->inputs;
  int16_t source = SavedTensor::kNone;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i]->is_same(tensor)) source = static_cast<int16_t>(i);
  }
  // About to be overwritten: backward needs the value before.
  const bool overwritten = forward_->in_place && source >= 0 && tensor.is_same(*inputs[0]);
  if (overwritten) {
    saved_.emplace_back(kernels::clone(tensor), source);
  } else {
    saved_.emplace_back(tensor, source);
  }
}

void Context::end(std::span<const Tensor> outputs) {
  for (SavedTensor& saved : saved_) {
    if (!saved.storage_ || saved.source_ != SavedTensor::kNone) continue;
    for (size_t k = 0; k < outputs.size(); ++k) {
      const TensorImpl& output = *outputs[k].impl();
      if (saved.storage_ != output.storage || saved.data_ != output.data) continue;
      if (!(saved.layout_->sizes() == output.layout->sizes())) continue;
      saved.source_ = static_cast<int16_t>(SavedTensor::kOutput - static_cast<int16_t>(k));
      saved.version_ = output.storage->version();
    }
  }
  forward_ = nullptr;
}

Tensor Context::saved(size_t i) const {
  if (released_) throw_saved_tensors_freed();
  GRADUS_CHECK_INDEX(i < saved_.size(), "saved({}): the forward of {} saved {} tensors", i,
                     node_ ? node_->name() : "an op", saved_.size());
  return saved_[i].unpack(*node_);
}

Tensor Context::take_saved(size_t i) {
  if (!node_->is_last_use_ || GradMode::is_enabled() || i >= saved_.size()) return saved(i);
  // Before the first is gone: whoever meets the error and tries again must meet it again.
  for (const SavedTensor& each : saved_) each.check_version(*node_);
  return saved_[i].take();
}

bool Context::keep_product(size_t i, const Tensor& column, const Tensor& row) const {
  auto* const accumulator = dynamic_cast<AccumulateGrad*>(node_->next_edges[i].node.get());
  return accumulator && accumulator->keep_product(column, row);
}

void Context::release() {
  if (saved_.empty()) return;
  saved_.clear();
  released_ = true;
}

namespace detail {

std::string backward_name(std::string_view op_name) {
  std::string name;
  bool upper = true;
  for (const char c : op_name) {
    if (c == '_') {
      upper = true;
    } else {
      name += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
      upper = false;
    }
  }
  return name + "Backward0";
}

void collect(InputList& inputs, const TensorList& tensors) {
  for (const Tensor& tensor : tensors) inputs.push_back(&tensor);
}
void collect(InputList& inputs, const std::vector<Tensor>& tensors) {
  for (const Tensor& tensor : tensors) inputs.push_back(&tensor);
}

bool any_requires_grad(const InputList& inputs) {
  for (const Tensor* input : inputs) {
    if (input->defined() && input->requires_grad()) return true;
  }
  return false;
}

void set_history(std::span<const Tensor> outputs, Ptr<Node>& node) {
  for (const Tensor& output : outputs) node->add_output(*output.impl());
  for (size_t k = outputs.size(); k-- > 0;) {
    TensorImpl& output = *outputs[k].impl();
    if (!is_floating_point(output.dtype)) continue;
    output.output_nr = static_cast<uint32_t>(k);
    output.grad_fn = k == 0 ? std::move(node) : node;  // the last handle needs no counting
  }
}

void materialize(TensorList& gradients, const Node& node) {
  for (size_t k = 0; k < gradients.size(); ++k) {
    if (!gradients[k].defined()) gradients[k] = zeros(node.outputs[k].layout->sizes(), node.outputs[k].dtype);
  }
}

}  // namespace detail
}  // namespace gradus
