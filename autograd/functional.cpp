#include <gradus/autograd/check.h>
#include <gradus/autograd/engine.h>
#include <gradus/autograd/functional.h>

namespace gradus::autograd::functional {
namespace {

// The inputs as tensors that require grad: fresh leaves, or with create_graph views, so that the result depends on the
// caller's own tensors.
TensorList prepared(const TensorList& inputs, bool create_graph) {
  TensorList list;
  for (const Tensor& input : inputs) {
    const bool connected = create_graph && input.requires_grad();
    list.push_back(connected ? input.view_as(input) : input.detach().requires_grad_());
  }
  return list;
}

TensorList outputs_of(const TensorFunction& function, const TensorList& inputs, bool strict) {
  TensorList outputs = function(inputs);
  for (size_t i = 0; strict && i < outputs.size(); ++i) {
    GRADUS_CHECK(outputs[i].requires_grad(),
                 "Output {} of the function does not depend on any input, or not in a differentiable way, which strict "
                 "mode does not allow",
                 i);
  }
  return outputs;
}

// Gradients of outputs[i] for one grad_output each, with zeros where there is no dependence.
TensorList gradients_of(const TensorList& outputs, const TensorList& inputs, const TensorList& v,
                        const FunctionalOptions& options) {
  TensorList differentiable, gradients;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].requires_grad()) continue;
    differentiable.push_back(outputs[i]);
    gradients.push_back(v[i]);
  }
  TensorList result = differentiable.empty()
                          ? TensorList::of_size(inputs.size())
                          : grad(differentiable, inputs, gradients, true, options.create_graph, true);
  for (size_t j = 0; j < result.size(); ++j) {
    GRADUS_CHECK(!options.strict || result[j].defined(),
                 "The function's output is independent of input {}, which strict mode does not allow", j);
    GRADUS_CHECK(
        !options.strict || !options.create_graph || result[j].requires_grad(),
        "The derivative with respect to input {} is independent of the inputs, which strict mode with create_graph "
        "does not allow",
        j);
    if (!result[j].defined()) result[j] = zeros_like(inputs[j]);
  }
  return result;
}

TensorList detached(const TensorList& tensors, bool create_graph) {
  if (create_graph) return tensors;
  TensorList list;
  for (const Tensor& tensor : tensors) list.push_back(tensor.detach());
  return list;
}

TensorList jacobian_of(const Tensor& output, const TensorList& inputs, const FunctionalOptions& options) {
  std::vector<TensorList> rows(inputs.size());
  for (int64_t e = 0; e < output.numel(); ++e) {
    Tensor one_hot = zeros({output.numel()}, output.dtype());
    one_hot.select(0, e).fill_(1);
    const TensorList gradients = gradients_of({output}, inputs, {one_hot.view(output.sizes())}, options);
    for (size_t j = 0; j < inputs.size(); ++j) rows[j].push_back(gradients[j]);
  }
  TensorList jacobians;
  for (size_t j = 0; j < inputs.size(); ++j) {
    Dims sizes(output.sizes().begin(), output.sizes().end());
    sizes.insert(sizes.end(), inputs[j].sizes().begin(), inputs[j].sizes().end());
    jacobians.push_back(rows[j].empty() ? zeros(sizes, output.dtype()) : stack(rows[j]).view(sizes));
  }
  return jacobians;
}

// v, or a one where it is left out for a single tensor of one element, with the shapes of `like`.
TensorList checked_vectors(const char* op, const TensorList& v, const TensorList& like) {
  const bool left_out = v.empty() || (v.size() == 1 && !v[0].defined());
  if (left_out) {
    GRADUS_CHECK_VALUE(like.size() == 1 && like[0].numel() == 1,
                       "{}: the vector v can only be left out for a single tensor with a single element", op);
    return {ones_like(like[0]).detach()};
  }
  GRADUS_CHECK_VALUE(v.size() == like.size(), "{}: v has {} tensors, but {} are needed", op, v.size(), like.size());
  for (size_t i = 0; i < v.size(); ++i) {
    GRADUS_CHECK_VALUE(v[i].sizes() == like[i].sizes(), "{}: entry {} of v has shape {}, but {} is needed", op, i,
                       v[i].sizes(), like[i].sizes());
  }
  return v;
}

Tensor only(const char* op, const TensorList& outputs) {
  GRADUS_CHECK_VALUE(outputs.size() == 1,
                     "{}: the function returned {} tensors; for several outputs pass the inputs as a TensorList", op,
                     outputs.size());
  return outputs[0];
}

}  // namespace

std::vector<TensorList> jacobian(const TensorFunction& function, const TensorList& inputs,
                                 const FunctionalOptions& options) {
  const EnableGradGuard enable_grad;
  const TensorList x = prepared(inputs, options.create_graph);
  std::vector<TensorList> jacobians;
  for (const Tensor& output : outputs_of(function, x, options.strict)) {
    jacobians.push_back(detached(jacobian_of(output, x, options), options.create_graph));
  }
  return jacobians;
}

Tensor jacobian(const TensorFunction& function, const Tensor& input, const FunctionalOptions& options) {
  const auto single = [&](const TensorList& x) -> TensorList { return only("jacobian", function(x)); };
  return jacobian(single, TensorList{input}, options)[0][0];
}

std::vector<TensorList> hessian(const TensorFunction& function, const TensorList& inputs,
                                const FunctionalOptions& options) {
  const auto gradient = [&](const TensorList& x) -> TensorList {
    const auto single_element = [&](const TensorList& y) -> TensorList {
      const Tensor output = only("hessian", function(y));
      GRADUS_CHECK_VALUE(output.numel() == 1, "hessian: the function must return a single element, got shape {}",
                         output.sizes());
      return output.reshape({});
    };
    return jacobian(single_element, x, {.create_graph = true, .strict = options.strict})[0];
  };
  return jacobian(gradient, inputs, options);
}

Tensor hessian(const TensorFunction& function, const Tensor& input, const FunctionalOptions& options) {
  return hessian(function, TensorList{input}, options)[0][0];
}

std::pair<TensorList, TensorList> vjp(const TensorFunction& function, const TensorList& inputs, const TensorList& v,
                                      const FunctionalOptions& options) {
  const EnableGradGuard enable_grad;
  const TensorList x = prepared(inputs, options.create_graph);
  const TensorList outputs = outputs_of(function, x, options.strict);
  const TensorList product = gradients_of(outputs, x, checked_vectors("vjp", v, outputs), options);
  return {detached(outputs, options.create_graph), detached(product, options.create_graph)};
}

std::pair<Tensor, Tensor> vjp(const TensorFunction& function, const Tensor& input, const Tensor& v,
                              const FunctionalOptions& options) {
  const auto [outputs, product] = vjp(function, TensorList{input}, TensorList{v}, options);
  return {only("vjp", outputs), product[0]};
}

std::pair<TensorList, TensorList> jvp(const TensorFunction& function, const TensorList& inputs, const TensorList& v,
                                      const FunctionalOptions& options) {
  const EnableGradGuard enable_grad;
  const TensorList x = prepared(inputs, options.create_graph);
  const TensorList vectors = checked_vectors("jvp", v, x);
  const TensorList outputs = outputs_of(function, x, options.strict);
  TensorList u;
  for (const Tensor& output : outputs) u.push_back(zeros(output.sizes(), output.dtype()).requires_grad_());
  // u -> u^T J does not depend on the inputs of a linear function: strictness asks about the second derivative only.
  const TensorList transposed = gradients_of(outputs, x, u, {.create_graph = true});
  const TensorList product = gradients_of(transposed, u, vectors, options);
  return {detached(outputs, options.create_graph), detached(product, options.create_graph)};
}

std::pair<Tensor, Tensor> jvp(const TensorFunction& function, const Tensor& input, const Tensor& v,
                              const FunctionalOptions& options) {
  const auto [outputs, product] = jvp(function, TensorList{input}, TensorList{v}, options);
  return {only("jvp", outputs), product[0]};
}

}  // namespace gradus::autograd::functional
