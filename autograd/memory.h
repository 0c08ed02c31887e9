#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

/// The caching allocator that storages, tensors and graph nodes come from (docs/adr/0001-caching-allocator.md): freed
/// blocks are kept in bins by size and handed out again, so that a training step touches only pages it already owns.
/// Bypassed under AddressSanitizer, so that it sees every block.
namespace gradus::memory {

namespace detail {
constexpr size_t kSmallStep = 16;     // small blocks come in multiples of this
constexpr size_t kSmallLimit = 1024;  // bytes; up to here

struct Block {
  Block* next;
};

/// A thread's free small blocks by size, and what it has handed out.
struct SmallBins {
  std::array<Block*, kSmallLimit / kSmallStep + 1> free{};
  // Bytes handed out less bytes given back; negative where other threads' blocks came back here. Read by stats().
  std::atomic<int64_t> allocated{0};
  void count(int64_t bytes) {
    allocated.store(allocated.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
  }
};
extern thread_local constinit SmallBins* small_bins;  // null before the first allocation, and under AddressSanitizer

/// What allocate and deallocate leave: large blocks, small ones that no bin has, and a thread's first call.
void* allocate_slowly(size_t bytes);
void deallocate_slowly(void* block, size_t bytes) noexcept;

/// Multiples of 16; those of 64 are aligned to 64.
constexpr size_t padded(size_t bytes) { return (bytes + (bytes == 0) + kSmallStep - 1) / kSmallStep * kSmallStep; }
}  // namespace detail

/// At least `bytes` bytes, not cleared; aligned to 64 bytes if `bytes` is a multiple of 64, to 16 otherwise. Throws
/// std::bad_alloc. Here for the usual case, a small block that was used before: `bytes` is mostly known to the
/// compiler.
inline void* allocate(size_t bytes) {
  detail::SmallBins* const mine = detail::small_bins;
  if (bytes <= detail::kSmallLimit && mine) [[likely]] {
    const size_t size = detail::padded(bytes);
    detail::Block*& head = mine->free[size / detail::kSmallStep];
    if (head) [[likely]] {
      mine->count(static_cast<int64_t>(size));
      return std::exchange(head, head->next);
    }
  }
  return detail::allocate_slowly(bytes);
}

/// Gives back a block; `bytes` is what it was asked for with.
inline void deallocate(void* block, size_t bytes) noexcept {
  detail::SmallBins* const mine = detail::small_bins;
  if (!block || bytes > detail::kSmallLimit || !mine) [[unlikely]]
    return detail::deallocate_slowly(block, bytes);
  const size_t size = detail::padded(bytes);
  detail::Block*& head = mine->free[size / detail::kSmallStep];
  mine->count(-static_cast<int64_t>(size));
  head = new (block) detail::Block{head};
}

/// Returns this thread's large cached blocks to the system.
void empty_cache() noexcept;

/// Asks the system for large pages behind a block that nobody has written to yet: a page that is written for the first
/// time is an interruption, and few large ones cost less than many small ones. A wish, which changes nothing else;
/// small blocks are left as they are.
void prefer_huge_pages(void* block, size_t bytes) noexcept;

/// Bytes in use by live blocks of all threads, and bytes that this thread's bins hold for reuse.
struct Stats {
  size_t allocated;
  size_t cached;
};
Stats stats() noexcept;

/// Base that gives a class the caching allocator for `new` and `delete`.
struct Cached {
  static void* operator new(size_t bytes) { return allocate(bytes); }
  static void operator delete(void* block, size_t bytes) noexcept { deallocate(block, bytes); }
};

/// The same for the containers of the standard library.
template <class T>
struct Allocator {
  using value_type = T;
  Allocator() = default;
  template <class U>
  Allocator(const Allocator<U>&) {}
  T* allocate(size_t count) { return static_cast<T*>(memory::allocate(count * sizeof(T))); }
  void deallocate(T* block, size_t count) noexcept { memory::deallocate(block, count * sizeof(T)); }
  friend bool operator==(const Allocator&, const Allocator&) { return true; }
};

}  // namespace gradus::memory
