#include <gradus/autograd/ops/reduction.h>

namespace gradus {

Dims ReducedShape::dims() const {
  Dims list;
  for (size_t d = 0; d < sizes().size(); ++d) {
    if (dims_[d]) list.push_back(static_cast<int64_t>(d));
  }
  return list;
}

Tensor ReducedShape::restore(const Tensor& result) const {
  return result.dim() == 0 ? result : with_dims(result);  // a number broadcasts as it is
}

Tensor ReducedShape::with_dims(const Tensor& result) const {
  return keepdim_ ? result : result.reshape(kernels::reduced_sizes(sizes(), dims_, true));
}

}  // namespace gradus
