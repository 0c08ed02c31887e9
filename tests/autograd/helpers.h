#pragma once
#include <gradus/autograd/tensor.h>
#include <gradus/tests/error_of.h>
#include <vector>

namespace gradus {

using Doubles = std::vector<double>;
using Sizes = std::vector<int64_t>;

/// A float64 leaf that requires a gradient.
inline Tensor leaf(const TensorData& data) { return tensor(data, dtype(kFloat64).requires_grad()); }

/// 0, 1, 2, ... as float64 in the given sizes; no view.
inline Tensor counting(IntArrayRef sizes) {
  int64_t numel = 1;
  for (const int64_t size : sizes) numel *= size;
  return arange(numel, kFloat64).view(sizes).clone();
}

inline Doubles values(const Tensor& x) { return x.to_vector<double>(); }
inline Sizes sizes_of(const Tensor& x) { return x.sizes().vec(); }

}  // namespace gradus
