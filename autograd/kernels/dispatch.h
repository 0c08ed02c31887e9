#pragma once
#include <gradus/autograd/check.h>
#include <gradus/autograd/dtype.h>
#include <string_view>

namespace gradus {

/// Calls f(T{}) with T the C++ type of `dtype`: the one place where a dtype becomes a type.
template <class F>
decltype(auto) dispatch(Dtype dtype, F&& f) {
  switch (dtype) {
    case kBool:
      return f(bool{});
    case kInt64:
      return f(int64_t{});
    case kFloat32:
      return f(float{});
    case kFloat64:
      break;
  }
  return f(double{});
}

/// As dispatch, for floating-point ops: throws, naming the op, for other dtypes.
template <class F>
decltype(auto) dispatch_floating(Dtype dtype, std::string_view op, F&& f) {
  GRADUS_CHECK(is_floating_point(dtype), "{}: undefined for dtype {}: convert with .to(kFloat32) first", op,
               to_string(dtype));
  if (dtype == kFloat32) return f(float{});
  return f(double{});
}

}  // namespace gradus
