#include <gradus/autograd/kernels/kernels.h>

namespace gradus::kernels {

static Tensor on_new_storage(Ptr<const Layout> layout, Dtype dtype) {
  Ptr<Storage> storage = Storage::allocate(static_cast<size_t>(layout->numel()) * element_size(dtype));
  std::byte* data = storage->data();
  return Tensor(Ptr<TensorImpl>(new TensorImpl(std::move(storage), data, std::move(layout), dtype)));
}

Tensor empty(IntArrayRef sizes, Dtype dtype) { return on_new_storage(Layout::contiguous(sizes), dtype); }

Tensor empty_like(const Tensor& x, Dtype dtype) {
  return on_new_storage(x.is_contiguous() ? x.impl()->layout : Layout::contiguous(x.sizes()), dtype);
}

Tensor empty_or(const Tensor& out, IntArrayRef sizes, Dtype dtype) {
  if (out.defined() && out.dtype() == dtype && out.is_contiguous() && out.sizes() == sizes) return out;
  return empty(sizes, dtype);
}

Tensor alias(const Tensor& x, Ptr<const Layout> layout, int64_t offset) {
  const TensorImpl& impl = *x.impl();
  std::byte* data = impl.data + offset * static_cast<int64_t>(element_size(impl.dtype));
  return Tensor(Ptr<TensorImpl>(new TensorImpl(impl.storage, data, std::move(layout), impl.dtype)));
}

Tensor alias(const Tensor& x) { return alias(x, x.impl()->layout); }

}  // namespace gradus::kernels
