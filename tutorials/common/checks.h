#pragma once
#include <gradus/autograd/error.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/tensor.h>
#include <gradus/tutorials/common/blank.h>

#include <functional>
#include <string>
#include <vector>

// What the checks of an exercise are written with. Each of them returns if the answer is right, and otherwise throws a
// CheckFailed whose text teaches: what was expected, what was found, and where.
namespace gradus::tutorials {

/// An answer that is wrong.
class CheckFailed : public Error {
 public:
  using Error::Error;
};

/// A wrong answer that many give: the value by which it is recognised, and what to say to it.
struct Mistake {
  Mistake(const Tensor& wrong_value, std::string sentence) : value(wrong_value), meaning(std::move(sentence)) {}
  Mistake(double wrong_value, std::string sentence) : Mistake(tensor(wrong_value, kFloat64), std::move(sentence)) {}

  Tensor value;
  std::string meaning;
};
using Mistakes = std::vector<Mistake>;

/// How far apart an answer in float32 may be from the number expected.
inline constexpr CloseOptions kTolerance = {.rtol = 1e-5, .atol = 1e-6};

/// Fails with `sentence` unless `condition` holds.
void expect(bool condition, const std::string& sentence);

/// Compares tensors: sizes, then every element. The message names the first element that differs, with both numbers;
/// `what` is the call in the learner's words, "mse(y, t)".
void expect_close(const std::string& what, const Tensor& found, const Tensor& expected, const Mistakes& mistakes = {},
                  CloseOptions tolerance = kTolerance);
/// The same for single numbers, also whole ones.
void expect_close(const std::string& what, double found, double expected, const Mistakes& mistakes = {},
                  CloseOptions tolerance = kTolerance);

using ElementFunction = std::function<Tensor(const Tensor& x)>;
/// Compares a gradient written by hand, `gradient(x)`, with central differences of `function` at `x` (float64). The
/// function gives one number, or element by element a tensor of x's sizes; the gradient has x's sizes.
void expect_gradient(const std::string& what, const ElementFunction& function, const ElementFunction& gradient,
                     const Tensor& x, const Mistakes& mistakes = {});

/// Runs autograd's own gradient check; `inputs` are float64 and some of them require grad.
void expect_gradcheck(const std::string& what, const autograd::TensorFunction& function, const TensorList& inputs);

/// Fails unless f throws an Error. Without one, the message is `sentence`.
void expect_error(const std::function<void()>& f, const std::string& sentence);

}  // namespace gradus::tutorials
