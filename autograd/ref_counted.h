#pragma once
#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstdint>

namespace gradus {

template <class T>
using Ptr = boost::intrusive_ptr<T>;

/// Base of everything that is shared by counting references: storages, layouts, tensors, graph nodes. The count is
/// atomic, so handles may be copied and dropped by several threads.
class RefCounted {
 public:
  RefCounted() = default;
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;

  /// True if exactly one handle is left: whoever holds it may change or reuse the object.
  bool unique() const { return count_.load(std::memory_order_acquire) == 1; }
  uint32_t use_count() const { return count_.load(std::memory_order_relaxed); }

  /// From now on the object is never destroyed, and handles of it cost no atomic count. Before others know it.
  void make_permanent() { count_.store(kPermanent, std::memory_order_relaxed); }

  template <class T>
  friend void intrusive_ptr_add_ref(const T* object) {
    std::atomic<uint32_t>& count = static_cast<const RefCounted*>(object)->count_;
    const uint32_t now = count.load(std::memory_order_relaxed);
    if (now == kPermanent) return;
    // A new object's first handle needs no atomic increment: nobody else knows the object yet.
    if (now == 0) {
      count.store(1, std::memory_order_relaxed);
    } else {
      count.fetch_add(1, std::memory_order_relaxed);
    }
  }
  template <class T>
  friend void intrusive_ptr_release(const T* object) {
    std::atomic<uint32_t>& count = static_cast<const RefCounted*>(object)->count_;
    const uint32_t now = count.load(std::memory_order_acquire);
    if (now == kPermanent) return;
    // The only owner needs no atomic decrement: nobody else is left who could change the count.
    if (now == 1 || count.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      T::destroy(const_cast<T*>(object));
    }
  }

 private:
  static constexpr uint32_t kPermanent = ~uint32_t{0};
  mutable std::atomic<uint32_t> count_{0};
};

}  // namespace gradus
