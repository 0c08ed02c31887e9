#include <gradus/datasets/dataloader.h>
#include <gradus/datasets/mnist.h>
#include <gradus/tests/datasets/files.h>

#include <algorithm>
#include <vector>

namespace gradus::datasets {
namespace {

/// Samples 0 .. n - 1: the input [i, 10 i], the target i. It has no batch() of its own.
struct Counting {
  int64_t n;
  int64_t size() const { return n; }
  Example operator[](int64_t i) const {
    const auto x = static_cast<double>(i);
    return {tensor({x, 10 * x}), tensor(i)};
  }
};
static_assert(Dataset<Counting> && Dataset<TensorDataset> && Dataset<MnistDataset>);

TensorDataset numbers(int64_t n) { return TensorDataset(arange(0, n).view({n, 1}), arange(0, n)); }

/// The targets of one epoch, batch by batch.
template <class D>
std::vector<std::vector<int64_t>> epoch(DataLoader<D>& loader) {
  std::vector<std::vector<int64_t>> batches;
  for (const auto& [input, target] : loader) batches.push_back(target.template to_vector<int64_t>());
  return batches;
}

std::vector<int64_t> flat(const std::vector<std::vector<int64_t>>& batches) {
  std::vector<int64_t> all;
  for (const auto& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}

TEST(DataLoaderTest, DefaultsToSingleSamplesInOrder) {
  DataLoader loader(numbers(3));
  EXPECT_EQ(loader.size(), 3);
  EXPECT_EQ(epoch(loader), (std::vector<std::vector<int64_t>>{{0}, {1}, {2}}));
  for (const auto& [input, target] : loader) EXPECT_EQ(input.sizes(), IntArrayRef({1, 1}));
}

TEST(DataLoaderTest, KeepsOrDropsASmallLastBatch) {
  DataLoader keep(numbers(5), {.batch_size = 2});
  EXPECT_EQ(keep.size(), 3);
  EXPECT_EQ(epoch(keep), (std::vector<std::vector<int64_t>>{{0, 1}, {2, 3}, {4}}));
  DataLoader drop(numbers(5), {.batch_size = 2, .drop_last = true});
  EXPECT_EQ(drop.size(), 2);
  EXPECT_EQ(epoch(drop), (std::vector<std::vector<int64_t>>{{0, 1}, {2, 3}}));
  DataLoader exact(numbers(4), {.batch_size = 2, .drop_last = true});
  EXPECT_EQ(exact.size(), 2);
  DataLoader larger(numbers(3), {.batch_size = 8});
  EXPECT_EQ(epoch(larger), (std::vector<std::vector<int64_t>>{{0, 1, 2}}));
  DataLoader none(numbers(3), {.batch_size = 8, .drop_last = true});
  EXPECT_EQ(none.size(), 0);
  EXPECT_TRUE(epoch(none).empty());
}

TEST(DataLoaderTest, ShufflesEachEpochAnewAsTheSeedDecides) {
  DataLoader a(numbers(50), {.batch_size = 7, .shuffle = true, .seed = 3});
  DataLoader b(numbers(50), {.batch_size = 7, .shuffle = true, .seed = 3});
  DataLoader c(numbers(50), {.batch_size = 7, .shuffle = true, .seed = 4});
  const auto first = flat(epoch(a)), second = flat(epoch(a));
  EXPECT_NE(first, second);
  EXPECT_EQ(flat(epoch(b)), first);
  EXPECT_EQ(flat(epoch(b)), second);
  EXPECT_NE(flat(epoch(c)), first);
  const std::vector<int64_t> all = flat([] {
    DataLoader ordered(numbers(50), {.batch_size = 50});
    return epoch(ordered);
  }());
  EXPECT_TRUE(std::ranges::is_permutation(first, all));
  EXPECT_TRUE(std::ranges::is_permutation(second, all));
}

TEST(DataLoaderTest, EveryOrderIsAsLikely) {
  DataLoader loader(numbers(3), {.batch_size = 3, .shuffle = true, .seed = 1});
  std::vector<int> count(27);
  for (int i = 0; i < 6000; ++i) {
    const auto order = flat(epoch(loader));
    ++count[static_cast<std::size_t>(9 * order[0] + 3 * order[1] + order[2])];
  }
  std::erase(count, 0);
  ASSERT_EQ(count.size(), 6U);
  for (const int orders : count) EXPECT_NEAR(orders, 1000, 120);  // four standard deviations
}

TEST(DataLoaderTest, WithoutASeedManualSeedDecides) {
  const auto shuffled = [] {
    manual_seed(11);
    DataLoader loader(numbers(20), {.batch_size = 20, .shuffle = true});
    return flat(epoch(loader));
  };
  const auto first = shuffled();
  EXPECT_EQ(shuffled(), first);
  manual_seed(12);
  DataLoader loader(numbers(20), {.batch_size = 20, .shuffle = true});
  EXPECT_NE(flat(epoch(loader)), first);
}

TEST(DataLoaderTest, StacksTheExamplesOfADataSetWithoutBatch) {
  DataLoader loader(Counting{5}, {.batch_size = 3});
  EXPECT_EQ(epoch(loader), (std::vector<std::vector<int64_t>>{{0, 1, 2}, {3, 4}}));
  const auto [input, target] = *loader.begin();
  EXPECT_EQ(input.sizes(), IntArrayRef({3, 2}));
  EXPECT_EQ(input.to_vector<double>(), (std::vector<double>{0, 0, 1, 10, 2, 20}));
}

TEST(DataLoaderTest, HandsOutMnistBatches) {
  Digits digits{{3, 1, 4}, std::vector<std::uint8_t>(3 * kDigitPixels)};
  for (std::size_t i = 0; i < 3; ++i) digits.pixels[i * kDigitPixels] = static_cast<std::uint8_t>(51 * i);
  DataLoader loader(MnistDataset(digits), {.batch_size = 2});
  const auto [labels, images, targets] = *loader.begin();
  EXPECT_EQ(labels.to_vector<int64_t>(), (std::vector<int64_t>{3, 1}));
  EXPECT_EQ(images.sizes(), IntArrayRef({2, 784}));
  EXPECT_FLOAT_EQ(images.data_ptr<float>()[784], 0.2F);
  EXPECT_EQ(targets.sizes(), IntArrayRef({2, 10}));
}

TEST(DataLoaderTest, RefusesABatchSizeThatIsNotPositive) {
  for (const int64_t size : {0, -3}) {
    EXPECT_THROW(DataLoader(numbers(3), {.batch_size = size}), ValueError);
    EXPECT_EQ(error_of([&] { DataLoader(numbers(3), {.batch_size = size}); }),
              "batch_size should be a positive integer value, but got batch_size=" + std::to_string(size));
  }
}

}  // namespace
}  // namespace gradus::datasets
