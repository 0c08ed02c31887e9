#include <gradus/autograd/memory.h>

#include <sys/mman.h>

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace gradus::memory {
namespace {

// Under a sanitizer every block comes from the system and goes back to it, so that wrong uses are seen.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kBypassCache = true;
#elif defined(__has_feature)
constexpr bool kBypassCache = __has_feature(address_sanitizer) || __has_feature(memory_sanitizer);
#else
constexpr bool kBypassCache = false;
#endif

using detail::Block, detail::kSmallLimit, detail::kSmallStep, detail::padded;
constexpr size_t kSlab = size_t{64} << 10;  // small blocks are cut from slabs of this size,
constexpr size_t kManySlabs = 64;           // and after so many of them from slabs made of huge pages
constexpr size_t kLargestCached = size_t{1} << 30;
constexpr size_t kMostCached = size_t{2} << 30;  // in large blocks, for each thread
constexpr size_t kHugePage = size_t{2} << 20, kFewestHuge = 2 * kHugePage;
constexpr size_t kLargeBins = 4 * 31;

/// The bin of a request above kSmallLimit, and the size of its blocks: four steps between powers of two waste at most a
/// quarter.
struct LargeBin {
  size_t index;
  size_t bytes;
};
LargeBin large_bin(size_t bytes) {
  const size_t power = std::bit_width(bytes - 1) - 1;  // 2^power < bytes <= 2^(power+1)
  const size_t step = size_t{1} << (power - 2);
  const size_t steps = (bytes - (size_t{1} << power) + step - 1) / step;  // 1..4
  return {(power - 10) * 4 + steps - 1, (size_t{1} << power) + steps * step};
}

/// Free blocks of one thread. Never destroyed: a thread that ends parks it for the next one, since blocks may outlive
/// the thread that made them, and static tensors outlive main().
struct Bins : detail::SmallBins {
  std::array<Block*, kLargeBins> large{};
  std::byte* slab = nullptr;
  size_t slab_left = 0, slabs = 0;
  size_t cached = 0;  // bytes in large bins
};

std::mutex registry_mutex;
std::vector<Bins*>& all_bins() {
  static auto* bins = new std::vector<Bins*>;
  return *bins;
}
std::vector<Bins*>& parked_bins() {
  static auto* bins = new std::vector<Bins*>;
  return *bins;
}

struct ParkAtExit {
  ~ParkAtExit() {
    if (!detail::small_bins) return;
    const std::lock_guard lock(registry_mutex);
    parked_bins().push_back(static_cast<Bins*>(std::exchange(detail::small_bins, nullptr)));
  }
};

Bins& adopt_bins() {
  thread_local ParkAtExit park;
  const std::lock_guard lock(registry_mutex);
  Bins* mine = nullptr;
  if (!parked_bins().empty()) {
    mine = parked_bins().back();
    parked_bins().pop_back();
  } else {
    mine = new Bins;
    all_bins().push_back(mine);
  }
  detail::small_bins = mine;
  return *mine;
}

Bins& bins() { return detail::small_bins ? static_cast<Bins&>(*detail::small_bins) : adopt_bins(); }

void* allocate_from_system(size_t bytes) {
  const bool huge = !kBypassCache && bytes >= kFewestHuge;
  const size_t alignment = huge ? kHugePage : 64;
  void* block = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (!block) throw std::bad_alloc();
  if (huge) prefer_huge_pages(block, bytes);
  return block;
}

/// A small block that no bin has.
void* cut_from_slab(Bins& mine, size_t bytes) {
  const size_t alignment = bytes % 64 == 0 ? 64 : kSmallStep;
  size_t skip = (alignment - reinterpret_cast<uintptr_t>(mine.slab) % alignment) % alignment;
  if (mine.slab_left < bytes + skip) {
    mine.slab_left = ++mine.slabs > kManySlabs ? 2 * kHugePage : kSlab;
    mine.slab = static_cast<std::byte*>(allocate_from_system(mine.slab_left));
    skip = 0;
  }
  std::byte* block = mine.slab + skip;
  mine.slab = block + bytes;
  mine.slab_left -= bytes + skip;
  return block;
}

}  // namespace

thread_local constinit detail::SmallBins* detail::small_bins = nullptr;

static void* allocate_large(Bins& mine, size_t bytes) {
  if (bytes > kLargestCached) return allocate_from_system(bytes);
  const LargeBin bin = large_bin(bytes);
  if (Block* block = mine.large[bin.index]) {
    mine.large[bin.index] = block->next;
    mine.cached -= bin.bytes;
    return block;
  }
  return allocate_from_system(bin.bytes);
}

void* detail::allocate_slowly(size_t bytes) {
  if constexpr (kBypassCache) return allocate_from_system(bytes == 0 ? 1 : bytes);
  if (!small_bins) {
    adopt_bins();
    return allocate(bytes);
  }
  bytes = padded(bytes);
  Bins& mine = bins();
  mine.count(static_cast<int64_t>(bytes));
  return bytes > kSmallLimit ? allocate_large(mine, bytes) : cut_from_slab(mine, bytes);
}

static void deallocate_large(Bins& mine, void* block, size_t bytes) noexcept {
  if (bytes > kLargestCached) return std::free(block);
  const LargeBin bin = large_bin(bytes);
  if (mine.cached + bin.bytes > kMostCached) return std::free(block);
  mine.cached += bin.bytes;
  mine.large[bin.index] = new (block) Block{mine.large[bin.index]};
}

void detail::deallocate_slowly(void* block, size_t bytes) noexcept {
  if (!block) return;
  if constexpr (kBypassCache) return std::free(block);
  if (!small_bins) {
    adopt_bins();
    return deallocate(block, bytes);
  }
  bytes = padded(bytes);
  Bins& mine = bins();
  mine.count(-static_cast<int64_t>(bytes));
  deallocate_large(mine, block, bytes);
}

void prefer_huge_pages([[maybe_unused]] void* block, [[maybe_unused]] size_t bytes) noexcept {
#ifdef MADV_HUGEPAGE
  constexpr size_t kPage = 4096;
  const size_t to_page = (kPage - reinterpret_cast<uintptr_t>(block) % kPage) % kPage;
  if (bytes >= kFewestHuge) madvise(static_cast<std::byte*>(block) + to_page, bytes - to_page, MADV_HUGEPAGE);
#endif
}

void empty_cache() noexcept {
  if constexpr (kBypassCache) return;
  Bins& mine = bins();
  for (Block*& head : mine.large) {
    while (head) std::free(std::exchange(head, head->next));
  }
  mine.cached = 0;
}

Stats stats() noexcept {
  if constexpr (kBypassCache) return {0, 0};
  const size_t cached = bins().cached;
  const std::lock_guard lock(registry_mutex);
  int64_t allocated = 0;
  for (const Bins* each : all_bins()) allocated += each->allocated.load(std::memory_order_relaxed);
  return {static_cast<size_t>(allocated), cached};
}

}  // namespace gradus::memory
