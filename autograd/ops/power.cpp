#include <gradus/autograd/ops/broadcast.h>
#include <gradus/autograd/ops/pointwise.h>

namespace gradus {
namespace {

/// Power with a number as exponent
struct Pow : Function<Pow> {
  static constexpr auto name = "pow", math = "out = x^p;  dx = g * p * x^(p-1),  0 for p = 0";
  Tensor forward(Context& ctx, const Tensor& x, Scalar p) {
    exponent = p.to<double>();
    ctx.save_for_backward(exponent == 0 ? Tensor() : x);
    return kernels::pow(x, p, ctx.out());
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    if (exponent == 0) return {zeros_like(g)};
    const Tensor x = ctx.saved(0);
    if (exponent == 2) return {product(g, x) * 2};
    return {g * (pow(x, exponent - 1) * exponent)};
  }
  static Samples samples() {
    const auto power = [](Scalar p) { return [p](const Tensor& x) { return pow(x, p); }; };
    return {{"square", power(2), {randn({2, 3})}},
            {"cube", power(3), {randn({2, 3})}},
            {"fraction", power(2.5), {rand({2, 3}) + 0.5}},
            {"root", power(0.5), {rand({3}) + 0.5}},
            {"inverse", power(-1), {rand({3}) + 0.5}},
            {"zero", power(0), {randn({3})}},
            {"transposed", [](const Tensor& x) { return pow(x.t(), 1.5); }, {rand({3, 2}) + 0.5}},
            {"in_place", [](const Tensor& x) { return (x * 1).pow_(3); }, {randn({3})}}};
  }

  double exponent = 1;
};

/// Power with a tensor as exponent
struct PowTensor : Function<PowTensor> {
  static constexpr auto name = "pow_tensor", math = "out = a^b;  da = g * b * a^(b-1),  db = g * out * log(a)";
  Tensor forward(Context& ctx, const Tensor& a, const Tensor& b) {
    Tensor out = kernels::pow(a, b);
    if (ctx.recording()) {
      ctx.save_for_backward(a, b, ctx.needs_grad(1) ? out : Tensor());
      shapes.remember(a, b);
    }
    return out;
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor a = ctx.saved(0), b = ctx.saved(1);
    TensorList gradients = TensorList::of_size(2);
    if (ctx.needs_grad(0)) {  // 0^0 is constant in its base
      gradients[0] = shapes.sum_to(where(b == 0, 0, g * (b * pow(a, b - 1))), 0);
    }
    if (ctx.needs_grad(1)) {  // and 0^b is 0 for all b > 0, though log(0) is not finite
      gradients[1] = shapes.sum_to(where((a == 0) & (b >= 0), 0, g * (ctx.saved(2) * log(a))), 1);
    }
    return gradients;
  }
  static Samples samples() {
    const auto power = [](const Tensor& a, const Tensor& b) { return pow(a, b); };
    const auto base = [](IntArrayRef sizes) { return rand(sizes) + 0.5; };
    return {{"same_shape", power, {base({2, 3}), randn({2, 3})}},
            {"row", power, {base({2, 3}), randn({3})}},
            {"column_first", power, {base({2, 1}), randn({2, 3})}},
            {"number_base", [](const Tensor& b) { return pow(2.5, b); }, {randn({2, 2})}}};
  }

  OperandShapes<2> shapes;
};

/// x * x
struct Square : Function<Square> {
  static constexpr auto name = "square", math = "out = x * x;  dx = 2 * g * x";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return kernels::square(x);
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {product(g, ctx.saved(0)) * 2}; }
  static Samples samples() {
    return unary_samples([](const Tensor& x) { return square(x); }, -2, 2);
  }
};

/// 1 / x
struct Reciprocal : Function<Reciprocal> {
  static constexpr auto name = "reciprocal", math = "out = 1 / x;  dx = -g * out * out";
  static Tensor forward(Context& ctx, const Tensor& x) {
    Tensor out = kernels::reciprocal(x);
    ctx.save_for_backward(out);
    return out;
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {-g * square(ctx.saved(0))}; }
  static Samples samples() {
    return unary_samples([](const Tensor& x) { return reciprocal(x); }, 0.5, 2);
  }
};

/// Square root
struct Sqrt : Function<Sqrt> {
  static constexpr auto name = "sqrt", math = "out = sqrt(x);  dx = g / (2 * out)";
  static Tensor forward(Context& ctx, const Tensor& x) {
    Tensor out = kernels::sqrt(x, ctx.out());
    ctx.save_for_backward(out);
    return out;
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g / (ctx.saved(0) * 2)}; }
  static Samples samples() {
    Samples samples = unary_samples([](const Tensor& x) { return sqrt(x); }, 0.5, 3);
    samples.push_back({"in_place", [](const Tensor& x) { return (x * 1).sqrt_(); }, {rand({3}) + 0.5}});
    return samples;
  }
};

/// 1 / sqrt(x)
struct Rsqrt : Function<Rsqrt> {
  static constexpr auto name = "rsqrt", math = "out = 1 / sqrt(x);  dx = -g * out^3 / 2";
  static Tensor forward(Context& ctx, const Tensor& x) {
    Tensor out = kernels::rsqrt(x, ctx.out());
    ctx.save_for_backward(out);
    return out;
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g * pow(ctx.saved(0), 3) * -0.5}; }
  static Samples samples() {
    Samples samples = unary_samples([](const Tensor& x) { return rsqrt(x); }, 0.5, 3);
    samples.push_back({"in_place", [](const Tensor& x) { return (x * 1).rsqrt_(); }, {rand({3}) + 0.5}});
    return samples;
  }
};

}  // namespace

Tensor pow(const Tensor& base, const Tensor& exponent) { return PowTensor::apply(base, exponent); }
Tensor pow(const Tensor& base, Scalar exponent) { return Pow::apply(base, exponent); }
Tensor pow(Scalar base, const Tensor& exponent) { return pow(scalar_like(exponent, base), exponent); }
Tensor square(const Tensor& x) { return Square::apply(x); }
Tensor reciprocal(const Tensor& x) { return Reciprocal::apply(x); }
Tensor sqrt(const Tensor& x) { return Sqrt::apply(x); }
Tensor rsqrt(const Tensor& x) { return Rsqrt::apply(x); }

Tensor Tensor::pow(const Tensor& exponent) const { return gradus::pow(*this, exponent); }
Tensor Tensor::pow(Scalar exponent) const { return gradus::pow(*this, exponent); }
Tensor Tensor::square() const { return gradus::square(*this); }
Tensor Tensor::reciprocal() const { return gradus::reciprocal(*this); }
Tensor Tensor::sqrt() const { return gradus::sqrt(*this); }
Tensor Tensor::rsqrt() const { return gradus::rsqrt(*this); }

Tensor& Tensor::pow_(Scalar exponent) { return Pow::apply_(*this, exponent); }
Tensor& Tensor::sqrt_() { return Sqrt::apply_(*this); }
Tensor& Tensor::rsqrt_() { return Rsqrt::apply_(*this); }

OpInfo pow_op() { return op_info<Pow>(); }
OpInfo pow_tensor_op() { return op_info<PowTensor>(); }
OpInfo square_op() { return op_info<Square>(); }
OpInfo reciprocal_op() { return op_info<Reciprocal>(); }
OpInfo sqrt_op() { return op_info<Sqrt>(); }
OpInfo rsqrt_op() { return op_info<Rsqrt>(); }

}  // namespace gradus
