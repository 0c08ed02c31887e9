#pragma once
#include <gradus/autograd/tensor.h>

namespace gradus {

/// The matrix column x row: element (i, j) is column[i] * row[j].
struct OuterProduct {
  Tensor column, row;
};

/// The .grad of a leaf. Given one sample, the gradient of a layer's weight is an outer product; it waits as its two
/// factors until somebody reads it, and an optimizer that takes the factors need not (docs/adr/0009-outer-products.md).
class LeafGrad {
 public:
  /// True if a gradient has arrived.
  bool defined() const { return tensor_.defined() || product_.column.defined(); }
  /// The gradient, written out if it waits; undefined if none has arrived.
  Tensor& tensor() {
    if (product_.column.defined()) write_out();
    return tensor_;
  }
  /// The factors, while they wait; otherwise null.
  const OuterProduct* product() const { return product_.column.defined() ? &product_ : nullptr; }
  /// Takes the gradient as factors, which are the caller's no more. None may have arrived before.
  void wait(OuterProduct product) { product_ = std::move(product); }
  /// Forgets the gradient, or makes it zeros if there is one.
  void zero(bool set_to_none);

 private:
  void write_out();

  Tensor tensor_;
  OuterProduct product_;
};

}  // namespace gradus
