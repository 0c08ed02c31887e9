#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gradus {

/// Element type of a Tensor, a run-time value as in PyTorch. Ordered by promotion: the larger of two wins.
enum class Dtype : uint8_t { kBool, kInt64, kFloat32, kFloat64 };

inline constexpr Dtype kBool = Dtype::kBool;
inline constexpr Dtype kInt64 = Dtype::kInt64, kLong = Dtype::kInt64;
inline constexpr Dtype kFloat32 = Dtype::kFloat32, kFloat = Dtype::kFloat32;
inline constexpr Dtype kFloat64 = Dtype::kFloat64, kDouble = Dtype::kFloat64;

/// Bytes of one element.
constexpr size_t element_size(Dtype dtype) { return dtype == kBool ? 1 : dtype == kFloat32 ? 4 : 8; }

/// True for float32 and float64: the only dtypes that can require gradients.
constexpr bool is_floating_point(Dtype dtype) { return dtype >= kFloat32; }

/// The dtype two tensors of at least one dimension promote to (https://pytorch.org/docs/stable/tensor_attributes.html).
constexpr Dtype promote_types(Dtype a, Dtype b) { return a > b ? a : b; }

/// PyTorch's short type name as it stands in its messages: "Bool", "Long", "Float", "Double".
constexpr std::string_view type_name(Dtype dtype) {
  return dtype == kBool ? "Bool" : dtype == kInt64 ? "Long" : dtype == kFloat32 ? "Float" : "Double";
}

/// PyTorch's dtype name as it is printed: "bool", "int64", "float32", "float64".
constexpr std::string_view to_string(Dtype dtype) {
  return dtype == kBool ? "bool" : dtype == kInt64 ? "int64" : dtype == kFloat32 ? "float32" : "float64";
}

/// The dtype that holds a C++ type: bool, int64_t, float or double.
template <class T>
struct dtype_of;
template <>
struct dtype_of<bool> {
  static constexpr Dtype value = kBool;
};
template <>
struct dtype_of<int64_t> {
  static constexpr Dtype value = kInt64;
};
template <>
struct dtype_of<float> {
  static constexpr Dtype value = kFloat32;
};
template <>
struct dtype_of<double> {
  static constexpr Dtype value = kFloat64;
};

/// The dtype new floating-point tensors get (float32 until changed).
Dtype get_default_dtype();

/// Sets the dtype new floating-point tensors get. Throws TypeError unless it is float32 or float64.
void set_default_dtype(Dtype dtype);

}  // namespace gradus
