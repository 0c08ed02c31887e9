#pragma once
#include <gradus/autograd/tensor_function.h>
#include <string>

namespace gradus::autograd {

/// A gradient check that failed; its text is GradcheckResult::message.
class GradcheckError : public Error {
 public:
  using Error::Error;
};

/// Step and tolerances of the checks, PyTorch's defaults. They suit float64 only: the central difference of a float32
/// function has errors around 1e-2.
struct GradcheckOptions {
  double eps = 1e-6;                 // half the distance between the two points of the difference
  double atol = 1e-5, rtol = 1e-3;   // |backward - numerical| <= atol + rtol * |numerical|
  double nondet_tol = 0;             // how far two runs of backward may differ
  bool raise_exception = true;       // throw GradcheckError; otherwise return the result
  bool check_undefined_grad = true;  // also run backward with undefined output gradients
};

/// The outcome of a check: true, or false with a message that names the op, the input, its element and both numbers.
struct GradcheckResult {
  bool passed = true;
  std::string message;
  explicit operator bool() const { return passed; }
};

/// Compares the gradients that backward computes with central differences (f(x + eps) - f(x - eps)) / (2 eps), for
/// every element of every input that requires grad and every element of every differentiable output. Also checks that
/// backward is reentrant (twice the same gradient), multiplies by the gradient it is given, and takes undefined ones.
///
///   gradcheck([](const Tensor& x, const Tensor& w) { return sigmoid(x.mm(w)); }, {x, w});
///
/// Inputs should be float64 (others get a warning) and must not overlap themselves in memory, as expand() makes them.
/// Throws GradcheckError for a failed check unless raise_exception is false, ValueError when no input requires grad.
/// After https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradcheck.html.
GradcheckResult gradcheck(const TensorFunction& function, const TensorList& inputs,
                          const GradcheckOptions& options = {});

/// The same for second derivatives: gradcheck of the function (inputs, grad_outputs) -> gradients of the inputs.
/// grad_outputs are random where none are given.
/// After https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradgradcheck.html.
GradcheckResult gradgradcheck(const TensorFunction& function, const TensorList& inputs,
                              const GradcheckOptions& options = {});
GradcheckResult gradgradcheck(const TensorFunction& function, const TensorList& inputs, const TensorList& grad_outputs,
                              const GradcheckOptions& options = {});

}  // namespace gradus::autograd

namespace gradus {
using autograd::gradcheck;
using autograd::gradgradcheck;
}  // namespace gradus
