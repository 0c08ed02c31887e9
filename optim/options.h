#pragma once
#include <gradus/autograd/tensor.h>

#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace gradus::optim {

/// An option of an optimizer: a value that knows whether it was given, since a parameter group takes the options that
/// it does not give from the optimizer.
template <class T>
class Option {
 public:
  Option(T value) : value_(value), given_(true) {}
  /// For pairs: `.betas = {0.9, 0.99}`.
  template <class A, class B>
  requires std::is_constructible_v<T, A, B> Option(A first, B second) : value_(first, second), given_(true) {}
  static Option by_default(T value) {
    Option option(value);
    option.given_ = false;
    return option;
  }

  operator const T&() const { return value_; }
  const T& operator*() const { return value_; }
  const T* operator->() const { return &value_; }
  bool given() const { return given_; }

  /// The value as numbers: one, or two for a pair.
  std::vector<double> numbers() const {
    if constexpr (std::is_arithmetic_v<T>) {
      return {static_cast<double>(value_)};
    } else {
      return {value_.first, value_.second};
    }
  }
  void set_numbers(const std::vector<double>& numbers) {
    if constexpr (std::is_same_v<T, bool>) {
      value_ = numbers.at(0) != 0;
    } else if constexpr (std::is_arithmetic_v<T>) {
      value_ = static_cast<T>(numbers.at(0));
    } else {
      value_ = {numbers.at(0), numbers.at(1)};
    }
  }

 private:
  T value_;
  bool given_;
};

/// The default of an option: `Option<double> lr = by_default(1e-3);`.
template <class T>
Option<T> by_default(T value) {
  return Option<T>::by_default(value);
}

/// Options by name, as numbers: a bool is 0 or 1, betas are two numbers.
using OptionValues = std::map<std::string, std::vector<double>>;

/// All options of a struct that names them in `visit`.
template <class Options>
OptionValues option_values(Options options) {
  OptionValues values;
  options.visit([&](const char* name, const auto& option) { values[name] = option.numbers(); });
  return values;
}

/// Takes from `values` the options that `options` does not give.
template <class Options>
void fill_options(Options& options, const OptionValues& values) {
  options.visit([&](const char* name, auto& option) {
    if (!option.given()) option.set_numbers(values.at(name));
  });
}

/// Parameters and the options they are updated with, as an argument: `{model.parameters(), {.lr = 0.1}}`. Options not
/// given are the optimizer's.
template <class Options>
struct ParamGroup {
  std::vector<Tensor> params;
  Options options = {};
};

}  // namespace gradus::optim
