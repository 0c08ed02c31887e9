#pragma once
#include <gradus/autograd/tensor.h>

namespace gradus {

/// A tensor kept for backward: its storage, layout and version, and where its history is, but never its own node.
class SavedTensor {
 public:
  SavedTensor() = default;
  /// `source` is the input it is (>= 0), or kOutput - n for output n, or kNone for a tensor without history.
  SavedTensor(const Tensor& tensor, int16_t source);
  static constexpr int16_t kNone = -1, kOutput = -2;

  /// The tensor again, with its history. `node` is the node that saved it. Throws if it was changed in place since.
  Tensor unpack(Node& node) const;
  /// The tensor without history, handed over, so that no reference is counted; a later use throws.
  Tensor take();
  /// Asks memory for its storage.
  void prefetch() const { __builtin_prefetch(storage_.get(), 1); }
  /// Throws if the tensor was changed in place since.
  void check_version(const Node& node) const {
    if (storage_ && storage_->version() != version_) throw_changed(node);
  }

 private:
  [[noreturn]] void throw_changed(const Node& node) const;

  Ptr<Storage> storage_;  // null for an undefined tensor, which has no layout either, and once taken
  std::byte* data_ = nullptr;
  Ptr<const Layout> layout_;
  uint32_t version_ = 0;
  int16_t source_ = kNone;
  Dtype dtype_ = kFloat32;
  friend class Context;
};

[[noreturn]] void throw_saved_tensors_freed();

}  // namespace gradus
