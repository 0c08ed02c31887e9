#pragma once
// Loops over the elements of several tensors of one (broadcast) shape, whatever their strides.
//
//   LoopPlan plan(sizes, {out, a, b});                     // broadcasts, orders and merges dimensions
//   plan.for_each_row<3>([](int64_t n, const auto& data, const auto& strides) {...});
//
//   map<float>(out, [](float a, float b) { return a + b; }, a, b);   // out[i] = f(a[i], b[i])
#include <gradus/autograd/kernels/ahead.h>
#include <gradus/autograd/kernels/parallel.h>
#include <gradus/autograd/tensor.h>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <tuple>
#include <type_traits>
#include <utility>

namespace gradus::kernels {

/// One tensor of a loop: its first element, its shape, and the distances of its elements (counted in elements).
struct Operand {
  Operand(const Tensor& x)
      : data(x.impl()->data),
        sizes(x.sizes()),
        strides(x.strides()),
        element_size(static_cast<int64_t>(x.element_size())) {}
  Operand(void* first, IntArrayRef s, IntArrayRef st, size_t bytes_of_element)
      : data(static_cast<std::byte*>(first)),
        sizes(s),
        strides(st),
        element_size(static_cast<int64_t>(bytes_of_element)) {}

  std::byte* data;
  IntArrayRef sizes, strides;
  int64_t element_size;
};

/// How to visit all elements of a shape in several operands at once: a nest of loops as few as the strides allow.
/// Dimensions of size 1 are dropped, the first operand (the result) is walked in the order of its memory, and
/// neighbouring dimensions that every operand walks as one are merged: contiguous operands of any shape give one row.
class LoopPlan {
 public:
  static constexpr size_t kMaxOperands = 5;
  struct Dimension {
    int64_t size;
    std::array<int64_t, kMaxOperands> strides;  // in bytes; 0 where the operand is broadcast
  };

  /// Operands are broadcast to `sizes` from the right. Throws Error if one cannot be. A result that is a reduction is
  /// an operand of full shape with stride 0 in the reduced dimensions.
  LoopPlan(IntArrayRef sizes, std::initializer_list<Operand> operands);

  int64_t numel() const { return numel_; }
  /// The loops, innermost first. At least one; a plan of a single element has one of size 1.
  const InlineVector<Dimension, 4>& dimensions() const { return dimensions_; }
  /// First element of each operand.
  const std::array<std::byte*, kMaxOperands>& data() const { return data_; }

  /// Calls row(n, data, strides) for each innermost row: N pointers to its first elements and N strides in bytes.
  template <size_t N, class Row>
  void for_each_row(Row&& row) const {
    if (numel_ == 0) return;
    for_each_row_of<N>(dimensions_.data(), dimensions_.size(), first<N>(data_), row);
  }

  /// Calls block(inner, outer, data) for each pair of the two innermost loops, so that what rows have in common is
  /// found out once for all of them. A plan of one loop has one of size 1 outside it.
  template <size_t N, class Block>
  void for_each_block(Block&& block) const {
    if (numel_ == 0) return;
    for_each_block_of<N>(dimensions_.data(), dimensions_.size(), first<N>(data_), block);
  }

  template <size_t N>
  static std::array<std::byte*, N> first(const std::array<std::byte*, kMaxOperands>& all) {
    std::array<std::byte*, N> some;
    for (size_t k = 0; k < N; ++k) some[k] = all[k];
    return some;
  }

  /// The rows of some of the dimensions, from elements of one's own choice.
  template <size_t N, class Row>
  static void for_each_row_of(const Dimension* dimensions, size_t count, std::array<std::byte*, N> data, Row&& row) {
    std::array<int64_t, N> strides;
    for (size_t k = 0; k < N; ++k) strides[k] = dimensions[0].strides[k];
    for_each_block_of(dimensions, count, data,
                      [&](const Dimension& inner, const Dimension& outer, std::array<std::byte*, N> walking) {
                        for (int64_t i = 0; i < outer.size; ++i) {
                          row(inner.size, std::as_const(walking), std::as_const(strides));
                          for (size_t k = 0; k < N; ++k) walking[k] += outer.strides[k];
                        }
                      });
  }

 private:
  template <size_t N, class Block>
  static void for_each_block_of(const Dimension* dimensions, size_t count, std::array<std::byte*, N> data,
                                Block&& block) {
    static constexpr Dimension kOnce{1, {}};
    const Dimension& outer = count > 1 ? dimensions[1] : kOnce;
    InlineVector<int64_t, 4> index(count, 0);
    while (true) {
      block(dimensions[0], outer, std::as_const(data));
      size_t d = 2;
      for (; d < count; ++d) {
        for (size_t k = 0; k < N; ++k) data[k] += dimensions[d].strides[k];
        if (++index[d] < dimensions[d].size) break;
        for (size_t k = 0; k < N; ++k) data[k] -= dimensions[d].strides[k] * dimensions[d].size;
        index[d] = 0;
      }
      if (d >= count) return;
    }
  }

  int64_t numel_ = 1;
  std::array<std::byte*, kMaxOperands> data_{};
  InlineVector<Dimension, 4> dimensions_;
};

/// out[i] = f(inputs[i]...) for i < n, contiguous. f is a simple expression, which the compiler vectorises.
template <class R, class F, class... A>
inline void map_contiguous(int64_t n, R* out, F f, const A*... inputs) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) out[i] = f(inputs[i]...);
}

/// The same for a row of a result that is far larger than the caches.
template <class R, class F, class... A>
[[gnu::noinline]] void map_far(int64_t n, R* out, F f, const A*... inputs) {
  constexpr int64_t kLine = kCacheLine / static_cast<int64_t>(sizeof(R));
  int64_t i = 0;
  for (; i + kLine <= n; i += kLine) {
    ask_ahead(out + i, (inputs + i)...);
    map_contiguous(kLine, out + i, f, (inputs + i)...);
  }
  map_contiguous(n - i, out + i, f, (inputs + i)...);
}

/// Whether map asks ahead for a result of n elements. A Zen 5 looks ahead well enough for a loop that does nothing but
/// read and write: asking took 1.05 of its time there (docs/adr/0007).
template <class R>
bool map_is_far([[maybe_unused]] int64_t n) {
#if defined(__x86_64__)
  return is_far<R>(n) && __builtin_cpu_is("intel");
#else
  return false;
#endif
}

/// One or the other; the far loop is not inlined, since the near one would be compiled worse beside it.
template <class R, class F, class... A>
inline void map_near_or_far(bool far, int64_t n, R* out, F f, const A*... inputs) {
  if (far) [[unlikely]]
    return map_far(n, out, f, inputs...);
  map_contiguous(n, out, f, inputs...);
}

/// The same for the whole of a tensor, in ranges of at least `grain`; returns how many threads took one. A function of
/// its own: inlined among the other ways of map, GCC 12 reads a pointer from the stack for every vector.
template <class R, class F, class... A>
[[gnu::noinline]] int map_all(int64_t n, int64_t grain, R* out, F f, const A*... inputs) {
  const bool far = map_is_far<R>(n);
  if (n < 2 * grain) {
    map_near_or_far(far, n, out, f, inputs...);
    return 1;
  }
  return parallel_for(n, grain, [&](int64_t begin, int64_t end) {
    map_near_or_far(far, end - begin, out + begin, f, (inputs + begin)...);
  });
}

namespace detail {

template <class T>
inline constexpr int64_t kSize = static_cast<int64_t>(sizeof(T));

template <class T>
struct ElementType {
  using type = T;
};

/// The element that lies `offset` bytes after `first`.
template <class T>
T* at(std::byte* first, int64_t offset) {
  return reinterpret_cast<T*>(first + offset);
}

/// map for the rows of a block of a LoopPlan.
template <class R, class F, class... A, size_t... I>
void map_rows(bool far, const LoopPlan::Dimension& row, const LoopPlan::Dimension& rows,
              const std::array<std::byte*, 1 + sizeof...(A)>& data, F f, std::index_sequence<I...>, ElementType<A>...) {
  const int64_t n = row.size, count = rows.size;
  const auto &strides = row.strides, &steps = rows.strides;
  const bool contiguous_out = strides[0] == kSize<R>;
  if (contiguous_out && ((strides[I + 1] == kSize<A>)&&...)) {
    for (int64_t r = 0; r < count; ++r) {
      map_near_or_far(far, n, at<R>(data[0], r * steps[0]), f, at<const A>(data[I + 1], r * steps[I + 1])...);
    }
    return;
  }
  if constexpr (sizeof...(A) == 2) {  // one operand is a number: a scalar, or a column broadcast along its row
    using First = std::tuple_element_t<0, std::tuple<A...>>;
    using Second = std::tuple_element_t<1, std::tuple<A...>>;
    if (contiguous_out && strides[1] == kSize<First> && strides[2] == 0) {
      for (int64_t r = 0; r < count; ++r) {
        const auto with_number = [f, value = *at<const Second>(data[2], r * steps[2])](First x) { return f(x, value); };
        map_near_or_far(far, n, at<R>(data[0], r * steps[0]), with_number, at<const First>(data[1], r * steps[1]));
      }
      return;
    }
    if (contiguous_out && strides[1] == 0 && strides[2] == kSize<Second>) {
      for (int64_t r = 0; r < count; ++r) {
        const auto with_number = [f, value = *at<const First>(data[1], r * steps[1])](Second x) { return f(value, x); };
        map_near_or_far(far, n, at<R>(data[0], r * steps[0]), with_number, at<const Second>(data[2], r * steps[2]));
      }
      return;
    }
  }
  for (int64_t r = 0; r < count; ++r) {
    for (int64_t i = 0; i < n; ++i) {
      *at<R>(data[0], r * steps[0] + i * strides[0]) =
          f(*at<const A>(data[I + 1], r * steps[I + 1] + i * strides[I + 1])...);
    }
  }
}

inline bool same_contiguous(const Tensor& out, const Tensor& x) {
  const Layout* a = out.impl()->layout.get();
  const Layout* b = x.impl()->layout.get();
  return a == b || (b->is_contiguous() && a->sizes().size() == b->sizes().size() && a->sizes() == b->sizes());
}

// A tensor and a number: the plan is known without making one.
template <class R, class A, class B, class F>
bool map_number(const Tensor& out, F f, const Tensor& a, const Tensor& b) {
  if (!out.is_contiguous()) return false;
  R* const to = reinterpret_cast<R*>(out.impl()->data);
  const A* const first = reinterpret_cast<const A*>(a.impl()->data);
  const B* const second = reinterpret_cast<const B*>(b.impl()->data);
  if (b.numel() == 1 && same_contiguous(out, a)) {
    out.impl()->parts = map_all(
        out.numel(), simple_grain(out.numel(), a), to, [f, value = *second](A x) { return f(x, value); }, first);
    return true;
  }
  if (a.numel() == 1 && same_contiguous(out, b)) {
    out.impl()->parts = map_all(
        out.numel(), simple_grain(out.numel(), b), to, [f, value = *first](B x) { return f(value, x); }, second);
    return true;
  }
  return false;
}

}  // namespace detail

/// out[i] = f(inputs[i]...) for every element, the inputs broadcast to out's shape. R is out's element type; A... the
/// inputs' ones, all R unless given.
template <class R, class... A, class F, class... Inputs>
void map(const Tensor& out, F f, const Inputs&... inputs) {
  static_assert(sizeof...(A) == 0 || sizeof...(A) == sizeof...(Inputs));
  if constexpr (sizeof...(A) == 0) {
    map<R, std::conditional_t<true, R, Inputs>...>(out, f, inputs...);
  } else {
    if (out.is_contiguous() && (detail::same_contiguous(out, inputs) && ...)) {
      const int64_t n = out.numel();
      out.impl()->parts = map_all(n, simple_grain(n, inputs...), reinterpret_cast<R*>(out.impl()->data), f,
                                  reinterpret_cast<const A*>(inputs.impl()->data)...);
      return;
    }
    if constexpr (sizeof...(A) == 2) {
      if (detail::map_number<R, A...>(out, f, inputs...)) return;
    }
    const LoopPlan plan(out.sizes(), {Operand(out), Operand(inputs)...});
    const bool far = map_is_far<R>(out.numel());
    plan.for_each_block<1 + sizeof...(A)>([&](const auto& row, const auto& rows, const auto& data) {
      detail::map_rows<R, F, A...>(far, row, rows, data, f, std::index_sequence_for<A...>(),
                                   detail::ElementType<A>()...);
    });
  }
}

}  // namespace gradus::kernels
