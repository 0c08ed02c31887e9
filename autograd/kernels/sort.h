#pragma once
#include <gradus/autograd/tensor.h>
#include <utility>

namespace gradus::kernels {

/// The `count` first values along dimension dim in ascending or descending order, and their places there. Equal values
/// keep their order; NaN counts as the largest.
std::pair<Tensor, Tensor> sort(const Tensor& x, int64_t dim, bool descending, int64_t count);

}  // namespace gradus::kernels
