#pragma once

#include <gradus/autograd/tensor.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

namespace gradus::datasets {

/// What every data set has: a size and samples by index, as in PyTorch's `len(dataset)` and `dataset[i]`.
///
/// A data set of your own has these two and is ready for a DataLoader, which copies it (so let copies share what is
/// large, as tensors do). Its samples are Examples, or it also has `batch(indices)`, which returns several samples at
/// once, in a type of its choice.
template <class D>
concept Dataset = std::copy_constructible<D> && requires(const D& dataset, std::int64_t i) {
  { dataset.size() } -> std::convertible_to<std::int64_t>;
  dataset[i];
};

/// The usual sample: what goes into a network, and what should come out. As a batch: many of each, stacked.
struct Example {
  Tensor input, target;
};

/// Goes through a data set by index: what begin() and end() return where `for (... : dataset)` is wanted. Refers to the
/// data set, which must outlive it.
template <class D>
class SampleIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = decltype(std::declval<const D&>()[0]);
  using difference_type = std::ptrdiff_t;

  SampleIterator() = default;
  SampleIterator(const D* dataset, std::int64_t index) : dataset_(dataset), index_(index) {}

  value_type operator*() const { return (*dataset_)[index_]; }
  SampleIterator& operator++() {
    ++index_;
    return *this;
  }
  SampleIterator operator++(int) {
    SampleIterator before = *this;
    ++index_;
    return before;
  }
  bool operator==(const SampleIterator&) const = default;

 private:
  const D* dataset_ = nullptr;
  std::int64_t index_ = 0;
};

/// Throws IndexError, naming both, unless 0 <= index < size.
void check_sample_index(std::int64_t index, std::int64_t size);

/// Samples that are rows of two tensors: `inputs` (N, ...) and `targets` (N, ...).
class TensorDataset {
 public:
  /// Shares the memory of both tensors. Throws gradus::Error unless they have the same size in dimension 0.
  TensorDataset(Tensor inputs, Tensor targets);

  /// The number of samples, N.
  std::int64_t size() const { return inputs_.size(0); }
  /// Sample i: views of row i of both tensors. Throws IndexError unless 0 <= i < size().
  Example operator[](std::int64_t i) const;
  /// Copies of several samples, stacked: input (B, ...), target (B, ...). Throws IndexError as operator[] does.
  Example batch(std::span<const std::int64_t> indices) const;

  SampleIterator<TensorDataset> begin() const { return {this, 0}; }
  SampleIterator<TensorDataset> end() const { return {this, size()}; }

  /// All inputs, (N, ...).
  const Tensor& inputs() const { return inputs_; }
  /// All targets, (N, ...).
  const Tensor& targets() const { return targets_; }

 private:
  Tensor inputs_, targets_;
};

}  // namespace gradus::datasets
