#pragma once
#include <gradus/autograd/inline_vector.h>
#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

namespace gradus {

/// A short list of sizes, strides or dimensions that lives without the heap up to four entries.
using Dims = InlineVector<int64_t, 4>;

/// A view of sizes or dimensions for arguments: takes {2, 3}, a vector, an array, a span or one number. As every
/// span it does not own its numbers: use it as a parameter, never keep it.
class IntArrayRef : public std::span<const int64_t> {
 public:
  using std::span<const int64_t>::span;
  IntArrayRef(std::span<const int64_t> s) : span(s) {}
  IntArrayRef(std::initializer_list<int64_t> list) : span(list.begin(), list.size()) {}
  IntArrayRef(const std::vector<int64_t>& v) : span(v) {}
  IntArrayRef(const Dims& d) : span(d.data(), d.size()) {}
  template <size_t N>
  IntArrayRef(const std::array<int64_t, N>& a) : span(a) {}
  IntArrayRef(const int64_t& one) : span(&one, 1) {}

  std::vector<int64_t> vec() const { return {begin(), end()}; }
  friend bool operator==(IntArrayRef a, IntArrayRef b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (a[i] != b[i]) return false;
    }
    return true;
  }
};

}  // namespace gradus
