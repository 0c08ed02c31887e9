#include <gradus/autograd/kernels/vector_math.h>

namespace gradus::kernels {

Tensor exp(const Tensor& x, const Tensor& out) {
  return vector_map(
      "exp", out, [](const auto& v) { return vector_math::exp(v); }, x);
}

Tensor expm1(const Tensor& x, const Tensor& out) {
  return vector_map(
      "expm1", out, [](const auto& v) { return vector_math::expm1(v); }, x);
}

Tensor log(const Tensor& x, const Tensor& out) {
  return vector_map(
      "log", out, [](const auto& v) { return vector_math::log(v); }, x);
}

Tensor log1p(const Tensor& x, const Tensor& out) {
  return vector_map(
      "log1p", out, [](const auto& v) { return vector_math::log1p(v); }, x);
}

Tensor log2(const Tensor& x, const Tensor& out) {
  return vector_map(
      "log2", out, [](const auto& v) { return xsimd::log2(v); }, x);
}

Tensor log10(const Tensor& x, const Tensor& out) {
  return vector_map(
      "log10", out, [](const auto& v) { return xsimd::log10(v); }, x);
}

Tensor sin(const Tensor& x, const Tensor& out) {
  return vector_map(
      "sin", out, [](const auto& v) { return xsimd::sin(v); }, x);
}

Tensor cos(const Tensor& x, const Tensor& out) {
  return vector_map(
      "cos", out, [](const auto& v) { return xsimd::cos(v); }, x);
}

Tensor tan(const Tensor& x, const Tensor& out) {
  return vector_map(
      "tan", out, [](const auto& v) { return xsimd::tan(v); }, x);
}

}  // namespace gradus::kernels
