// Views and in-place operations (docs/adr/0002-views-and-in-place.md). A view knows its base. An in-place operation on
// a view rewrites the base's history, because the base's numbers have changed; every other view then finds, by the
// storage's version, that its own history is out of date, and takes it anew from the base.
#include <gradus/autograd/autograd_meta.h>
#include <gradus/autograd/check.h>
#include <gradus/autograd/kernels/kernels.h>

namespace gradus {
namespace {

/// An in-place op on part of a tensor, seen from the whole: the gradient of the part goes through the op, the rest
/// stays as it is.   base[part] = fn(base[part], others)
class CopySlices final : public Node {
 public:
  CopySlices(const Tensor& base, const TensorImpl& part, Ptr<Node> fn)
      : part_layout_(part.layout),
        part_offset_((part.data - base.impl()->data) / static_cast<int64_t>(element_size(part.dtype))),
        base_strides_(base.strides().begin(), base.strides().end()),
        fn_(std::move(fn)) {
    add_output(*base.impl());
    next_edges = fn_->next_edges;
    next_edges[0] = gradient_edge(base);
  }

  std::string name() const override { return "CopySlices"; }

  TensorList apply(TensorList&& gradients) override {
    const Tensor& g = gradients[0];
    Tensor whole = empty_strided(g.sizes(), base_strides_, g.dtype());  // the base's geometry
    whole.copy_(g);
    Tensor part = whole.as_strided(part_layout_->sizes(), part_layout_->strides(), part_offset_);
    TensorList result = fn_->apply(TensorList(part.clone()));
    if (result[0].defined()) {
      part.copy_(result[0]);
    } else {
      part.zero_();
    }
    result[0] = next_edges[0].node ? whole : Tensor();
    return result;
  }

  void release_saved() override { fn_->release_saved(); }

 private:
  Ptr<const Layout> part_layout_;
  int64_t part_offset_;
  Dims base_strides_;
  Ptr<Node> fn_;
};

void move_retain_hook(TensorImpl& impl, Node* from) {
  if (!impl.meta || !impl.meta->retain_hook) return;
  if (from) remove_hook(*from, impl.meta->retain_hook);
  impl.meta->retain_hook = 0;
  Tensor(Ptr<TensorImpl>(&impl)).retain_grad();
}

void set_grad_fn(TensorImpl& impl, const Ptr<Node>& node, uint32_t output_nr) {
  const Ptr<Node> before = impl.grad_fn;
  impl.grad_fn = node;
  impl.output_nr = output_nr;
  impl.requires_grad = false;
  move_retain_hook(impl, before.get());
}

}  // namespace

void refresh_view_history(TensorImpl& view) {
  AutogradMeta& meta = *view.meta;
  if (meta.view_version == view.storage->version()) return;
  meta.view_version = view.storage->version();
  const Tensor base{meta.base};
  if (view.requires_grad || !base.requires_grad()) return;
  const EnableGradGuard enable_grad;
  const int64_t offset = (view.data - view.storage->data()) / static_cast<int64_t>(element_size(view.dtype));
  const Tensor anew = base.as_strided(view.layout->sizes(), view.layout->strides(), offset);
  set_grad_fn(view, anew.impl()->grad_fn, anew.impl()->output_nr);
}

namespace detail {

void set_view_of(const Tensor& view, const Tensor& input) {
  if (!GradMode::is_enabled()) {
    view.impl()->viewed_in_no_grad = true;
    return;
  }
  AutogradMeta& meta = view.impl()->autograd_meta();
  const TensorImpl& source = *input.impl();
  meta.base = source.meta && source.meta->base ? source.meta->base : Ptr<TensorImpl>(input.impl());
  meta.view_version = view.impl()->storage->version();
  view.impl()->viewed_in_no_grad = source.viewed_in_no_grad;
}

void check_in_place(const Tensor& self, bool record) {
  GRADUS_CHECK(self.defined(), "an in-place operation needs a defined tensor");
  if (!self.is_contiguous()) {
    for (size_t d = 0; d < self.sizes().size(); ++d) {
      GRADUS_CHECK(self.strides()[d] != 0 || self.sizes()[d] <= 1,
                   "unsupported operation: more than one element of the written-to tensor refers to a single memory "
                   "location. Please clone() the tensor before performing the operation.");
    }
  }
  if (!GradMode::is_enabled()) return;
  GRADUS_CHECK(!(self.is_leaf() && self.requires_grad()),
               "a leaf Variable that requires grad is being used in an in-place operation.");
  if (self.is_view()) {
    const Tensor base = self._base();
    GRADUS_CHECK(!(base.is_leaf() && base.requires_grad()),
                 "a view of a leaf Variable that requires grad is being used in an in-place operation.");
  }
  GRADUS_CHECK(!(record && self.impl()->viewed_in_no_grad),
               "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Make the view "
               "outside of NoGradGuard, or modify it inside.");
}

/// First and last byte that a tensor's elements may touch.
static std::pair<const std::byte*, const std::byte*> extent(const TensorImpl& impl) {
  const auto size = static_cast<int64_t>(element_size(impl.dtype));
  int64_t low = 0, high = size - 1;
  for (size_t d = 0; d < impl.layout->sizes().size(); ++d) {
    const int64_t reach = (impl.layout->sizes()[d] - 1) * impl.layout->strides()[d] * size;
    (reach < 0 ? low : high) += reach;
  }
  return {impl.data + low, impl.data + high};
}

bool may_write_to(const Tensor& self, const InputList& inputs) {
  const TensorImpl& own = *self.impl();
  for (size_t i = 1; i < inputs.size(); ++i) {
    const TensorImpl* other = inputs[i]->impl();
    if (!other || other == &own || other->storage != own.storage || other->layout->numel() == 0) continue;
    if (other->data == own.data && other->layout->sizes() == own.layout->sizes() &&
        other->layout->strides() == own.layout->strides()) {
      continue;  // element for element the same: each is read before it is written
    }
    const auto [a_low, a_high] = extent(own);
    const auto [b_low, b_high] = extent(*other);
    if (a_low <= b_high && b_low <= a_high) return false;
  }
  return true;
}

void write_in_place(Tensor& self, const Tensor& result) {
  TensorImpl& own = *self.impl();
  const TensorImpl& made = *result.impl();
  GRADUS_CHECK(result.sizes() == self.sizes(), "output with shape {} doesn't match the broadcast shape {}",
               self.sizes(), result.sizes());
  GRADUS_CHECK(
      is_floating_point(own.dtype) >= is_floating_point(made.dtype) && (own.dtype != kBool || made.dtype == kBool),
      "result type {} can't be cast to the desired output type {}", type_name(made.dtype), type_name(own.dtype));
  if (made.storage != own.storage || made.data != own.data) kernels::copy(self, result);
  own.storage->bump_version();
}

void rebase_history(Tensor& self, const Ptr<Node>& node) {
  TensorImpl& impl = *self.impl();
  node->add_output(impl);
  if (!self.is_view()) {
    set_grad_fn(impl, node, 0);
    return;
  }
  const Tensor base = self._base();
  set_grad_fn(*base.impl(), Ptr<Node>(new CopySlices(base, impl, node)), 0);
  impl.requires_grad = false;
  refresh_view_history(impl);
}

}  // namespace detail
}  // namespace gradus
