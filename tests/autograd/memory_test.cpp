#include <gradus/autograd/memory.h>
#include <gradus/autograd/tensor.h>
#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <thread>
#include <vector>

namespace gradus {
namespace {

TEST(Memory, BlocksAreAlignedAndDoNotOverlap) {
  std::vector<std::pair<std::byte*, size_t>> blocks;
  for (size_t bytes = 1; bytes < 300'000; bytes = bytes % 64 == 0 ? bytes * 5 / 4 + 1 : (bytes + 63) / 64 * 64) {
    auto* block = static_cast<std::byte*>(memory::allocate(bytes));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % (bytes % 64 == 0 ? 64 : 16), 0u) << bytes;
    std::memset(block, static_cast<int>(blocks.size() + 1), bytes);
    blocks.emplace_back(block, bytes);
  }
  for (size_t i = 0; i < blocks.size(); ++i) {
    const auto [block, bytes] = blocks[i];
    const auto mark = static_cast<std::byte>(i + 1);
    EXPECT_EQ(block[0], mark);
    EXPECT_EQ(block[bytes - 1], mark);
    memory::deallocate(block, bytes);
  }
}

TEST(Memory, NullIsIgnored) {
  const size_t before = memory::stats().allocated;
  memory::deallocate(nullptr, 10);
  EXPECT_EQ(memory::stats().allocated, before);
}

#if !defined(__SANITIZE_ADDRESS__)  // bypassed there, so that the sanitizer sees every block
TEST(Memory, NumbersAreAlignedToACacheLine) {
  for (const int64_t n : {9, 100, 1000, 156'800}) {
    EXPECT_EQ(reinterpret_cast<uintptr_t>(empty({n}).data_ptr<float>()) % 64, 0u) << n;
  }
}

TEST(Memory, AFreedBlockIsHandedOutAgain) {
  for (const size_t bytes : {size_t{8}, size_t{100}, size_t{5000}, size_t{627'200}}) {
    void* first = memory::allocate(bytes);
    memory::deallocate(first, bytes);
    void* second = memory::allocate(bytes);
    EXPECT_EQ(first, second) << bytes;
    memory::deallocate(second, bytes);
  }
}

TEST(Memory, StatsFollowTensors) {
  const memory::Stats before = memory::stats();
  {
    const Tensor x = empty({1000, 1000});
    EXPECT_GE(memory::stats().allocated, before.allocated + 4'000'000);
  }
  EXPECT_EQ(memory::stats().allocated, before.allocated);
  EXPECT_GE(memory::stats().cached, before.cached);
  memory::empty_cache();
  EXPECT_EQ(memory::stats().cached, 0u);
}

TEST(Memory, ALayoutIsKeptForTheNextTensorOfItsShape) {
  const auto has_a_place = [](IntArrayRef sizes) {
    const Tensor x = empty(sizes), y = empty(sizes);
    return x.impl()->layout == y.impl()->layout;
  };
  int64_t rows = 1;
  while (!has_a_place({rows, 1, 4})) ASSERT_LT(++rows, 10'000);
  const Layout* const kept = empty({rows, 1, 4}).impl()->layout.get();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      EXPECT_EQ(empty({rows, 1, 4}).impl()->layout.get(), kept);
      for (int64_t n = 0; n < 2000; ++n) {  // more shapes than are kept
        const Tensor x = empty({n % 50, n});
        ASSERT_EQ(x.sizes(), (IntArrayRef{n % 50, n}));
        ASSERT_EQ(x.strides(), (IntArrayRef{std::max<int64_t>(n, 1), 1}));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(empty({rows, 1, 4}).impl()->layout.get(), kept);
}

TEST(Memory, BlocksMayBeFreedByAnotherThread) {
  const size_t before = memory::stats().allocated;
  std::vector<Tensor> tensors;
  std::thread([&] {
    for (int i = 0; i < 100; ++i) tensors.push_back(empty({100}));
  }).join();
  tensors.clear();
  EXPECT_EQ(memory::stats().allocated, before);
}

TEST(Memory, AGraphNodeWithASmallTensorStaysUnder350Bytes) {
  const Tensor x = tensor(1.0, requires_grad());
  const Tensor a = tensor(1.0, requires_grad()), b = tensor(0.0, requires_grad());
  std::vector<Tensor> kept{x};
  kept.reserve(1001);
  const size_t before = memory::stats().allocated;
  constexpr size_t nodes = 1000;
  for (size_t i = 0; i < nodes; ++i) kept.push_back(i % 2 == 0 ? kept.back() * a : kept.back() + b);
  EXPECT_LT((memory::stats().allocated - before) / nodes, 350u);
}
#endif

}  // namespace
}  // namespace gradus
