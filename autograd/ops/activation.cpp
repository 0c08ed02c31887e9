#include <gradus/autograd/ops/pointwise.h>

namespace gradus {
namespace {

/// Hyperbolic tangent
struct Tanh : Function<Tanh> {
  static constexpr auto name = "tanh", math = "out = tanh(x);  dx = g * (1 - out * out)";
  static Tensor forward(Context& ctx, const Tensor& x) {
    Tensor out = kernels::tanh(x, ctx.out());
    ctx.save_for_backward(out);
    return out;
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor out = ctx.saved(0);
    if (!GradMode::is_enabled()) return {kernels::tanh_backward(g, out)};
    return {g * (1 - square(out))};
  }
  static Samples samples() {
    Samples samples = unary_samples([](const Tensor& x) { return tanh(x); }, -2, 2);
    samples.push_back({"in_place", [](const Tensor& x) { return (x * 1).tanh_(); }, {randn({3})}});
    return samples;
  }
};

/// 1 / (1 + e^-x)
struct Sigmoid : Function<Sigmoid> {
  static constexpr auto name = "sigmoid", math = "out = 1 / (1 + exp(-x));  dx = g * out * (1 - out)";
  static Tensor forward(Context& ctx, const Tensor& x) {
    Tensor out = kernels::sigmoid(x, ctx.out());
    ctx.save_for_backward(out);
    return out;
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor out = ctx.saved(0);
    if (!GradMode::is_enabled()) return {kernels::sigmoid_backward(g, out)};
    return {g * out * (1 - out)};
  }
  static Samples samples() {
    Samples samples = unary_samples([](const Tensor& x) { return sigmoid(x); }, -3, 3);
    samples.push_back({"in_place", [](const Tensor& x) { return (x * 1).sigmoid_(); }, {randn({3})}});
    return samples;
  }
};

/// Rectified linear unit; its derivative at 0 is 0
struct Relu : Function<Relu> {
  static constexpr auto name = "relu", math = "out = max(x, 0);  dx = g where out > 0, else 0";
  static Tensor forward(Context& ctx, const Tensor& x) {
    Tensor out = kernels::relu(x, ctx.out());
    ctx.save_for_backward(out);
    return out;
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor out = ctx.saved(0);
    if (!GradMode::is_enabled()) return {kernels::relu_backward(g, out)};
    return {where(out <= 0, 0, g)};
  }
  static Samples samples() {
    Samples samples = unary_samples_away_from_zero([](const Tensor& x) { return relu(x); });
    samples.push_back({"in_place", [](const Tensor& x) { return (x * 1).relu_(); }, {tensor({-0.5, 0.7, 2.0})}});
    return samples;
  }
};

/// Linear with a smaller slope below 0; its derivative at 0 is that slope
struct LeakyRelu : Function<LeakyRelu> {
  static constexpr auto name = "leaky_relu",
                        math = "out = x where x > 0, else slope * x;  dx = g where x > 0, else slope * g";
  Tensor forward(Context& ctx, const Tensor& x, double negative_slope) {
    slope = negative_slope;
    ctx.save_for_backward(x);
    return kernels::leaky_relu(x, slope);
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0);
    if (!GradMode::is_enabled()) return {kernels::leaky_relu_backward(g, x, slope)};
    return {where(x > 0, g, g * slope)};
  }
  static Samples samples() {
    return unary_samples_away_from_zero([](const Tensor& x) { return leaky_relu(x, 0.2); });
  }

  double slope = 0.01;
};

/// A smooth relu
struct Softplus : Function<Softplus> {
  static constexpr auto name = "softplus", math =
                                               "out = log(1 + exp(beta * x)) / beta, x where beta * x > threshold;  "
                                               "dx = g * sigmoid(beta * x), g above the threshold";
  Tensor forward(Context& ctx, const Tensor& x, double sharpness, double limit) {
    beta = sharpness;
    threshold = limit;
    ctx.save_for_backward(x);
    return kernels::softplus(x, beta, threshold);
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor scaled = ctx.saved(0) * beta;
    return {where(scaled > threshold, g, g * sigmoid(scaled))};
  }
  static Samples samples() {
    Samples samples = unary_samples([](const Tensor& x) { return softplus(x); }, -3, 3);
    samples.push_back({"threshold", [](const Tensor& x) { return softplus(x, 2, 1); }, {tensor({-1., 0.2, 1.5, 3.})}});
    return samples;
  }

  double beta = 1, threshold = 20;
};

/// log(sigmoid(x)), finite where sigmoid(x) rounds to 0
struct Logsigmoid : Function<Logsigmoid> {
  static constexpr auto name = "logsigmoid", math = "out = log(1 / (1 + exp(-x)));  dx = g * sigmoid(-x)";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return kernels::logsigmoid(x);
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g * sigmoid(-ctx.saved(0))}; }
  static Samples samples() {
    return unary_samples([](const Tensor& x) { return logsigmoid(x); }, -3, 3);
  }
};

}  // namespace

Tensor tanh(const Tensor& x) { return Tanh::apply(x); }
Tensor sigmoid(const Tensor& x) { return Sigmoid::apply(x); }
Tensor relu(const Tensor& x) { return Relu::apply(x); }
Tensor leaky_relu(const Tensor& x, double negative_slope) { return LeakyRelu::apply(x, negative_slope); }
Tensor softplus(const Tensor& x, double beta, double threshold) { return Softplus::apply(x, beta, threshold); }
Tensor logsigmoid(const Tensor& x) { return Logsigmoid::apply(x); }

Tensor Tensor::tanh() const { return gradus::tanh(*this); }
Tensor Tensor::sigmoid() const { return gradus::sigmoid(*this); }
Tensor Tensor::relu() const { return gradus::relu(*this); }

Tensor& Tensor::tanh_() { return Tanh::apply_(*this); }
Tensor& Tensor::sigmoid_() { return Sigmoid::apply_(*this); }
Tensor& Tensor::relu_() { return Relu::apply_(*this); }

OpInfo tanh_op() { return op_info<Tanh>(); }
OpInfo sigmoid_op() { return op_info<Sigmoid>(); }
OpInfo relu_op() { return op_info<Relu>(); }
OpInfo leaky_relu_op() { return op_info<LeakyRelu>(); }
OpInfo softplus_op() { return op_info<Softplus>(); }
OpInfo logsigmoid_op() { return op_info<Logsigmoid>(); }

}  // namespace gradus
