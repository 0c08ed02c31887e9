#pragma once
// One operation on several threads (docs/adr/0008-threads.md).
#include <gradus/autograd/threads.h>
#include <algorithm>
#include <cstdint>

namespace gradus::kernels {

namespace detail {
/// part(work, i) for every i < parts, each on a thread of its own, at once.
void run_parts(int64_t parts, void (*part)(const void* work, int64_t i), const void* work);
}  // namespace detail

/// f(begin, end) for consecutive ranges that make up 0 .. count, on as many threads as set_num_threads() allows and
/// as there are ranges of at least `grain`; returns how many. f must not throw, and must not mind where one range ends
/// and the next begins. Ranges begin at multiples of `step`: of 16, two threads seldom write to one cache line.
template <class F>
int parallel_for(int64_t count, int64_t grain, const F& f, int64_t step = 16) {
  const auto parts = static_cast<int>(std::min<int64_t>(get_num_threads(), count / grain));
  if (parts <= 1) {
    f(int64_t{0}, count);
    return 1;
  }
  struct Work {
    const F& f;
    int64_t count, length;
  };
  const Work work{f, count, ((count + parts - 1) / parts + step - 1) / step * step};
  detail::run_parts(
      parts,
      [](const void* all, int64_t i) {
        const Work& mine = *static_cast<const Work*>(all);
        const int64_t begin = i * mine.length, end = std::min(begin + mine.length, mine.count);
        if (begin < end) mine.f(begin, end);
      },
      &work);
  return parts;
}

/// Grains: elements that are worth a thread, by what one costs. Waking a thread takes a microsecond or two, and what it
/// reads comes from the cache of the core that wrote it, far slower than from its own: so a cheap operation is split
/// only where its operands have left the caches anyway, or where each thread has written what it reads.
inline constexpr int64_t kSimpleGrain = 1 << 19;          // an addition, or a step of an optimizer
inline constexpr int64_t kTranscendentalGrain = 1 << 13;  // exp

/// The grain of a simple operation on n elements of tensors: what several threads have computed is split alike.
template <class... Tensors>
int64_t simple_grain(int64_t n, const Tensors&... inputs) {
  const int parts = std::max({inputs.impl()->parts...});
  return parts > 1 ? std::max<int64_t>(n / parts, 1) : kSimpleGrain;
}

}  // namespace gradus::kernels
