#pragma once
#include <gradus/autograd/tensor.h>

// Kernels that read and write elements by index. An index tensor is int64 with any strides, expanded ones included; its
// numbers count from the front and are checked before anything is written.
namespace gradus::kernels {

/// Throws IndexError unless all numbers are in [0, size).
void check_index(const Tensor& index, int64_t size, int64_t dim);

/// out[i][j] = x[index[i][j]][j] for dim 0, and so on for the others. Result and index have the same sizes.
Tensor gather(const Tensor& x, int64_t dim, const Tensor& index);
/// to[index[i][j]][j] = source[i][j] for dim 0; where places fall together the last one stays.
void scatter(const Tensor& to, int64_t dim, const Tensor& index, const Tensor& source);
/// to[index[i][j]][j] += source[i][j] for dim 0.
void scatter_add(const Tensor& to, int64_t dim, const Tensor& index, const Tensor& source);

/// index (n) seen in the sizes `sizes`, along dimension dim: what makes gather of it an index_select.
Tensor spread_index(const Tensor& index, int64_t dim, IntArrayRef sizes);

/// For one more dimension of an index: place = place * size + number, the index broadcast to the places' sizes.
/// Negative numbers count from the end. Throws IndexError.
void append_index(const Tensor& places, const Tensor& index, int64_t size, int64_t dim);

/// (number of non-zero elements) their places in row-major order.
Tensor nonzero_places(const Tensor& x);
/// True where no later entry of index (n) has the same number; undefined if all numbers differ. Numbers are in
/// [0, size).
Tensor last_writers(const Tensor& index, int64_t size);

}  // namespace gradus::kernels
