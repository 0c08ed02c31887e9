#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace gradus::kernels {

/// Four elements, and the two ways to interleave halves of two fours: twice over, these transpose 4 x 4 elements.
template <class T>
using Four [[gnu::vector_size(4 * sizeof(T))]] = T;
template <class T>
Four<T> first_halves(Four<T> a, Four<T> b) {
  return __builtin_shufflevector(a, b, 0, 4, 1, 5);
}
template <class T>
Four<T> second_halves(Four<T> a, Four<T> b) {
  return __builtin_shufflevector(a, b, 2, 6, 3, 7);
}

/// to[j][i] = from[i][j] for i, j < 4; the strides are those of rows, in bytes.
template <class T>
void transpose_4x4(std::byte* to, int64_t to_stride, const std::byte* from, int64_t from_stride) {
  const auto row = [&](int64_t i) {
    Four<T> four;
    std::memcpy(&four, from + i * from_stride, sizeof(four));  // a load from any address
    return four;
  };
  const Four<T> r0 = row(0), r1 = row(1), r2 = row(2), r3 = row(3);
  const Four<T> even0 = first_halves<T>(r0, r2), even1 = second_halves<T>(r0, r2);
  const Four<T> odd0 = first_halves<T>(r1, r3), odd1 = second_halves<T>(r1, r3);
  const auto store = [&](int64_t i, Four<T> column) { std::memcpy(to + i * to_stride, &column, sizeof(column)); };
  store(0, first_halves<T>(even0, odd0));
  store(1, second_halves<T>(even0, odd0));
  store(2, first_halves<T>(even1, odd1));
  store(3, second_halves<T>(even1, odd1));
}

}  // namespace gradus::kernels
