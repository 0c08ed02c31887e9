#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/loops.h>
#include <gradus/autograd/kernels/transpose.h>
#include <algorithm>
#include <cstring>

namespace gradus::kernels {
namespace {

template <class To, class From>
To convert(From value) {
  if constexpr (std::is_same_v<To, bool>) {
    return value != From(0);  // NaN is true
  } else {
    return static_cast<To>(value);
  }
}

template <class To, class From>
void copy_row(int64_t n, std::byte* to, int64_t to_stride, const std::byte* from, int64_t from_stride) {
  const bool contiguous_to = to_stride == detail::kSize<To>;
  To* const out = reinterpret_cast<To*>(to);
  if (contiguous_to && from_stride == detail::kSize<From>) {
    if constexpr (std::is_same_v<To, From>) {
      std::memcpy(to, from, static_cast<size_t>(n) * sizeof(To));
    } else {
      map_contiguous(n, out, convert<To, From>, reinterpret_cast<const From*>(from));
    }
  } else if (contiguous_to && from_stride == 0) {
    std::fill_n(out, n, convert<To>(*reinterpret_cast<const From*>(from)));
  } else {
    for (int64_t i = 0; i < n; ++i) {
      *reinterpret_cast<To*>(to + i * to_stride) = convert<To>(*reinterpret_cast<const From*>(from + i * from_stride));
    }
  }
}

// A transposition: `from` is contiguous along `outer`, `to` along `inner`. It goes by tiles that fit the first cache,
// so that every cache line is fetched once: a line of `to` wide, and so long that `from` is read in long runs.
constexpr int64_t kOuterTile = 512, kInnerTile = 16;

template <class To, class From>
void copy_transposed(const LoopPlan::Dimension& inner, const LoopPlan::Dimension& outer, std::byte* to,
                     const std::byte* from) {
  const auto copy_tile = [&](int64_t i0, int64_t i1, int64_t j0, int64_t j1) {
    for (int64_t i = i0; i < i1; ++i) {
      To* const out = reinterpret_cast<To*>(to + i * outer.strides[0]);
      const std::byte* const in = from + i * detail::kSize<From>;
      for (int64_t j = j0; j < j1; ++j) {
        out[j] = convert<To>(*reinterpret_cast<const From*>(in + j * inner.strides[1]));
      }
    }
  };
  for (int64_t i0 = 0; i0 < outer.size; i0 += kOuterTile) {
    const int64_t i1 = std::min(i0 + kOuterTile, outer.size);
    for (int64_t j0 = 0; j0 < inner.size; j0 += kInnerTile) {
      const int64_t j1 = std::min(j0 + kInnerTile, inner.size);
      if constexpr (std::is_same_v<To, From> && sizeof(To) >= 4) {
        const int64_t i_fours = i0 + (i1 - i0) / 4 * 4, j_fours = j0 + (j1 - j0) / 4 * 4;
        for (int64_t j = j0; j < j_fours; j += 4) {
          for (int64_t i = i0; i < i_fours; i += 4) {
            transpose_4x4<To>(to + i * outer.strides[0] + j * detail::kSize<To>, outer.strides[0],
                              from + i * detail::kSize<From> + j * inner.strides[1], inner.strides[1]);
          }
        }
        copy_tile(i_fours, i1, j0, j1);
        copy_tile(i0, i_fours, j_fours, j1);
      } else {
        copy_tile(i0, i1, j0, j1);
      }
    }
  }
}

template <class To, class From>
void copy_elements(const LoopPlan& plan) {
  auto dimensions = plan.dimensions();
  // The source's contiguous dimension, if it is not the innermost one: the copy is a transposition of two dimensions.
  const auto fast = std::find_if(dimensions.begin(), dimensions.end(),
                                 [](const auto& d) { return d.strides[1] == detail::kSize<From>; });
  if (plan.numel() > 0 && dimensions[0].strides[0] == detail::kSize<To> && fast != dimensions.begin() &&
      fast != dimensions.end()) {
    std::rotate(dimensions.begin() + 1, fast, fast + 1);
    const LoopPlan::Dimension inner = dimensions[0], outer = dimensions[1];
    dimensions.erase(dimensions.begin());
    dimensions[0] = {1, {}};  // what is left is one transposition for each of its elements
    LoopPlan::for_each_row_of<2>(
        dimensions.data(), dimensions.size(), LoopPlan::first<2>(plan.data()),
        [&](int64_t, const auto& data, const auto&) { copy_transposed<To, From>(inner, outer, data[0], data[1]); });
    return;
  }
  plan.for_each_row<2>([](int64_t n, const auto& data, const auto& strides) {
    copy_row<To, From>(n, data[0], strides[0], data[1], strides[1]);
  });
}

}  // namespace

void copy(Tensor& destination, const Tensor& source) {
  if (destination.dtype() == source.dtype() && destination.is_contiguous() && source.is_contiguous() &&
      destination.sizes() == source.sizes()) {
    const size_t bytes = static_cast<size_t>(destination.numel()) * destination.element_size();
    if (bytes > 0) std::memmove(destination.impl()->data, source.impl()->data, bytes);
    return;
  }
  const LoopPlan plan(destination.sizes(), {Operand(destination), Operand(source)});
  dispatch(destination.dtype(),
           [&]<class To>(To) { dispatch(source.dtype(), [&]<class From>(From) { copy_elements<To, From>(plan); }); });
}

Tensor contiguous(const Tensor& x) { return x.is_contiguous() ? x : kernels::clone(x); }

Tensor clone(const Tensor& x) {
  Tensor out = kernels::empty_like(x);
  kernels::copy(out, x);
  return out;
}

Tensor to(const Tensor& x, Dtype dtype) {
  if (x.dtype() == dtype) return x;
  Tensor out = kernels::empty_like(x, dtype);
  kernels::copy(out, x);
  return out;
}

void fill(Tensor& x, Scalar value) {
  dispatch(x.dtype(), [&]<class T>(T) {
    const T number = value.to<T>();
    if (x.is_contiguous()) {
      std::fill_n(reinterpret_cast<T*>(x.impl()->data), x.numel(), number);
      return;
    }
    const LoopPlan plan(x.sizes(), {Operand(x)});
    plan.for_each_row<1>([number](int64_t n, const auto& data, const auto& strides) {
      for (int64_t i = 0; i < n; ++i) *reinterpret_cast<T*>(data[0] + i * strides[0]) = number;
    });
  });
}

}  // namespace gradus::kernels
