#include <gradus/autograd/autograd_meta.h>
#include <gradus/autograd/check.h>
#include <gradus/autograd/saved_tensor.h>

namespace gradus {

SavedTensor::SavedTensor(const Tensor& tensor, int16_t source)
    : storage_(tensor.impl()->storage),
      data_(tensor.impl()->data),
      layout_(tensor.impl()->layout),
      version_(storage_->version()),
      source_(source),
      dtype_(tensor.dtype()) {}

void throw_saved_tensors_freed() {
  throw Error(
      "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
      "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd::grad(). "
      "Specify retain_graph=true if you need to backward through the graph a second time or if you need to access "
      "saved tensors after calling backward.");
}

void SavedTensor::throw_changed(const Node& node) const {
  const std::string origin = source_ <= kOutput ? fmt::format("output {} of {}", kOutput - source_, node.name())
                             : source_ >= 0     ? fmt::format("input {} of {}", source_, node.name())
                                                : fmt::format("a value saved by {}", node.name());
  throw Error(fmt::format(
      "one of the variables needed for gradient computation has been modified by an inplace operation: [{} {}], which "
      "is {}, is at version {}; expected version {} instead. Hint: enable anomaly detection to find the operation that "
      "failed to compute its gradient, with gradus::autograd::set_detect_anomaly(true).",
      type_name(dtype_), layout_->sizes(), origin, storage_->version(), version_));
}

Tensor SavedTensor::unpack(Node& node) const {
  if (!layout_) return {};
  if (!storage_) throw_saved_tensors_freed();
  check_version(node);
  Tensor tensor(Ptr<TensorImpl>(new TensorImpl(storage_, data_, layout_, dtype_)));
  // History matters only to a recorded backward, and integers have none (the indices that max returns).
  if (source_ == kNone || !GradMode::is_enabled() || !is_floating_point(dtype_)) return tensor;
  const Edge edge = source_ >= 0 ? node.next_edges[static_cast<size_t>(source_)]
                                 : Edge{&node, static_cast<uint32_t>(kOutput - source_)};
  if (const auto* accumulator = dynamic_cast<const AccumulateGrad*>(edge.node.get())) {
    const Tensor leaf = accumulator->leaf();
    if (leaf.defined() && leaf.impl()->storage == storage_) return leaf;
  }
  tensor.impl()->grad_fn = edge.node;
  tensor.impl()->output_nr = edge.input_nr;
  return tensor;
}

Tensor SavedTensor::take() {
  if (!layout_) return {};
  if (!storage_) throw_saved_tensors_freed();
  return Tensor(Ptr<TensorImpl>(new TensorImpl(std::move(storage_), data_, layout_, dtype_)));
}

}  // namespace gradus
