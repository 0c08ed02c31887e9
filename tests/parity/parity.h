#pragma once
#include <gradus/autograd/ops.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>

// Compares gradus with the numbers that make_parity.py had PyTorch compute. cases/NAME.cpp is a table from the names of
// functions to the functions, as cases/NAME.py is; what they are called with stands in data/NAME.json.
namespace gradus::parity {

using Json = nlohmann::json;

/// A function of some tensors that gives a tensor, several, or a bool.
class Case {
 public:
  template <class F>
  Case(F f) : run_(wrap(std::move(f))) {}
  TensorList operator()(const TensorList& inputs) const { return run_(inputs); }

 private:
  static TensorList list(const Tensor& x) { return {x}; }
  static TensorList list(const TensorList& x) { return x; }
  static TensorList list(const std::vector<Tensor>& x) { return x; }
  static TensorList list(const std::tuple<Tensor, Tensor>& x) { return {std::get<0>(x), std::get<1>(x)}; }
  static TensorList list(bool x) { return {tensor(x)}; }

  template <class F>
  static std::function<TensorList(const TensorList&)> wrap(F f) {
    using T = Tensor;
    return [f = std::move(f)](const TensorList& x) -> TensorList {
      if constexpr (std::is_invocable_v<F>) {
        return list(f());
      } else if constexpr (std::is_invocable_v<F, T>) {
        return list(f(x[0]));
      } else if constexpr (std::is_invocable_v<F, T, T>) {
        return list(f(x[0], x[1]));
      } else if constexpr (std::is_invocable_v<F, T, T, T>) {
        return list(f(x[0], x[1], x[2]));
      } else {
        return list(f(x[0], x[1], x[2], x[3]));
      }
    };
  }
  std::function<TensorList(const TensorList&)> run_;
};
using Table = std::map<std::string, Case>;

/// The cases of data/NAME.json.
const Json& load(const std::string& name);

/// A tensor as it stands in the file; floating-point inputs are made in `dtype`.
Tensor tensor_of(const Json& json, Dtype dtype = kFloat64);

/// The gradient that backward starts with.
Tensor weights(const Tensor& x);

/// |a - b| <= atol + rtol |b|: 1e-9, 1e-7 in float64; 1e-6, 1e-5 in float32. NaN equals NaN. Same dtype and sizes.
testing::AssertionResult close(const Tensor& actual, const Json& expected);

/// Runs a case in float64 and float32: outputs, and gradients of all inputs.
void check(const Json& json, const Case& run);

// The tables: cases/NAME.cpp beside cases/NAME.py.
Table creation();
Table arithmetic();
Table pointwise();
Table comparison();
Table reduce();
Table matmul();
Table shape();
Table index();
Table image();
Table loss();

}  // namespace gradus::parity
