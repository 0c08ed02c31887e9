#pragma once
#include <gradus/autograd/kernels/reduce.h>
#include <gradus/autograd/tensor.h>

namespace gradus {

/// What a reduction did to its input's shape, kept for backward.
class ReducedShape {
 public:
  void remember(const Tensor& input, kernels::DimSet dims, bool keepdim) {
    layout_ = input.impl()->layout;
    dims_ = dims;
    keepdim_ = keepdim;
  }
  IntArrayRef sizes() const { return layout_->sizes(); }
  kernels::DimSet dim_set() const { return dims_; }
  /// The reduced dimensions, as an argument for the next reduction.
  Dims dims() const;
  /// Elements of the input for each of the result.
  int64_t count() const { return kernels::count_along(sizes(), dims_); }
  /// A tensor of the result's shape with size 1 where dimensions went: it broadcasts against the input.
  Tensor restore(const Tensor& result) const;
  /// The same with as many dimensions as the input.
  Tensor with_dims(const Tensor& result) const;
  /// The same, expanded to the input's shape.
  Tensor expand(const Tensor& result) const { return restore(result).expand(sizes()); }

 private:
  Ptr<const Layout> layout_;
  kernels::DimSet dims_;
  bool keepdim_ = false;
};

}  // namespace gradus
