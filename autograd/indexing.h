#pragma once
#include <gradus/autograd/tensor.h>

namespace gradus {

/// start:stop:step of an index, each of which may be left out: Slice(), Slice(1), Slice(1, None, 2).
struct Slice {
  struct NoneType {};
  struct Bound {
    Bound() = default;
    Bound(NoneType) {}
    Bound(std::integral auto v) : value(static_cast<int64_t>(v)) {}
    std::optional<int64_t> value;
  };
  explicit Slice(Bound start_ = {}, Bound stop_ = {}, Bound step_ = {})
      : start(start_.value), stop(stop_.value), step(step_.value.value_or(1)) {}
  std::optional<int64_t> start, stop;
  int64_t step;
};

/// A new dimension of size 1 in an index; an open end in a Slice.
inline constexpr Slice::NoneType None{};

/// All dimensions not named otherwise; also written "...".
struct EllipsisType {};
inline constexpr EllipsisType Ellipsis{};

/// One position of x.index({...}): an integer, a Slice, None, Ellipsis or "...", a bool, or an index tensor (int64 or
/// bool mask) (https://pytorch.org/cppdocs/notes/tensor_indexing.html).
struct TensorIndex {
  enum class Kind { kInteger, kSlice, kNone, kEllipsis, kBoolean, kTensor };
  TensorIndex(bool value) : kind(Kind::kBoolean), integer(value) {}
  TensorIndex(std::integral auto value) : kind(Kind::kInteger), integer(static_cast<int64_t>(value)) {}
  TensorIndex(const Slice& s) : kind(Kind::kSlice), slice(s) {}
  TensorIndex(Slice::NoneType) : kind(Kind::kNone) {}
  TensorIndex(EllipsisType) : kind(Kind::kEllipsis) {}
  /// Throws ValueError unless the text is "...".
  TensorIndex(const char* ellipsis);
  TensorIndex(Tensor t) : kind(Kind::kTensor), tensor(std::move(t)) {}

  Kind kind;
  int64_t integer = 0;
  Slice slice;
  Tensor tensor;
};

namespace indexing {
using gradus::Ellipsis;
using gradus::None;
using gradus::Slice;
using gradus::TensorIndex;
}  // namespace indexing

}  // namespace gradus
