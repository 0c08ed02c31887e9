#pragma once
#include <gradus/autograd/dtype.h>
#include <gradus/autograd/int_array_ref.h>
#include <gradus/autograd/memory.h>
#include <gradus/autograd/ref_counted.h>
#include <functional>
#include <memory>
#include <utility>

// What stands behind a Tensor:
//
//   Tensor (one pointer) -> TensorImpl -> Storage  the numbers, shared by all views of them
//                                      -> Layout   sizes and strides, immutable, shared by tensors of one shape
//                                      -> Node     the op that made it (grad_fn), which owns edges to earlier nodes
namespace gradus {

class Tensor;
class Node;
struct AutogradMeta;

/// The numbers: a block of bytes with a version that every in-place operation raises.
class Storage : public RefCounted {
 public:
  /// A new block, not cleared.
  static Ptr<Storage> allocate(size_t bytes);
  /// A block owned by somebody else, who is told by `deleter` (may be empty) when it is no longer used.
  static Ptr<Storage> adopt(void* data, size_t bytes, std::function<void()> deleter);
  static void destroy(Storage* storage);

  std::byte* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  uint32_t version() const { return version_; }
  void bump_version() { ++version_; }
  /// True for a block owned by somebody else.
  bool adopted() const { return deleter_ != nullptr; }

 private:
  Storage(std::byte* data, size_t bytes) : bytes_(bytes), data_(data) {}

  uint32_t version_ = 0;
  size_t bytes_;
  std::byte* data_;
  std::unique_ptr<std::function<void()>> deleter_;  // set for adopted blocks only
};

/// Sizes and strides, counted in elements. Immutable, so that all tensors of one shape may share it. A program has few
/// shapes: contiguous layouts are kept for good once made, a bounded number of them, and need no counting.
class Layout : public RefCounted {
 public:
  /// Row-major strides for `sizes`. Throws Error for a negative size or when the number of elements overflows.
  static Ptr<const Layout> contiguous(IntArrayRef sizes);
  static Ptr<const Layout> strided(IntArrayRef sizes, IntArrayRef strides);
  static void destroy(Layout* layout);

  IntArrayRef sizes() const { return std::span(dims(), static_cast<size_t>(ndim_)); }
  IntArrayRef strides() const { return std::span(dims() + ndim_, static_cast<size_t>(ndim_)); }
  int64_t ndim() const { return ndim_; }
  int64_t numel() const { return numel_; }
  bool is_contiguous() const { return contiguous_; }

 private:
  explicit Layout(int64_t ndim) : ndim_(static_cast<int32_t>(ndim)) {}
  static Ptr<Layout> make(IntArrayRef sizes);
  Ptr<const Layout> keep_in(std::atomic<const Layout*>& place) const;
  const int64_t* dims() const { return reinterpret_cast<const int64_t*>(this + 1); }  // follows the object in memory
  int64_t* dims() { return reinterpret_cast<int64_t*>(this + 1); }

  int32_t ndim_;
  bool contiguous_ = true;
  int64_t numel_ = 1;
};

struct TensorImpl : RefCounted, memory::Cached {
  TensorImpl(Ptr<Storage> s, std::byte* d, Ptr<const Layout> l, Dtype t);
  ~TensorImpl();
  static void destroy(TensorImpl* impl) { delete impl; }

  AutogradMeta& autograd_meta();  // made at the first call

  /// True if whoever holds the one handle of this may overwrite its numbers, all in a row, unseen by anybody.
  bool owns_numbers_alone() const {
    return unique() && storage->unique() && !storage->adopted() && layout->is_contiguous();
  }

  Dtype dtype;
  bool requires_grad = false;      // asked for by the user: a leaf that collects its gradient
  bool viewed_in_no_grad = false;  // a view made while recording was off: in-place use of it cannot be recorded
  uint32_t output_nr = 0;          // which output of grad_fn this is
  int32_t parts = 1;               // threads that computed the numbers, a range each, which their caches hold
  Ptr<Storage> storage;
  std::byte* data;  // the first element
  Ptr<const Layout> layout;
  Ptr<Node> grad_fn;  // read through Tensor::grad_fn(), which keeps views up to date
  std::unique_ptr<AutogradMeta> meta;
};

}  // namespace gradus
