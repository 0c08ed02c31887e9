#pragma once
#include <gradus/autograd/function.h>
#include <gradus/autograd/leaf_grad.h>

namespace gradus {

/// The end of the graph at a leaf: adds what arrives to the leaf's grad(). Holds the leaf weakly, so that a gradient
/// with a history of its own makes no cycle; a leaf that is gone needs no gradient.
class AccumulateGrad final : public Node {
 public:
  explicit AccumulateGrad(TensorImpl& leaf);
  std::string name() const override { return "AccumulateGrad"; }
  TensorList apply(TensorList&& gradients) override;

  /// Leaves the gradient column x row with the leaf. False if it must go the usual way: there is one already, a hook or
  /// somebody else wants it, or anomaly mode looks at it.
  bool keep_product(const Tensor& column, const Tensor& row);

  /// The leaf; undefined if it is gone.
  Tensor leaf() const { return Tensor(Ptr<TensorImpl>(leaf_)); }

 private:
  friend struct AutogradMeta;
  TensorImpl* leaf_;
};

/// Adds `gradient` to the tensor's grad: the first is moved in where nobody else holds it, later ones are added in
/// place, or out of place while recording (create_graph).
void accumulate_grad(TensorImpl& tensor, Tensor gradient);

/// What only some tensors have: leaves that collect gradients, views, and tensors with hooks.
struct AutogradMeta : memory::Cached {
  ~AutogradMeta() {
    if (accumulator) accumulator->leaf_ = nullptr;
  }

  LeafGrad grad;
  Ptr<AccumulateGrad> accumulator;  // of a leaf, once it takes part in a graph
  Ptr<TensorImpl> base;             // of a view: the tensor whose memory it shows, itself no view
  uint32_t view_version = 0;        // the storage's version that a view's grad_fn belongs to
  int64_t retain_hook = 0;          // the hook behind retain_grad(); 0 for none
};

/// The leaf's accumulator, made at the first call.
AccumulateGrad& accumulator_of(TensorImpl& leaf);

/// Brings a view's grad_fn up to date after in-place operations on its base or on other views of it.
void refresh_view_history(TensorImpl& view);

/// Where the hooks of a tensor live: its grad_fn, or a leaf's accumulator.
Node& hook_owner(const Tensor& tensor);
int64_t add_hook(Node& node, uint32_t output_nr, std::function<Tensor(const Tensor&)> hook);
void remove_hook(Node& node, int64_t id);

}  // namespace gradus
