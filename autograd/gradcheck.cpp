#include <gradus/autograd/check.h>
#include <gradus/autograd/engine.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/random.h>
#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace gradus::autograd {
namespace {

// The derivatives of one output's elements with respect to one input's elements; a row for each element of the input.
struct Jacobian {
  Jacobian(const Tensor& input, const Tensor& output)
      : rows(input.numel()), columns(output.numel()), values(static_cast<size_t>(rows * columns)) {}
  double& at(int64_t row, int64_t column) { return values[static_cast<size_t>(row * columns + column)]; }

  int64_t rows, columns;
  std::vector<double> values;
};
using JacobianRow = std::vector<Jacobian>;  // of one output, for each differentiable input

// What is checked: the function with its inputs, and which of them.
struct Subject {
  const TensorFunction& function;
  const TensorList& inputs;
  std::vector<size_t> differentiable;  // numbers of the inputs that require grad

  TensorList differentiable_inputs() const {
    TensorList list;
    for (const size_t j : differentiable) list.push_back(inputs[j]);
    return list;
  }
  TensorList differentiable_outputs() const {
    TensorList list;
    for (const Tensor& output : function(inputs)) {
      if (output.defined() && output.requires_grad()) list.push_back(output);
    }
    return list;
  }
};

// "[1, 2]" for element 5 of a (2, 3) tensor; nothing for the only element of a 0-d one.
std::string element_name(int64_t element, IntArrayRef sizes) {
  if (sizes.empty()) return "";
  Dims index(sizes.size());
  for (size_t d = sizes.size(); d-- > 0;) {
    index[d] = element % sizes[d];
    element /= sizes[d];
  }
  return fmt::format("{}", index);
}

int64_t offset_of(int64_t element, const Tensor& x) {
  int64_t offset = 0;
  for (int64_t d = x.dim(); d-- > 0;) {
    offset += element % x.size(d) * x.stride(d);
    element /= x.size(d);
  }
  return offset;
}

bool overlaps_itself(const Tensor& x) {
  std::unordered_set<int64_t> seen;
  for (int64_t i = 0; i < x.numel(); ++i) {
    if (!seen.insert(offset_of(i, x)).second) return true;
  }
  return false;
}

std::vector<size_t> check_inputs(const TensorList& inputs) {
  std::vector<size_t> differentiable;
  for (size_t j = 0; j < inputs.size(); ++j) {
    if (!inputs[j].defined() || !inputs[j].requires_grad()) continue;
    differentiable.push_back(j);
    if (inputs[j].dtype() != kFloat64) {
      warn(
          fmt::format("gradcheck: input {} requires gradient and is {}, not float64. This check will likely fail: "
                      "central differences need double precision.",
                      j, to_string(inputs[j].dtype())));
    }
    GRADUS_CHECK(!overlaps_itself(inputs[j]),
                 "gradcheck: elements of input {} (sizes {}, strides {}) share memory, as after expand(): changing one "
                 "would change others. Call contiguous() on the input before passing it to gradcheck.",
                 j, inputs[j].sizes(), inputs[j].strides());
  }
  GRADUS_CHECK_VALUE(!differentiable.empty(),
                     "gradcheck expects at least one input tensor to require gradient, but none of them has "
                     "requires_grad set");
  return differentiable;
}

// Adds `step` to one element of x for a scope, unseen by version counters and graphs.
class Perturbation {
 public:
  Perturbation(const Tensor& x, int64_t element, double step) : x_(x), offset_(offset_of(element, x)) {
    before_ = get();
    set(before_ + step);
  }
  ~Perturbation() { set(before_); }
  Perturbation(const Perturbation&) = delete;
  Perturbation& operator=(const Perturbation&) = delete;

 private:
  double get() const {
    return x_.dtype() == kFloat64 ? x_.data_ptr<double>()[offset_] : static_cast<double>(x_.data_ptr<float>()[offset_]);
  }
  void set(double value) {
    if (x_.dtype() == kFloat64) {
      x_.data_ptr<double>()[offset_] = value;
    } else {
      x_.data_ptr<float>()[offset_] = static_cast<float>(value);
    }
  }

  const Tensor& x_;
  int64_t offset_;
  double before_;
};

// The defined outputs of floating point: all of them, or those that require grad.
std::vector<std::vector<double>> output_values(const Subject& subject, bool only_differentiable) {
  std::vector<std::vector<double>> values;
  for (const Tensor& output : subject.function(subject.inputs)) {
    if (!output.defined() || !output.is_floating_point() || (only_differentiable && !output.requires_grad())) continue;
    values.push_back(output.to_vector<double>());
  }
  return values;
}

// Element `element` of input j moved by eps both ways: (f(x + eps) - f(x - eps)) / (2 eps) for every output element.
std::vector<std::vector<double>> central_difference(const Subject& subject, size_t j, int64_t element, double eps,
                                                    bool only_differentiable) {
  const auto values_at = [&](double step) {
    const Perturbation moved(subject.inputs[j], element, step);
    return output_values(subject, only_differentiable);
  };
  auto difference = values_at(eps);
  const auto lower = values_at(-eps);
  for (size_t i = 0; i < difference.size(); ++i) {
    for (size_t e = 0; e < difference[i].size(); ++e) {
      difference[i][e] = (difference[i][e] - lower[i][e]) / (2 * eps);
    }
  }
  return difference;
}

std::vector<JacobianRow> numerical_jacobians(const Subject& subject, const TensorList& outputs, double eps) {
  std::vector<JacobianRow> jacobians(outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    for (const size_t j : subject.differentiable) jacobians[i].emplace_back(subject.inputs[j], outputs[i]);
  }
  for (size_t k = 0; k < subject.differentiable.size(); ++k) {
    const size_t j = subject.differentiable[k];
    for (int64_t row = 0; row < subject.inputs[j].numel(); ++row) {
      const auto differences = central_difference(subject, j, row, eps, true);
      for (size_t i = 0; i < outputs.size(); ++i) {
        std::copy(differences[i].begin(), differences[i].end(),
                  jacobians[i][k].values.begin() + row * jacobians[i][k].columns);
      }
    }
  }
  return jacobians;
}

// By backward, one output element at a time.
JacobianRow backward_jacobians(const Subject& subject, const Tensor& output) {
  JacobianRow jacobians;
  for (const size_t j : subject.differentiable) jacobians.emplace_back(subject.inputs[j], output);
  const Tensor g = zeros(output.sizes(), output.dtype());
  for (int64_t column = 0; column < output.numel(); ++column) {
    const Perturbation one_hot(g, column, 1);
    const TensorList gradients = grad({output}, subject.differentiable_inputs(), {g.clone()}, true, false, true);
    for (size_t k = 0; k < gradients.size(); ++k) {
      if (!gradients[k].defined()) continue;
      const std::vector<double> gradient = gradients[k].to_vector<double>();
      for (int64_t row = 0; row < jacobians[k].rows; ++row) {
        jacobians[k].at(row, column) = gradient[static_cast<size_t>(row)];
      }
    }
  }
  return jacobians;
}

// The nodes between an output and its inputs, by name, in the order backward reaches them.
std::string ops_behind(const Tensor& output) {
  std::vector<std::string> names;
  std::unordered_set<const Node*> seen;
  std::vector<Ptr<Node>> waiting;
  if (output.grad_fn()) waiting.push_back(output.grad_fn());
  while (!waiting.empty()) {
    const Ptr<Node> node = waiting.back();
    waiting.pop_back();
    if (!seen.insert(node.get()).second || node->next_edges.empty()) continue;  // without edges: a leaf's accumulator
    if (std::find(names.begin(), names.end(), node->name()) == names.end()) names.push_back(node->name());
    for (size_t i = node->next_edges.size(); i-- > 0;) {
      if (node->next_edges[i].node) waiting.push_back(node->next_edges[i].node);
    }
  }
  return names.empty() ? "no op" : fmt::format("{}", fmt::join(names, ", "));
}

bool close(double backward, double numerical, const GradcheckOptions& options) {
  if (backward == numerical) return true;
  const double difference = std::abs(backward - numerical);
  return std::isfinite(difference) && difference <= options.atol + options.rtol * std::abs(numerical);
}

std::string as_text(const Jacobian& jacobian) {
  const Tensor table = empty({jacobian.rows, jacobian.columns}, kFloat64);
  std::copy(jacobian.values.begin(), jacobian.values.end(), table.data_ptr<double>());
  return table.to_string();
}

void compare(const Jacobian& backward, const Jacobian& numerical, const Tensor& output, size_t i, const Tensor& input,
             size_t j, const GradcheckOptions& options) {
  size_t wrong = 0, first = 0;
  for (size_t e = backward.values.size(); e-- > 0;) {
    if (close(backward.values[e], numerical.values[e], options)) continue;
    ++wrong;
    first = e;
  }
  if (wrong == 0) return;
  const auto row = static_cast<int64_t>(first) / backward.columns,
             column = static_cast<int64_t>(first) % backward.columns;
  throw GradcheckError(
      fmt::format("Jacobian mismatch for output {} with respect to input {}, computed by {}:\n"
                  "d output{} / d input{}: backward gives {:.10g}, the central difference {:.10g}\n"
                  "{} of {} elements differ by more than {} + {} * |numerical|\nnumerical:{}\nanalytical:{}",
                  i, j, ops_behind(output), element_name(column, output.sizes()), element_name(row, input.sizes()),
                  backward.values[first], numerical.values[first], wrong, backward.values.size(), options.atol,
                  options.rtol, as_text(numerical), as_text(backward)));
}

void compare_runs(const Jacobian& first, const Jacobian& second, const Tensor& output, size_t i, size_t j,
                  double tolerance) {
  for (size_t e = 0; e < first.values.size(); ++e) {
    if (first.values[e] == second.values[e] || std::abs(first.values[e] - second.values[e]) <= tolerance) continue;
    throw GradcheckError(fmt::format(
        "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives "
        "different values ({:.17g} and {:.17g}), although analytical gradient matches numerical gradient. The "
        "tolerance "
        "for nondeterminism was {}. Output {}, computed by {}, with respect to input {}.",
        first.values[e], second.values[e], tolerance, i, ops_behind(output), j));
  }
}

bool all_zero(const Tensor& x) {
  const std::vector<double> values = x.to_vector<double>();
  return std::all_of(values.begin(), values.end(), [](double v) { return v == 0; });
}

void check_zero_gradients(const Subject& subject, const TensorList& outputs, const char* failure) {
  TensorList zero_gradients;
  for (const Tensor& output : outputs) zero_gradients.push_back(zeros(output.sizes(), output.dtype()));
  const TensorList gradients = grad(outputs, subject.differentiable_inputs(), zero_gradients, true, false, true);
  for (size_t k = 0; k < gradients.size(); ++k) {
    if (!gradients[k].defined() || all_zero(gradients[k])) continue;
    throw GradcheckError(fmt::format("{}: the gradient of input {} is {}; output 0 is computed by {}", failure,
                                     subject.differentiable[k], gradients[k].to_string(), ops_behind(outputs[0])));
  }
}

// Passes a tensor on and sends no gradient back.
struct UndefinedGrad : Function<UndefinedGrad> {
  static constexpr auto name = "undefined_grad";
  static Tensor forward(Context&, const Tensor& x) { return x.clone(); }
  static TensorList backward(Context&, const Tensor&) { return {Tensor()}; }
};

// Runs backward with undefined gradients for all outputs, and for each of several.
void check_undefined_gradients(const Subject& subject, size_t output_count) {
  const auto check = [&](const auto& is_undefined) {
    TensorList outputs = subject.differentiable_outputs();
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (is_undefined(i)) outputs[i] = UndefinedGrad::apply(outputs[i]);
    }
    try {
      check_zero_gradients(
          subject, outputs,
          "Expected all input grads to be undefined or zero when all output grads are undefined or zero");
    } catch (const GradcheckError&) {
      throw;
    } catch (const Error& error) {
      throw GradcheckError(
          fmt::format("Expected backward function to handle undefined output grads, but it threw: {}", error.what()));
    }
  };
  check([](size_t) { return true; });
  if (output_count < 2) return;
  for (size_t i = 0; i < output_count; ++i) check([i](size_t k) { return k == i; });
}

void check_no_differentiable_outputs(const Subject& subject, double eps) {
  for (const size_t j : subject.differentiable) {
    for (int64_t element = 0; element < subject.inputs[j].numel(); ++element) {
      for (const auto& output : central_difference(subject, j, element, eps, false)) {
        for (const double difference : output) {
          if (difference == 0) continue;
          throw GradcheckError(
              fmt::format("Numerical gradient for function expected to be zero, since no output requires grad, but "
                          "element {} of input "
                          "{} has {:.10g}",
                          element_name(element, subject.inputs[j].sizes()), j, difference));
        }
      }
    }
  }
}

void check(const Subject& subject, const GradcheckOptions& options) {
  const TensorList outputs = subject.differentiable_outputs();
  if (outputs.empty()) return check_no_differentiable_outputs(subject, options.eps);
  const auto numerical = numerical_jacobians(subject, outputs, options.eps);
  for (size_t i = 0; i < outputs.size(); ++i) {
    const JacobianRow backward = backward_jacobians(subject, outputs[i]),
                      again = backward_jacobians(subject, outputs[i]);
    for (size_t k = 0; k < backward.size(); ++k) {
      const size_t j = subject.differentiable[k];
      compare(backward[k], numerical[i][k], outputs[i], i, subject.inputs[j], j, options);
      compare_runs(backward[k], again[k], outputs[i], i, j, options.nondet_tol);
    }
  }
  check_zero_gradients(subject, outputs, "backward not multiplied by grad_output");
  if (options.check_undefined_grad) check_undefined_gradients(subject, outputs.size());
}

TensorList part_of(const TensorList& list, size_t begin, size_t end) {
  TensorList part;
  for (size_t i = begin; i < end; ++i) part.push_back(list[i]);
  return part;
}

// Random in [-1, 1), the same at each call, leaving the default generator alone.
TensorList random_gradients(const TensorList& outputs) {
  Generator generator(1);
  TensorList gradients;
  for (const Tensor& output : outputs) {
    gradients.push_back((rand(output.sizes(), output.dtype(), &generator) * 2 - 1).requires_grad_());
  }
  return gradients;
}

}  // namespace

GradcheckResult gradcheck(const TensorFunction& function, const TensorList& inputs, const GradcheckOptions& options) {
  const EnableGradGuard enable_grad;
  try {
    check({function, inputs, check_inputs(inputs)}, options);
  } catch (const GradcheckError& error) {
    if (options.raise_exception) throw;
    return {false, error.what()};
  }
  return {};
}

GradcheckResult gradgradcheck(const TensorFunction& function, const TensorList& inputs,
                              const GradcheckOptions& options) {
  return gradgradcheck(function, inputs, TensorList(), options);
}

GradcheckResult gradgradcheck(const TensorFunction& function, const TensorList& inputs, const TensorList& grad_outputs,
                              const GradcheckOptions& options) {
  const EnableGradGuard enable_grad;
  const Subject subject{function, inputs, check_inputs(inputs)};
  TensorList both = inputs;
  const TensorList gradients = grad_outputs.empty() ? random_gradients(subject.differentiable_outputs()) : grad_outputs;
  both.append(gradients.begin(), gradients.end());

  const auto gradient_function = [&](const TensorList& x) -> TensorList {
    const TensorList function_inputs = part_of(x, 0, inputs.size());
    const Subject at_x{function, function_inputs, subject.differentiable};
    const TensorList outputs = at_x.differentiable_outputs();
    if (outputs.empty()) return {};
    const TensorList output_gradients = part_of(x, inputs.size(), x.size());
    TensorList defined;
    for (const Tensor& gradient :
         grad(outputs, at_x.differentiable_inputs(), output_gradients, std::nullopt, true, true)) {
      if (gradient.defined()) defined.push_back(gradient);
    }
    return defined;
  };
  return gradcheck(gradient_function, both, options);
}

}  // namespace gradus::autograd
