#include <gradus/autograd/autograd_meta.h>
#include <gradus/autograd/check.h>
#include <gradus/autograd/engine.h>
#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>

#include <atomic>
#include <cstdio>
#include <mutex>
#include <set>

namespace gradus {

// -- settings and warnings --------------------------------------------------------------------------------------------

static std::atomic<Dtype> default_dtype{kFloat32};

Dtype get_default_dtype() { return default_dtype.load(std::memory_order_relaxed); }

void set_default_dtype(Dtype dtype) {
  GRADUS_CHECK_TYPE(is_floating_point(dtype), "only floating-point types are supported as the default type, got {}",
                    to_string(dtype));
  default_dtype = dtype;
}

void warn(const std::string& message) {
  static std::mutex mutex;
  static std::set<std::string> said;
  const std::lock_guard lock(mutex);
  if (said.insert(message).second) std::fprintf(stderr, "gradus: warning: %s\n", message.c_str());
}

// -- shape and numbers ------------------------------------------------------------------------------------------------

void Tensor::throw_undefined() {
  throw Error("this tensor is undefined: it has neither numbers nor a shape (a gradient that was never computed?)");
}

void Tensor::check_dtype(Dtype expected) const {
  GRADUS_CHECK_TYPE(dtype() == expected, "expected scalar type {} but found {}: convert with .to() first",
                    type_name(expected), type_name(dtype()));
}

void Tensor::check_ndim(int64_t expected) const {
  GRADUS_CHECK(dim() == expected, "TensorAccessor expected {} dims but tensor has {}", expected, dim());
}

static size_t wrapped(int64_t dim, int64_t ndim) {
  const int64_t range = ndim == 0 ? 1 : ndim;
  GRADUS_CHECK_INDEX(dim >= -range && dim < range,
                     "Dimension out of range (expected to be in range of [{}, {}], but got {})", -range, range - 1,
                     dim);
  GRADUS_CHECK_INDEX(ndim > 0, "Dimension specified as {} but tensor has no dimensions", dim);
  return static_cast<size_t>(dim < 0 ? dim + ndim : dim);
}

int64_t Tensor::size(int64_t d) const { return sizes()[wrapped(d, dim())]; }
int64_t Tensor::stride(int64_t d) const { return strides()[wrapped(d, dim())]; }

int64_t Tensor::storage_offset() const {
  const TensorImpl& impl = checked();
  return (impl.data - impl.storage->data()) / static_cast<int64_t>(element_size());
}

Scalar Tensor::item() const {
  GRADUS_CHECK(numel() == 1, "a Tensor with {} elements cannot be converted to Scalar", numel());
  return dispatch(dtype(), [&]<class T>(T) { return Scalar(*reinterpret_cast<const T*>(impl_->data)); });
}

template <class T>
std::vector<T> Tensor::to_vector() const {
  const Tensor flat = kernels::contiguous(*this);
  const auto n = static_cast<size_t>(numel());
  std::vector<T> values(n);
  dispatch(dtype(), [&]<class Element>(Element) {
    const auto* data = reinterpret_cast<const Element*>(flat.impl()->data);
    for (size_t i = 0; i < n; ++i) values[i] = static_cast<T>(data[i]);
  });
  return values;
}
template std::vector<float> Tensor::to_vector<float>() const;
template std::vector<double> Tensor::to_vector<double>() const;
template std::vector<int64_t> Tensor::to_vector<int64_t>() const;

Tensor::operator bool() const {
  GRADUS_CHECK(numel() != 0, "Boolean value of Tensor with no values is ambiguous");
  GRADUS_CHECK(numel() == 1, "Boolean value of Tensor with more than one value is ambiguous");
  return item().to<double>() != 0;
}

// -- autograd ---------------------------------------------------------------------------------------------------------

bool Tensor::requires_grad() const {
  const TensorImpl& impl = checked();
  return impl.requires_grad || impl.grad_fn || (impl.meta && impl.meta->base && grad_fn());
}

Tensor& Tensor::requires_grad_(bool value) {
  GRADUS_CHECK(!value || is_floating_point(),
               "only Tensors of floating point and complex dtype can require gradients, but this one is {}",
               gradus::to_string(dtype()));
  GRADUS_CHECK(value || is_leaf(),
               "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
               "subgraph that doesn't require differentiation use var_no_grad = var.detach().");
  if (is_leaf()) impl_->requires_grad = value;
  return *this;
}

bool Tensor::is_leaf() const { return !grad_fn(); }

Ptr<Node> Tensor::grad_fn() const {
  TensorImpl& impl = checked();
  if (impl.meta && impl.meta->base) refresh_view_history(impl);
  return impl.grad_fn;
}

Tensor Tensor::grad() const {
  const TensorImpl& impl = checked();
  if (impl.meta && impl.meta->grad.defined()) return impl.meta->grad.tensor();
  if (grad_fn() && !retains_grad()) {
    warn(
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
        "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf "
        "Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure "
        "you access the leaf Tensor instead.");
  }
  return {};
}

Tensor& Tensor::mutable_grad() const { return checked().autograd_meta().grad.tensor(); }

void Tensor::retain_grad() const {
  GRADUS_CHECK(requires_grad(), "can't retain_grad on Tensor that has requires_grad=False");
  if (is_leaf() || retains_grad()) return;
  TensorImpl* impl = impl_.get();  // weakly: the tensor removes the hook when it goes
  impl->autograd_meta().retain_hook = add_hook(*grad_fn(), impl->output_nr, [impl](const Tensor& gradient) {
    Tensor& grad = impl->meta->grad.tensor();
    grad = grad.defined() ? grad + gradient : gradient.clone();
    return Tensor();
  });
}

bool Tensor::retains_grad() const { return checked().meta && impl_->meta->retain_hook != 0; }

void Tensor::backward(const Tensor& gradient, std::optional<bool> retain_graph, bool create_graph) const {
  autograd::backward(*this, gradient, retain_graph, create_graph);
}

void Tensor::backward(const Tensor& gradient, std::optional<bool> retain_graph, bool create_graph,
                      const TensorList& inputs) const {
  autograd::backward(*this, gradient, retain_graph, create_graph, &inputs);
}

int64_t Tensor::register_hook(std::function<Tensor(const Tensor&)> hook) const {
  GRADUS_CHECK(requires_grad(), "cannot register a hook on a tensor that doesn't require gradient");
  const Edge edge = gradient_edge(*this);
  return add_hook(*edge.node, edge.input_nr, std::move(hook));
}

void Tensor::remove_hook(int64_t id) const {
  if (requires_grad()) gradus::remove_hook(*gradient_edge(*this).node, id);
}

Tensor Tensor::detach() const {
  checked();
  return kernels::alias(*this);
}

Tensor& Tensor::detach_() {
  TensorImpl& impl = checked();
  GRADUS_CHECK(!is_view(), "Can't detach views in-place. Use detach() instead.");
  if (impl.meta && impl.meta->retain_hook && impl.grad_fn) {
    gradus::remove_hook(*impl.grad_fn, impl.meta->retain_hook);
    impl.meta->retain_hook = 0;
  }
  impl.grad_fn = nullptr;
  impl.output_nr = 0;
  impl.requires_grad = false;
  return *this;
}

bool Tensor::is_view() const { return checked().meta && impl_->meta->base; }
Tensor Tensor::_base() const { return is_view() ? Tensor(impl_->meta->base) : Tensor(); }

// -- types and broadcasting -------------------------------------------------------------------------------------------

static int category(Dtype dtype) { return dtype == kBool ? 0 : dtype == kInt64 ? 1 : 2; }

Dtype result_type(const Tensor& a, const Tensor& b) {
  if (a.dtype() == b.dtype()) return a.dtype();
  // A tensor without dimensions counts only if it is of a higher category: bool < integer < floating point.
  if (a.dim() > 0 && b.dim() == 0) return category(b.dtype()) > category(a.dtype()) ? b.dtype() : a.dtype();
  if (b.dim() > 0 && a.dim() == 0) return category(a.dtype()) > category(b.dtype()) ? a.dtype() : b.dtype();
  return promote_types(a.dtype(), b.dtype());
}

Dtype result_type(const Tensor& a, Scalar b) {
  if (category(b.kind()) <= category(a.dtype())) return a.dtype();
  return b.is_floating_point() ? get_default_dtype() : b.kind();
}

Dims broadcast_shapes(IntArrayRef a, IntArrayRef b) {
  const size_t ndim = std::max(a.size(), b.size());
  Dims sizes(ndim);
  for (size_t i = 1; i <= ndim; ++i) {
    const int64_t x = i <= a.size() ? a[a.size() - i] : 1, y = i <= b.size() ? b[b.size() - i] : 1;
    GRADUS_CHECK(x == y || x == 1 || y == 1,
                 "The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton dimension {} (a has "
                 "shape {}, b has shape {})",
                 x, y, ndim - i, a, b);
    sizes[ndim - i] = x == 1 ? y : x;
  }
  return sizes;
}

std::vector<Tensor> broadcast_tensors(const std::vector<Tensor>& tensors) {
  Dims sizes;
  for (const Tensor& tensor : tensors) sizes = broadcast_shapes(sizes, tensor.sizes());
  std::vector<Tensor> expanded;
  for (const Tensor& tensor : tensors) expanded.push_back(tensor.expand(sizes));
  return expanded;
}

}  // namespace gradus
