#pragma once
#include <gradus/autograd/check.h>
#include <algorithm>
#include <cstdint>

namespace gradus {

/// `dim` counted from the front: -1 is the last of `ndim` dimensions. A 0-d tensor counts as having one. Throws
/// IndexError.
inline int64_t wrap_dim(int64_t dim, int64_t ndim) {
  const int64_t range = std::max<int64_t>(ndim, 1);
  GRADUS_CHECK_INDEX(-range <= dim && dim < range,
                     "Dimension out of range (expected to be in range of [{}, {}], but got {})", -range, range - 1,
                     dim);
  return dim < 0 ? dim + range : dim;
}

}  // namespace gradus
