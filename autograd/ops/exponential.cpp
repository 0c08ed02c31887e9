#include <gradus/autograd/ops/pointwise.h>
#include <numbers>

namespace gradus {
namespace {

/// e^x
struct Exp : Function<Exp> {
  static constexpr auto name = "exp", math = "out = exp(x);  dx = g * out";
  static Tensor forward(Context& ctx, const Tensor& x) {
    Tensor out = kernels::exp(x, ctx.out());
    ctx.save_for_backward(out);
    return out;
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {product(g, ctx.saved(0))}; }
  static Samples samples() {
    Samples samples = unary_samples([](const Tensor& x) { return exp(x); }, -2, 2);
    samples.push_back({"in_place", [](const Tensor& x) { return (x * 1).exp_(); }, {randn({3})}});
    return samples;
  }
};

/// e^x - 1, exact near 0
struct Expm1 : Function<Expm1> {
  static constexpr auto name = "expm1", math = "out = exp(x) - 1;  dx = g * (out + 1)";
  static Tensor forward(Context& ctx, const Tensor& x) {
    Tensor out = kernels::expm1(x);
    ctx.save_for_backward(out);
    return out;
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g * (ctx.saved(0) + 1)}; }
  static Samples samples() {
    return unary_samples([](const Tensor& x) { return expm1(x); }, -2, 2);
  }
};

/// Natural logarithm
struct Log : Function<Log> {
  static constexpr auto name = "log", math = "out = log(x);  dx = g / x";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return kernels::log(x, ctx.out());
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g / ctx.saved(0)}; }
  static Samples samples() {
    Samples samples = unary_samples([](const Tensor& x) { return log(x); }, 0.5, 3);
    samples.push_back({"in_place", [](const Tensor& x) { return (x * 1).log_(); }, {rand({3}) + 0.5}});
    return samples;
  }
};

/// log(1 + x), exact near 0
struct Log1p : Function<Log1p> {
  static constexpr auto name = "log1p", math = "out = log(1 + x);  dx = g / (1 + x)";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return kernels::log1p(x);
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g / (ctx.saved(0) + 1)}; }
  static Samples samples() {
    return unary_samples([](const Tensor& x) { return log1p(x); }, -0.5, 2);
  }
};

/// Logarithm to base 2
struct Log2 : Function<Log2> {
  static constexpr auto name = "log2", math = "out = log2(x);  dx = g / (x * log(2))";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return kernels::log2(x);
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g / (ctx.saved(0) * std::numbers::ln2)}; }
  static Samples samples() {
    return unary_samples([](const Tensor& x) { return log2(x); }, 0.5, 3);
  }
};

/// Logarithm to base 10
struct Log10 : Function<Log10> {
  static constexpr auto name = "log10", math = "out = log10(x);  dx = g / (x * log(10))";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return kernels::log10(x);
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g / (ctx.saved(0) * std::numbers::ln10)}; }
  static Samples samples() {
    return unary_samples([](const Tensor& x) { return log10(x); }, 0.5, 3);
  }
};

/// Sine
struct Sin : Function<Sin> {
  static constexpr auto name = "sin", math = "out = sin(x);  dx = g * cos(x)";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return kernels::sin(x, ctx.out());
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g * cos(ctx.saved(0))}; }
  static Samples samples() {
    Samples samples = unary_samples([](const Tensor& x) { return sin(x); }, -4, 4);
    samples.push_back({"in_place", [](const Tensor& x) { return (x * 1).sin_(); }, {randn({3})}});
    return samples;
  }
};

/// Cosine
struct Cos : Function<Cos> {
  static constexpr auto name = "cos", math = "out = cos(x);  dx = -g * sin(x)";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return kernels::cos(x, ctx.out());
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {-(g * sin(ctx.saved(0)))}; }
  static Samples samples() {
    Samples samples = unary_samples([](const Tensor& x) { return cos(x); }, -4, 4);
    samples.push_back({"in_place", [](const Tensor& x) { return (x * 1).cos_(); }, {randn({3})}});
    return samples;
  }
};

/// Tangent
struct Tan : Function<Tan> {
  static constexpr auto name = "tan", math = "out = tan(x);  dx = g * (1 + out * out)";
  static Tensor forward(Context& ctx, const Tensor& x) {
    Tensor out = kernels::tan(x);
    ctx.save_for_backward(out);
    return out;
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g * (square(ctx.saved(0)) + 1)}; }
  static Samples samples() {
    return unary_samples([](const Tensor& x) { return tan(x); }, -1, 1);
  }
};

}  // namespace

Tensor exp(const Tensor& x) { return Exp::apply(x); }
Tensor expm1(const Tensor& x) { return Expm1::apply(x); }
Tensor log(const Tensor& x) { return Log::apply(x); }
Tensor log1p(const Tensor& x) { return Log1p::apply(x); }
Tensor log2(const Tensor& x) { return Log2::apply(x); }
Tensor log10(const Tensor& x) { return Log10::apply(x); }
Tensor sin(const Tensor& x) { return Sin::apply(x); }
Tensor cos(const Tensor& x) { return Cos::apply(x); }
Tensor tan(const Tensor& x) { return Tan::apply(x); }

Tensor Tensor::exp() const { return gradus::exp(*this); }
Tensor Tensor::expm1() const { return gradus::expm1(*this); }
Tensor Tensor::log() const { return gradus::log(*this); }
Tensor Tensor::log1p() const { return gradus::log1p(*this); }
Tensor Tensor::log2() const { return gradus::log2(*this); }
Tensor Tensor::log10() const { return gradus::log10(*this); }
Tensor Tensor::sin() const { return gradus::sin(*this); }
Tensor Tensor::cos() const { return gradus::cos(*this); }
Tensor Tensor::tan() const { return gradus::tan(*this); }

Tensor& Tensor::exp_() { return Exp::apply_(*this); }
Tensor& Tensor::log_() { return Log::apply_(*this); }
Tensor& Tensor::sin_() { return Sin::apply_(*this); }
Tensor& Tensor::cos_() { return Cos::apply_(*this); }

OpInfo exp_op() { return op_info<Exp>(); }
OpInfo expm1_op() { return op_info<Expm1>(); }
OpInfo log_op() { return op_info<Log>(); }
OpInfo log1p_op() { return op_info<Log1p>(); }
OpInfo log2_op() { return op_info<Log2>(); }
OpInfo log10_op() { return op_info<Log10>(); }
OpInfo sin_op() { return op_info<Sin>(); }
OpInfo cos_op() { return op_info<Cos>(); }
OpInfo tan_op() { return op_info<Tan>(); }

}  // namespace gradus
