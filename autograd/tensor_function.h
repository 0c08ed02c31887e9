#pragma once
#include <gradus/autograd/tensor.h>
#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

namespace gradus::autograd {

/// A function of tensors as a value, for the checks and for functional.h: made from any lambda or function that takes
/// one to six Tensors, or one TensorList, and returns a Tensor or a TensorList.
class TensorFunction {
 public:
  template <class F>
  requires(!std::same_as<F, TensorFunction>) TensorFunction(F f) : function_(as_list_function(std::move(f))) {}

  /// Calls the function. Throws ValueError unless there is one input for each of its parameters.
  TensorList operator()(const TensorList& inputs) const { return function_(inputs); }

 private:
  // [](const TensorList& x) can be called with one Tensor too, so it is asked for first; not of a lambda with auto
  // parameters, whose body may not compile for a list.
  template <class F>
  static consteval bool takes_list() {
    if constexpr (std::is_pointer_v<F> || requires { typename std::type_identity<decltype(&F::operator())>::type; }) {
      return std::is_invocable_v<F, const TensorList&>;
    } else {
      return false;
    }
  }

  template <class F>
  static std::function<TensorList(const TensorList&)> as_list_function(F f) {
    if constexpr (takes_list<F>()) {
      return f;
    } else if constexpr (std::is_invocable_v<F, Tensor>) {
      return call<1>([f](const TensorList& x) -> TensorList { return f(x[0]); });
    } else if constexpr (std::is_invocable_v<F, Tensor, Tensor>) {
      return call<2>([f](const TensorList& x) -> TensorList { return f(x[0], x[1]); });
    } else if constexpr (std::is_invocable_v<F, Tensor, Tensor, Tensor>) {
      return call<3>([f](const TensorList& x) -> TensorList { return f(x[0], x[1], x[2]); });
    } else if constexpr (std::is_invocable_v<F, Tensor, Tensor, Tensor, Tensor>) {
      return call<4>([f](const TensorList& x) -> TensorList { return f(x[0], x[1], x[2], x[3]); });
    } else if constexpr (std::is_invocable_v<F, Tensor, Tensor, Tensor, Tensor, Tensor>) {
      return call<5>([f](const TensorList& x) -> TensorList { return f(x[0], x[1], x[2], x[3], x[4]); });
    } else {
      static_assert(std::is_invocable_v<F, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor>,
                    "the function must take one to six Tensors, or one TensorList");
      return call<6>([f](const TensorList& x) -> TensorList { return f(x[0], x[1], x[2], x[3], x[4], x[5]); });
    }
  }
  template <size_t N, class F>
  static std::function<TensorList(const TensorList&)> call(F f) {
    return [f](const TensorList& inputs) {
      check_count(N, inputs.size());
      return f(inputs);
    };
  }
  static void check_count(size_t expected, size_t given);

  std::function<TensorList(const TensorList&)> function_;
};

}  // namespace gradus::autograd
