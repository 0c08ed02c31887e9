#pragma once
#include <gradus/autograd/tensor.h>

// For the view ops: a part of a tensor, and the two maps between a tensor and a part of it, each of which is the
// other's derivative.
namespace gradus {

/// Elements of a whole: their sizes and strides, and where the first of them is, counted from the whole's first.
struct Part {
  Ptr<const Layout> layout;
  int64_t offset = 0;
};

/// True unless each element surely has a place of its own in memory.
bool may_overlap(const Layout& layout);

/// A tensor of the geometry `whole` that is 0 but for `part`, to which g is added element by element: where places of
/// the part fall together, their gradients add up; what falls outside of the whole is dropped. Differentiable.
Tensor embed(const Tensor& g, const Ptr<const Layout>& whole, const Part& part);

/// A copy of the part of x, as if x had the geometry `whole`: the derivative of embed. Differentiable.
Tensor extract(const Tensor& x, const Ptr<const Layout>& whole, const Part& part);

}  // namespace gradus
