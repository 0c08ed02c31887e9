#include <gradus/autograd/check.h>
#include <gradus/autograd/kernels/loops.h>
#include <algorithm>

namespace gradus::kernels {
namespace {

using Dimension = LoopPlan::Dimension;

// Distance in bytes between neighbours of `operand` along dimension d of `sizes`; 0 where it is broadcast.
int64_t byte_stride(const Operand& operand, IntArrayRef sizes, size_t d) {
  const size_t missing = sizes.size() - operand.sizes.size();
  if (d < missing) return 0;
  const int64_t size = operand.sizes[d - missing];
  GRADUS_CHECK(size == sizes[d] || size == 1,
               "The expanded size of the tensor ({}) must match the existing size ({}) at non-singleton dimension {}. "
               "Target sizes: {}. Tensor sizes: {}",
               sizes[d], size, d, sizes, operand.sizes);
  return size == 1 ? 0 : operand.strides[d - missing] * operand.element_size;
}

bool walked_as_one(const Dimension& inner, const Dimension& outer, size_t operands) {
  for (size_t k = 0; k < operands; ++k) {
    if (outer.strides[k] != inner.strides[k] * inner.size) return false;
  }
  return true;
}

}  // namespace

LoopPlan::LoopPlan(IntArrayRef sizes, std::initializer_list<Operand> operands)
    : dimensions_(sizes.empty() ? 1 : sizes.size(), Dimension{1, {}}) {
  size_t count = 0;
  for (const Operand& operand : operands) {
    GRADUS_CHECK(operand.sizes.size() <= sizes.size(),
                 "The number of sizes provided ({}) must be greater or equal to the number of dimensions in the "
                 "tensor ({}). Target sizes: {}. Tensor sizes: {}",
                 sizes.size(), operand.sizes.size(), sizes, operand.sizes);
    data_[count++] = operand.data;
  }
  size_t loops = 0;
  for (size_t d = sizes.size(); d-- > 0;) {  // innermost first
    numel_ *= sizes[d];
    Dimension& dimension = dimensions_[loops];
    size_t k = 0;
    for (const Operand& operand : operands) dimension.strides[k++] = byte_stride(operand, sizes, d);
    if (sizes[d] != 1) {
      dimension.size = sizes[d];
      ++loops;
    }
  }
  // In the order of the result's memory: insertion sort, as the order is nearly always right. Dimensions along which
  // the result stands still (a reduction) keep their places.
  for (size_t i = 1; i < loops; ++i) {
    for (size_t j = i; j > 0; --j) {
      const int64_t inner = dimensions_[j - 1].strides[0], outer = dimensions_[j].strides[0];
      if (inner == 0 || outer == 0 || inner <= outer) break;
      std::swap(dimensions_[j - 1], dimensions_[j]);
    }
  }
  size_t merged = 0;
  for (size_t i = 1; i < loops; ++i) {
    if (walked_as_one(dimensions_[merged], dimensions_[i], count)) {
      dimensions_[merged].size *= dimensions_[i].size;
    } else {
      dimensions_[++merged] = dimensions_[i];
    }
  }
  dimensions_.resize(merged + 1);
}

}  // namespace gradus::kernels
