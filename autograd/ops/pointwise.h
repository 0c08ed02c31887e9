#pragma once
// What the elementwise ops share.
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/elementwise.h>
#include <gradus/autograd/op_registry.h>

namespace gradus {

/// g * x, in one kernel where backward is not recorded.
inline Tensor product(const Tensor& g, const Tensor& x) { return GradMode::is_enabled() ? g * x : kernels::mul(g, x); }

/// The same of a gradient that the caller needs no more, g: in its own memory if nobody else holds it.
inline Tensor product(Tensor&& g, const Tensor& x) {
  if (GradMode::is_enabled() || !g.impl()->owns_numbers_alone()) return product(std::as_const(g), x);
  kernels::mul_in_place(g, x);
  return std::move(g);
}

/// Samples for a function of one tensor that is smooth in (low, high): a matrix, a transposed one, a number and an
/// empty tensor.
template <class F>
Samples unary_samples(F f, double low, double high) {
  const auto values = [=](IntArrayRef sizes) { return rand(sizes, kFloat64) * (high - low) + low; };
  return {{"matrix", f, {values({2, 3})}},
          {"transposed", [f](const Tensor& x) { return f(x.t()); }, {values({3, 2})}},
          {"number", f, {values({})}},
          {"empty", f, {values({0, 3})}}};
}

/// The same for a function with a kink at 0: values at least 0.2 away from it.
template <class F>
Samples unary_samples_away_from_zero(F f) {
  const auto values = [](IntArrayRef sizes) {
    const Tensor x = randn(sizes, kFloat64);
    return where(x < 0, x - 0.2, x + 0.2);
  };
  return {{"matrix", f, {values({2, 3})}},
          {"transposed", [f](const Tensor& x) { return f(x.t()); }, {values({3, 2})}},
          {"number", f, {values({})}},
          {"empty", f, {values({0, 3})}}};
}

}  // namespace gradus
