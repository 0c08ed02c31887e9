#include <gradus/autograd/autograd_meta.h>
#include <gradus/autograd/check.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <new>

namespace gradus {

// Header and numbers share one block: small numbers right behind the header, larger ones at the next 64-byte line.
static size_t header_bytes(size_t bytes) {
  static_assert(sizeof(Storage) <= 32);
  return bytes <= 32 ? 32 : 64;
}

/// Of header and numbers: whole cache lines where the numbers are to be aligned to one.
static size_t block_bytes(size_t bytes) {
  return bytes <= 32 ? header_bytes(bytes) + bytes : header_bytes(bytes) + (bytes + 63) / 64 * 64;
}

Ptr<Storage> Storage::allocate(size_t bytes) {
  const size_t header = header_bytes(bytes);
  auto* block = static_cast<std::byte*>(memory::allocate(block_bytes(bytes)));
  return Ptr<Storage>(new (block) Storage(block + header, bytes));
}

Ptr<Storage> Storage::adopt(void* data, size_t bytes, std::function<void()> deleter) {
  void* block = memory::allocate(sizeof(Storage));
  Ptr<Storage> storage(new (block) Storage(static_cast<std::byte*>(data), bytes));
  storage->deleter_ = std::make_unique<std::function<void()>>(std::move(deleter));
  return storage;
}

void Storage::destroy(Storage* storage) {
  const size_t bytes = storage->deleter_ ? sizeof(Storage) : block_bytes(storage->bytes_);
  if (storage->deleter_) {
    if (*storage->deleter_) (*storage->deleter_)();
  }
  storage->~Storage();
  memory::deallocate(storage, bytes);
}

static size_t layout_bytes(int64_t ndim) { return sizeof(Layout) + static_cast<size_t>(2 * ndim) * sizeof(int64_t); }

Ptr<Layout> Layout::make(IntArrayRef sizes) {
  const auto ndim = static_cast<int64_t>(sizes.size());
  Ptr<Layout> layout(new (memory::allocate(layout_bytes(ndim))) Layout(ndim));
  for (size_t i = 0; i < sizes.size(); ++i) {
    GRADUS_CHECK(sizes[i] >= 0, "Trying to create tensor with negative dimension {}: {}", sizes[i], sizes);
    layout->dims()[i] = sizes[i];
    GRADUS_CHECK(!__builtin_mul_overflow(layout->numel_, sizes[i], &layout->numel_),
                 "a tensor of sizes {} has more elements than 64 bits can count", sizes);
  }
  return layout;
}

// Each place takes the first layout that hashes to it, for good; others of that place are made and counted as ever.
static std::array<std::atomic<const Layout*>, 1024> kept_layouts;

static size_t place_of(IntArrayRef sizes) {
  uint64_t hash = sizes.size();
  for (const int64_t size : sizes) hash = (hash + static_cast<uint64_t>(size)) * 0x9E3779B97F4A7C15u;
  return hash >> 54;
}

Ptr<const Layout> Layout::contiguous(IntArrayRef sizes) {
  std::atomic<const Layout*>& place = kept_layouts[place_of(sizes)];
  const Layout* const known = place.load(std::memory_order_acquire);
  if (known && known->sizes() == sizes) return known;
  Ptr<Layout> layout = make(sizes);
  int64_t stride = 1;
  for (int64_t i = layout->ndim_; i-- > 0;) {
    layout->dims()[layout->ndim_ + i] = stride;
    stride *= std::max<int64_t>(layout->dims()[i], 1);
  }
  return known ? layout : layout->keep_in(place);
}

Ptr<const Layout> Layout::keep_in(std::atomic<const Layout*>& place) const {
  // Not from the caching allocator, whose statistics tell what a program holds.
  void* const block = ::operator new(layout_bytes(ndim_));
  auto* const kept = new (block) Layout(ndim_);
  kept->make_permanent();
  kept->numel_ = numel_;
  std::copy_n(dims(), 2 * ndim_, kept->dims());
  const Layout* before = nullptr;
  if (place.compare_exchange_strong(before, kept, std::memory_order_acq_rel)) return kept;
  ::operator delete(block);  // another thread was faster
  return this;
}

Ptr<const Layout> Layout::strided(IntArrayRef sizes, IntArrayRef strides) {
  GRADUS_CHECK(sizes.size() == strides.size(), "mismatch in length of strides and shape: sizes {}, strides {}", sizes,
               strides);
  Ptr<Layout> layout = make(sizes);
  int64_t expected = 1;
  for (int64_t i = layout->ndim_; i-- > 0;) {
    const int64_t size = sizes[static_cast<size_t>(i)], stride = strides[static_cast<size_t>(i)];
    layout->dims()[layout->ndim_ + i] = stride;
    if (size != 1) {  // the stride of a dimension of size 1 is never used
      if (stride != expected) layout->contiguous_ = false;
      expected *= size;
    }
  }
  if (layout->numel_ == 0) layout->contiguous_ = true;
  return layout;
}

void Layout::destroy(Layout* layout) {
  const size_t bytes = layout_bytes(layout->ndim_);
  layout->~Layout();
  memory::deallocate(layout, bytes);
}

TensorImpl::TensorImpl(Ptr<Storage> s, std::byte* d, Ptr<const Layout> l, Dtype t)
    : dtype(t), storage(std::move(s)), data(d), layout(std::move(l)) {}

TensorImpl::~TensorImpl() {
  if (meta && meta->retain_hook && grad_fn) remove_hook(*grad_fn, meta->retain_hook);
}

AutogradMeta& TensorImpl::autograd_meta() {
  if (!meta) meta = std::make_unique<AutogradMeta>();
  return *meta;
}

}  // namespace gradus
