#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/index.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/loops.h>
#include <algorithm>
#include <vector>

namespace gradus::kernels {
namespace {

/// Calls f(element of x, element of indexed) for each element of x and the element of `indexed` that the index, of x's
/// sizes, pairs with it.
template <class T, class F>
void for_each_indexed(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& indexed, F f) {
  Dims strides(indexed.strides().begin(), indexed.strides().end());
  const auto step = std::exchange(strides[static_cast<size_t>(dim)], 0) * static_cast<int64_t>(sizeof(T));
  const LoopPlan plan(x.sizes(),
                      {Operand(x), Operand(index), Operand(indexed.impl()->data, x.sizes(), strides, sizeof(T))});
  plan.for_each_row<3>([step, f](int64_t n, const auto& data, const auto& row_strides) {
    if (row_strides[0] == detail::kSize<T> && row_strides[1] == 0 && row_strides[2] == detail::kSize<T>) {
      T* const a = reinterpret_cast<T*>(data[0]);
      T* const b = reinterpret_cast<T*>(data[2] + *reinterpret_cast<const int64_t*>(data[1]) * step);
#pragma omp simd
      for (int64_t i = 0; i < n; ++i) f(a[i], b[i]);
      return;
    }
    if (row_strides[0] == detail::kSize<T> && row_strides[1] == detail::kSize<int64_t>) {
      T* const a = reinterpret_cast<T*>(data[0]);
      const int64_t* const places = reinterpret_cast<const int64_t*>(data[1]);
      for (int64_t i = 0; i < n; ++i) {
        f(a[i], *reinterpret_cast<T*>(data[2] + i * row_strides[2] + places[i] * step));
      }
      return;
    }
    for (int64_t i = 0; i < n; ++i) {
      const int64_t place = *reinterpret_cast<const int64_t*>(data[1] + i * row_strides[1]);
      f(*reinterpret_cast<T*>(data[0] + i * row_strides[0]),
        *reinterpret_cast<T*>(data[2] + i * row_strides[2] + place * step));
    }
  });
}

/// x itself, or a copy if writing to `to` could change it.
Tensor apart_from(const Tensor& to, const Tensor& x) {
  return x.impl()->storage == to.impl()->storage ? kernels::clone(x) : x;
}

}  // namespace

void check_index(const Tensor& index, int64_t size, int64_t dim) {
  Dims sizes(index.sizes().begin(), index.sizes().end());
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (index.strides()[d] == 0) sizes[d] = std::min<int64_t>(sizes[d], 1);  // the same numbers again
  }
  const LoopPlan plan(sizes, {Operand(index.impl()->data, sizes, index.strides(), sizeof(int64_t))});
  plan.for_each_row<1>([&](int64_t n, const auto& data, const auto& strides) {
    uint64_t largest = 0;  // negative numbers are huge ones
    if (strides[0] == detail::kSize<int64_t>) {
      const auto* const numbers = reinterpret_cast<const uint64_t*>(data[0]);
#pragma omp simd reduction(max : largest)
      for (int64_t i = 0; i < n; ++i) largest = std::max(largest, numbers[i]);
    } else {
      for (int64_t i = 0; i < n; ++i) {
        largest = std::max(largest, *reinterpret_cast<const uint64_t*>(data[0] + i * strides[0]));
      }
    }
    GRADUS_CHECK_INDEX(largest < static_cast<uint64_t>(size), "index {} is out of bounds for dimension {} with size {}",
                       static_cast<int64_t>(largest), dim, size);
  });
}

Tensor gather(const Tensor& x, int64_t dim, const Tensor& index) {
  check_index(index, x.size(dim), dim);
  const Tensor out = kernels::empty(index.sizes(), x.dtype());
  dispatch(x.dtype(),
           [&]<class T>(T) { for_each_indexed<T>(out, dim, index, x, [](T& to, const T& from) { to = from; }); });
  return out;
}

void scatter(const Tensor& to, int64_t dim, const Tensor& index, const Tensor& source) {
  check_index(index, to.size(dim), dim);
  dispatch(to.dtype(), [&]<class T>(T) {
    for_each_indexed<T>(apart_from(to, source), dim, apart_from(to, index), to,
                        [](const T& from, T& place) { place = from; });
  });
}

void scatter_add(const Tensor& to, int64_t dim, const Tensor& index, const Tensor& source) {
  check_index(index, to.size(dim), dim);
  dispatch(to.dtype(), [&]<class T>(T) {
    for_each_indexed<T>(apart_from(to, source), dim, apart_from(to, index), to, [](const T& from, T& place) {
      if constexpr (std::is_same_v<T, bool>) {
        place = place || from;
      } else {
        place += from;
      }
    });
  });
}

Tensor spread_index(const Tensor& index, int64_t dim, IntArrayRef sizes) {
  Dims strides(sizes.size(), 0);
  strides[static_cast<size_t>(dim)] = index.stride(0);
  return alias(index, Layout::strided(sizes, strides));
}

void append_index(const Tensor& places, const Tensor& index, int64_t size, int64_t dim) {
  const LoopPlan plan(places.sizes(), {Operand(places), Operand(index)});
  plan.for_each_row<2>([=](int64_t n, const auto& data, const auto& strides) {
    for (int64_t i = 0; i < n; ++i) {
      const int64_t number = *reinterpret_cast<const int64_t*>(data[1] + i * strides[1]);
      GRADUS_CHECK_INDEX(-size <= number && number < size, "index {} is out of bounds for dimension {} with size {}",
                         number, dim, size);
      int64_t& place = *reinterpret_cast<int64_t*>(data[0] + i * strides[0]);
      place = place * size + (number < 0 ? number + size : number);
    }
  });
}

Tensor nonzero_places(const Tensor& x) {
  const Tensor flat = kernels::contiguous(x);
  return dispatch(x.dtype(), [&]<class T>(T) {
    const T* const values = flat.data_ptr<T>();
    const int64_t n = flat.numel();
    int64_t count = 0;
    for (int64_t i = 0; i < n; ++i) count += values[i] != T(0);
    Tensor out = kernels::empty({count}, kInt64);
    auto* const places = out.data_ptr<int64_t>();
    for (int64_t i = 0, found = 0; found < count; ++i) {
      places[found] = i;  // overwritten if it is zero
      found += values[i] != T(0);
    }
    return out;
  });
}

Tensor last_writers(const Tensor& index, int64_t size) {
  const auto numbers = index.accessor<int64_t, 1>();
  const int64_t n = index.size(0);
  std::vector<int64_t> last(static_cast<size_t>(size), -1);
  bool repeated = false;
  for (int64_t i = 0; i < n; ++i) {
    int64_t& writer = last[static_cast<size_t>(numbers[i])];
    repeated |= writer >= 0;
    writer = i;
  }
  if (!repeated) return {};
  Tensor is_last = kernels::empty({n}, kBool);
  for (int64_t i = 0; i < n; ++i) is_last.data_ptr<bool>()[i] = last[static_cast<size_t>(numbers[i])] == i;
  return is_last;
}

}  // namespace gradus::kernels
