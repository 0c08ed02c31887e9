#pragma once
#include <gradus/autograd/int_array_ref.h>
#include <concepts>
#include <string_view>

namespace gradus {

namespace detail {
template <class T>
concept Number = std::integral<T> && !std::same_as<T, bool>;
}

/// Height and width as an argument, for kernels, strides and the like: one number for both, or {height, width}.
class Size2d {
 public:
  /// Not given: a pooling's stride is then its kernel size.
  constexpr Size2d() = default;
  constexpr Size2d(detail::Number auto both)
      : height(static_cast<int64_t>(both)), width(static_cast<int64_t>(both)), count_(1) {}
  constexpr Size2d(detail::Number auto h, detail::Number auto w)
      : height(static_cast<int64_t>(h)), width(static_cast<int64_t>(w)), count_(2) {}
  /// Throws Error unless there are one or two numbers.
  Size2d(IntArrayRef sizes);

  bool is_given() const { return count_ > 0; }
  /// True if it was written as one number, as it is then printed.
  bool is_one_number() const { return count_ == 1; }
  friend bool operator==(const Size2d& a, const Size2d& b) { return a.height == b.height && a.width == b.width; }

  int64_t height = 0, width = 0;

 private:
  int count_ = 0;
};

/// Zeros around an image: so many rows and columns on each side, "valid" (none), or "same" (as many as let a
/// convolution of stride 1 keep the size; if that is an odd number, the last one stands below and on the right).
class Padding2d : public Size2d {
 public:
  constexpr Padding2d(detail::Number auto both) : Size2d(both) {}
  constexpr Padding2d(detail::Number auto h, detail::Number auto w) : Size2d(h, w) {}
  Padding2d(IntArrayRef sizes) : Size2d(sizes) {}
  constexpr Padding2d(const Size2d& size) : Size2d(size) {}
  /// Throws ValueError for another word.
  Padding2d(const char* mode) : Padding2d(std::string_view(mode)) {}
  Padding2d(std::string_view mode);

  /// "same", "valid", or empty for numbers.
  std::string_view mode() const { return mode_; }

 private:
  std::string_view mode_;
};

}  // namespace gradus
