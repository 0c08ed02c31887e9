#include <gradus/autograd/check.h>
#include <gradus/datasets/dataloader.h>

#include <numeric>

namespace gradus::datasets::loading {

void check_options(const DataLoaderOptions& options) {
  GRADUS_CHECK_VALUE(options.batch_size >= 1, "batch_size should be a positive integer value, but got batch_size={}",
                     options.batch_size);
}

std::int64_t batch_count(std::int64_t samples, const DataLoaderOptions& options) {
  const std::int64_t whole = samples / options.batch_size, rest = samples % options.batch_size;
  return whole + (rest != 0 && !options.drop_last ? 1 : 0);
}

std::vector<std::int64_t> sample_order(std::int64_t samples, Generator* generator) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(samples));
  std::iota(order.begin(), order.end(), 0);
  if (generator != nullptr) {  // Fisher and Yates: https://en.wikipedia.org/wiki/Fisher-Yates_shuffle
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[generator->uniform_int(i)]);
  }
  return order;
}

}  // namespace gradus::datasets::loading
