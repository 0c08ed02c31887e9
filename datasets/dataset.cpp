#include <gradus/autograd/check.h>
#include <gradus/datasets/dataset.h>

#include <algorithm>
#include <utility>

namespace gradus::datasets {

void check_sample_index(std::int64_t index, std::int64_t size) {
  GRADUS_CHECK_INDEX(index >= 0 && index < size, "index {} is out of range for a data set of {} samples", index, size);
}

TensorDataset::TensorDataset(Tensor inputs, Tensor targets) : inputs_(std::move(inputs)), targets_(std::move(targets)) {
  GRADUS_CHECK(inputs_.dim() >= 1 && targets_.dim() >= 1 && inputs_.size(0) == targets_.size(0),
               "Size mismatch between tensors: TensorDataset needs as many inputs as targets, got {} and {}",
               inputs_.sizes(), targets_.sizes());
}

Example TensorDataset::operator[](std::int64_t i) const {
  check_sample_index(i, size());
  return {inputs_[i], targets_[i]};
}

Example TensorDataset::batch(std::span<const std::int64_t> indices) const {
  for (const std::int64_t i : indices) check_sample_index(i, size());
  const Tensor index = empty({static_cast<std::int64_t>(indices.size())}, kInt64);
  std::ranges::copy(indices, index.data_ptr<std::int64_t>());
  return {index_select(inputs_, 0, index), index_select(targets_, 0, index)};
}

}  // namespace gradus::datasets
