#include <gradus/tutorials/common/training.h>

#include <gradus/autograd/memory.h>
#include <gradus/autograd/random.h>
#include <gradus/datasets/dataloader.h>
#include <gradus/datasets/synthetic_digits.h>
#include <gradus/tutorials/common/recipe.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <vector>

namespace gradus::tutorials {
namespace {

using datasets::MnistDataset;

TEST(Training, AnEpochShowsEveryDigitOnce) {
  const MnistDataset digits(datasets::synthetic_digits(50, /*seed=*/1));
  for (const int64_t batch_size : {1, 16}) {
    manual_seed(1);
    Classifier classifier = find_recipe("baseline").make_classifier();
    std::ostringstream ignored;
    Progress progress("", digits.size(), ignored, /*terminal=*/false);
    train_epoch(classifier, digits, batch_size, progress);
    EXPECT_EQ(classifier.counter(), 50);
    EXPECT_EQ(progress.samples(), 50);
  }
}

#if !defined(__SANITIZE_ADDRESS__)  // the allocator counts only where it is not bypassed
/// Bytes in use, and with those kept for reuse, after each step of an epoch.
struct MemoryOfSteps {
  std::vector<size_t> allocated, held;
};

MemoryOfSteps memory_of_steps(Classifier& classifier, const MnistDataset& digits, int64_t batch_size) {
  MemoryOfSteps memory;
  datasets::DataLoader loader(digits, {.batch_size = batch_size, .shuffle = true, .seed = 1});
  memory.allocated.reserve(static_cast<size_t>(loader.size()));
  memory.held.reserve(static_cast<size_t>(loader.size()));
  for (const auto& [labels, images, targets] : loader) {
    classifier.train(images, targets);
    const memory::Stats stats = memory::stats();
    memory.allocated.push_back(stats.allocated);
    memory.held.push_back(stats.allocated + stats.cached);
  }
  return memory;
}

TEST(Training, MemoryStaysFlatOverAnEpoch) {
  const MnistDataset digits(datasets::synthetic_digits(192, /*seed=*/1));
  for (const Recipe& recipe : recipes()) {
    for (const int64_t batch_size : {1, 16}) {
      SCOPED_TRACE(recipe.name + ", batch size " + std::to_string(batch_size));
      manual_seed(1);
      const size_t before = memory::stats().allocated;
      {
        Classifier classifier = recipe.make_classifier();
        const MemoryOfSteps memory = memory_of_steps(classifier, digits, batch_size);
        // The first two steps make what stays: gradients, and what the optimiser remembers.
        for (size_t step = 2; step < memory.allocated.size(); ++step) {
          ASSERT_EQ(memory.allocated[step], memory.allocated[1]) << "step " << step;
        }
        const auto half = memory.held.begin() + static_cast<std::ptrdiff_t>(memory.held.size() / 2);
        EXPECT_LE(*std::max_element(half, memory.held.end()), *std::max_element(memory.held.begin(), half));
      }
      EXPECT_EQ(memory::stats().allocated, before);
    }
  }
}
#endif

}  // namespace
}  // namespace gradus::tutorials
