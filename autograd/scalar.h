#pragma once
#include <gradus/autograd/dtype.h>
#include <concepts>
#include <cstdint>

namespace gradus {

/// A number of any C++ arithmetic type, as an argument of an op. Remembers whether it is a bool, an integer or a
/// floating-point number, since type promotion asks for that.
class Scalar {
 public:
  Scalar(std::floating_point auto value) : kind_(kFloat64), real_(static_cast<double>(value)) {}
  Scalar(std::integral auto value) : kind_(kInt64), integer_(static_cast<int64_t>(value)) {}
  Scalar(bool value) : kind_(kBool), integer_(value) {}

  /// kBool, kInt64 or kFloat64: the category of the number.
  Dtype kind() const { return kind_; }
  bool is_floating_point() const { return kind_ == kFloat64; }

  /// The number as a T (double, float, int64_t, bool), converted as static_cast does.
  template <class T>
  T to() const {
    return kind_ == kFloat64 ? static_cast<T>(real_) : static_cast<T>(integer_);
  }

 private:
  Dtype kind_;
  union {
    double real_;
    int64_t integer_;
  };
};

}  // namespace gradus
