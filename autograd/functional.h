#pragma once
#include <gradus/autograd/tensor_function.h>
#include <utility>
#include <vector>

/// Derivatives of whole functions, after https://pytorch.org/docs/stable/autograd.html#functional-higher-level-api.
/// `function` takes Tensors or a TensorList; `inputs` need not require grad. Each comes twice: for a function of one
/// tensor, and for one of several (a TensorList goes in, lists come out).
namespace gradus::autograd::functional {

/// create_graph: the result can be differentiated again. strict: an input or output that plays no part is an Error
/// naming it, in place of zeros.
struct FunctionalOptions {
  bool create_graph = false;
  bool strict = false;
};

/// d output / d input, of shape output.sizes() + input.sizes(). Throws ValueError unless there is one output.
Tensor jacobian(const TensorFunction& function, const Tensor& input, const FunctionalOptions& options = {});
/// result[i][j] = d output i / d input j.
std::vector<TensorList> jacobian(const TensorFunction& function, const TensorList& inputs,
                                 const FunctionalOptions& options = {});

/// The second derivatives of a function with one output of one element, of shape input.sizes() + input.sizes(). Throws
/// ValueError for more outputs or elements.
Tensor hessian(const TensorFunction& function, const Tensor& input, const FunctionalOptions& options = {});
/// result[i][j] = d^2 output / (d input i d input j).
std::vector<TensorList> hessian(const TensorFunction& function, const TensorList& inputs,
                                const FunctionalOptions& options = {});

/// The output, and v^T J: the product of a vector of the output's shape with the Jacobian, of the input's shape. v may
/// be left undefined for an output of one element.
std::pair<Tensor, Tensor> vjp(const TensorFunction& function, const Tensor& input, const Tensor& v = {},
                              const FunctionalOptions& options = {});
std::pair<TensorList, TensorList> vjp(const TensorFunction& function, const TensorList& inputs,
                                      const TensorList& v = {}, const FunctionalOptions& options = {});

/// The output, and J v: the product of the Jacobian with a vector of the input's shape, of the output's shape. By
/// differentiating twice: u -> u^T J is linear, and its derivative times v is J v. v may be left undefined for an input
/// of one element.
std::pair<Tensor, Tensor> jvp(const TensorFunction& function, const Tensor& input, const Tensor& v = {},
                              const FunctionalOptions& options = {});
std::pair<TensorList, TensorList> jvp(const TensorFunction& function, const TensorList& inputs,
                                      const TensorList& v = {}, const FunctionalOptions& options = {});

}  // namespace gradus::autograd::functional
