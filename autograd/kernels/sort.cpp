#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/loops.h>
#include <gradus/autograd/kernels/sort.h>
#include <algorithm>
#include <vector>

namespace gradus::kernels {
namespace {

template <class T>
struct Entry {
  T value;
  int64_t place;
};

template <class T>
bool less(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return a < b || (b != b && a == a);
  return a < b;
}

template <class T>
void sort_row(std::vector<Entry<T>>& row, bool descending, int64_t count) {
  // The place decides between equals: the order is total, so any sort is stable.
  const auto sort_by = [&](auto before) {
    const auto middle = row.begin() + count;
    if (count < static_cast<int64_t>(row.size())) std::nth_element(row.begin(), middle, row.end(), before);
    std::sort(row.begin(), middle, before);
  };
  if (descending) {
    sort_by([](const Entry<T>& a, const Entry<T>& b) {
      return less(b.value, a.value) || (!less(a.value, b.value) && a.place < b.place);
    });
  } else {
    sort_by([](const Entry<T>& a, const Entry<T>& b) {
      return less(a.value, b.value) || (!less(b.value, a.value) && a.place < b.place);
    });
  }
}

}  // namespace

std::pair<Tensor, Tensor> sort(const Tensor& x, int64_t dim, bool descending, int64_t count) {
  Dims sizes(x.sizes().begin(), x.sizes().end());
  const int64_t length = std::exchange(sizes[static_cast<size_t>(dim)], count);
  Tensor values = kernels::empty(sizes, x.dtype()), places = kernels::empty(sizes, kInt64);
  // One row along dim for each element of the other dimensions.
  sizes[static_cast<size_t>(dim)] = 1;
  const auto rows = [&](const Tensor& tensor) {
    return Operand(tensor.impl()->data, sizes, tensor.strides(), tensor.element_size());
  };
  const LoopPlan plan(sizes, {rows(values), rows(x), rows(places)});
  const int64_t to_stride = values.stride(dim), from_stride = x.stride(dim);
  dispatch(x.dtype(), [&]<class T>(T) {
    std::vector<Entry<T>> row(static_cast<size_t>(length));
    plan.for_each_row<3>([&](int64_t n, const auto& data, const auto& strides) {
      for (int64_t i = 0; i < n; ++i) {
        const T* const from = reinterpret_cast<const T*>(data[1] + i * strides[1]);
        for (int64_t k = 0; k < length; ++k) row[static_cast<size_t>(k)] = {from[k * from_stride], k};
        sort_row(row, descending, count);
        T* const value = reinterpret_cast<T*>(data[0] + i * strides[0]);
        int64_t* const place = reinterpret_cast<int64_t*>(data[2] + i * strides[2]);
        for (int64_t k = 0; k < count; ++k) {
          value[k * to_stride] = row[static_cast<size_t>(k)].value;
          place[k * to_stride] = row[static_cast<size_t>(k)].place;
        }
      }
    });
  });
  return {values, places};
}

}  // namespace gradus::kernels
