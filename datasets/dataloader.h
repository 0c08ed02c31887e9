#pragma once

#include <gradus/autograd/random.h>
#include <gradus/datasets/dataset.h>

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace gradus::datasets {

struct DataLoaderOptions {
  /// Samples in a batch.
  std::int64_t batch_size = 1;
  /// A new random order in each epoch, in place of the data set's own.
  bool shuffle = false;
  /// Leave out a last batch that is smaller than the others.
  bool drop_last = false;
  /// Of the shuffling; without it gradus::manual_seed() decides, as in PyTorch.
  std::optional<std::uint64_t> seed = std::nullopt;
};

/// The parts of DataLoader that are the same for every data set.
namespace loading {

/// Throws ValueError unless batch_size is positive.
void check_options(const DataLoaderOptions& options);
/// How many batches `samples` samples make.
std::int64_t batch_count(std::int64_t samples, const DataLoaderOptions& options);
/// 0 .. samples - 1, shuffled by `generator` unless it is null.
std::vector<std::int64_t> sample_order(std::int64_t samples, Generator* generator);

/// Several samples at once: by the data set's own batch(), otherwise its Examples, stacked.
template <Dataset D>
auto stack_samples(const D& dataset, std::span<const std::int64_t> indices) {
  if constexpr (requires { dataset.batch(indices); }) {
    return dataset.batch(indices);
  } else {
    std::vector<Tensor> inputs, targets;
    for (const std::int64_t i : indices) {
      Example example = dataset[i];
      inputs.push_back(std::move(example.input));
      targets.push_back(std::move(example.target));
    }
    return Example{stack(inputs), stack(targets)};
  }
}

}  // namespace loading

/// Hands out a data set in batches, epoch after epoch:
///
///     DataLoader loader(dataset, {.batch_size = 32, .shuffle = true, .seed = 1});
///     for (const auto& [labels, images, targets] : loader) ...
///
/// Each loop is one epoch. With `shuffle` each has an order of its own, which the seed decides. A batch is what the
/// data set's batch() returns, or an Example of stacked tensors (https://pytorch.org/docs/stable/data.html).
template <Dataset D>
class DataLoader {
 public:
  class Iterator;

  /// Copies `dataset`. Throws ValueError when batch_size is not positive.
  explicit DataLoader(D dataset, DataLoaderOptions options = {})
      : dataset_(std::move(dataset)), options_(options), generator_(options.seed.value_or(0)) {
    loading::check_options(options_);
  }

  /// Batches in an epoch: size of the data set / batch_size, rounded up, or down with drop_last.
  std::int64_t size() const { return loading::batch_count(dataset_.size(), options_); }
  const D& dataset() const { return dataset_; }
  const DataLoaderOptions& options() const { return options_; }

  /// Starts an epoch. Iterators refer to this loader, which must outlive them.
  Iterator begin() {
    Generator* const generator = options_.seed ? &generator_ : &default_generator();
    return Iterator(this, loading::sample_order(dataset_.size(), options_.shuffle ? generator : nullptr));
  }
  std::default_sentinel_t end() const { return {}; }

 private:
  D dataset_;
  DataLoaderOptions options_;
  Generator generator_;
};

/// Goes through the batches of one epoch; each is put together when it is asked for.
template <Dataset D>
class DataLoader<D>::Iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = decltype(loading::stack_samples(std::declval<const D&>(), std::span<const std::int64_t>()));
  using difference_type = std::ptrdiff_t;

  Iterator(const DataLoader* loader, std::vector<std::int64_t> order)
      : loader_(loader), order_(std::make_shared<const std::vector<std::int64_t>>(std::move(order))) {}

  value_type operator*() const {
    const std::int64_t size = loader_->options_.batch_size, samples = static_cast<std::int64_t>(order_->size());
    const std::int64_t first = batch_ * size, left = samples - first, count = left < size ? left : size;
    return loading::stack_samples(loader_->dataset_, std::span(*order_).subspan(static_cast<std::size_t>(first),
                                                                                static_cast<std::size_t>(count)));
  }
  Iterator& operator++() {
    ++batch_;
    return *this;
  }
  void operator++(int) { ++batch_; }
  bool operator==(std::default_sentinel_t) const { return batch_ == loader_->size(); }

 private:
  const DataLoader* loader_;
  std::shared_ptr<const std::vector<std::int64_t>> order_;  // the indices of all samples, in this epoch's order
  std::int64_t batch_ = 0;
};

}  // namespace gradus::datasets
