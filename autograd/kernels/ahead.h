#pragma once
// Operations on numbers that are too many for the caches. A processor looks ahead for what is read in a row, but not
// past a page, and hardly for what is written; so both are asked for some time before they are needed.
#include <cstddef>
#include <cstdint>

namespace gradus::kernels {

inline constexpr int64_t kCacheLine = 64, kBytesAhead = 64 * kCacheLine;

/// Whether a result has so many elements that asking ahead is worth its instructions: fewer lie in the caches.
template <class T>
bool is_far(int64_t n) {
  return n >= (int64_t{4} << 20) / static_cast<int64_t>(sizeof(T));
}

/// Asks for what is written kBytesAhead after `to` and read as far after `from`; there need not be anything.
template <class T, class... From>
void ask_ahead(T* to, const From*... from) {
  __builtin_prefetch(reinterpret_cast<std::byte*>(to) + kBytesAhead, 1);
  (__builtin_prefetch(reinterpret_cast<const std::byte*>(from) + kBytesAhead), ...);
}

}  // namespace gradus::kernels
