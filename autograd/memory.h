#pragma once
#include <cstddef>

/// The caching allocator that storages, tensors and graph nodes come from (docs/adr/0001-caching-allocator.md): freed
/// blocks are kept in bins by size and handed out again, so that a training step touches only pages it already owns.
/// Bypassed under AddressSanitizer, so that it sees every block.
namespace gradus::memory {

/// At least `bytes` bytes, not cleared; aligned to 64 bytes if `bytes` is a multiple of 64, to 16 otherwise. Throws
/// std::bad_alloc.
void* allocate(size_t bytes);

/// Gives back a block; `bytes` is what it was asked for with.
void deallocate(void* block, size_t bytes) noexcept;

/// Returns this thread's large cached blocks to the system.
void empty_cache() noexcept;

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
