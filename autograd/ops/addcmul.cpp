#include <gradus/autograd/ops/broadcast.h>
#include <gradus/autograd/ops/pointwise.h>

namespace gradus {
namespace {

/// x + value * a * b in one pass
struct Addcmul : Function<Addcmul> {
  static constexpr auto name = "addcmul",
                        math = "out = x + value * a * b;  dx = g,  da = value * g * b,  db = value * g * a";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& a, const Tensor& b, Scalar factor) {
    value = factor.to<double>();
    if (ctx.recording()) {
      ctx.save_for_backward(ctx.needs_grad(2) ? a : Tensor(), ctx.needs_grad(1) ? b : Tensor());
      shapes.remember(x, a, b);
    }
    return kernels::addcmul(x, a, b, factor, ctx.out());
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    return {ctx.needs_grad(0) ? shapes.sum_to(g, 0) : Tensor(),
            ctx.needs_grad(1) ? shapes.sum_to(g * ctx.saved(1) * value, 1) : Tensor(),
            ctx.needs_grad(2) ? shapes.sum_to(g * ctx.saved(0) * value, 2) : Tensor()};
  }
  static Samples samples() {
    const auto f = [](const Tensor& x, const Tensor& a, const Tensor& b) { return addcmul(x, a, b, -0.5); };
    return {{"same_shape", f, {randn({2, 3}), randn({2, 3}), randn({2, 3})}},
            {"broadcast", f, {randn({3}), randn({2, 1}), randn({2, 3})}},
            {"in_place",
             [](const Tensor& x, const Tensor& a, const Tensor& b) { return (x * 1).addcmul_(a, b, 2); },
             {randn({2, 3}), randn({3}), randn({2, 3})}}};
  }

  double value = 1;
  OperandShapes<3> shapes;
};

/// x + value * a / b in one pass
struct Addcdiv : Function<Addcdiv> {
  static constexpr auto name = "addcdiv",
                        math = "out = x + value * a / b;  dx = g,  da = value * g / b,  db = -value * g * a / (b * b)";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& a, const Tensor& b, Scalar factor) {
    value = factor.to<double>();
    if (ctx.recording()) {
      ctx.save_for_backward(ctx.needs_grad(2) ? a : Tensor(), b);
      shapes.remember(x, a, b);
    }
    return kernels::addcdiv(x, a, b, factor, ctx.out());
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor b = ctx.saved(1), da = g * value / b;
    return {ctx.needs_grad(0) ? shapes.sum_to(g, 0) : Tensor(), ctx.needs_grad(1) ? shapes.sum_to(da, 1) : Tensor(),
            ctx.needs_grad(2) ? shapes.sum_to(-(da * (ctx.saved(0) / b)), 2) : Tensor()};
  }
  static Samples samples() {
    const auto f = [](const Tensor& x, const Tensor& a, const Tensor& b) { return addcdiv(x, a, b, -0.5); };
    return {{"same_shape", f, {randn({2, 3}), randn({2, 3}), rand({2, 3}) + 0.5}},
            {"broadcast", f, {randn({3}), randn({2, 1}), rand({2, 3}) + 0.5}},
            {"in_place",
             [](const Tensor& x, const Tensor& a, const Tensor& b) { return (x * 1).addcdiv_(a, b, 2); },
             {randn({2, 3}), randn({3}), rand({2, 3}) + 0.5}}};
  }

  double value = 1;
  OperandShapes<3> shapes;
};

/// The way from one tensor to another, in part
struct Lerp : Function<Lerp> {
  static constexpr auto name = "lerp", math = "out = a + w * (b - a);  da = (1 - w) * g,  db = w * g";
  Tensor forward(Context& ctx, const Tensor& start, const Tensor& end, Scalar part) {
    weight = part.to<double>();
    if (ctx.recording()) shapes.remember(start, end);
    return kernels::lerp(start, end, weight, ctx.out());
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    return {ctx.needs_grad(0) ? shapes.sum_to(g * (1 - weight), 0) : Tensor(),
            ctx.needs_grad(1) ? shapes.sum_to(g * weight, 1) : Tensor()};
  }
  static Samples samples() {
    return {
        {"near_start", [](const Tensor& a, const Tensor& b) { return lerp(a, b, 0.3); }, {randn({2, 3}), randn({3})}},
        {"near_end", [](const Tensor& a, const Tensor& b) { return lerp(a, b, 0.9); }, {randn({3}), randn({2, 1})}},
        {"in_place", [](const Tensor& a, const Tensor& b) { return (a * 1).lerp_(b, 0.5); }, {randn({2}), randn({2})}}};
  }

  double weight = 0;
  OperandShapes<2> shapes;
};

}  // namespace

Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value) {
  return Addcmul::apply(x, a, b, value);
}
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value) {
  return Addcdiv::apply(x, a, b, value);
}
Tensor lerp(const Tensor& start, const Tensor& end, Scalar weight) { return Lerp::apply(start, end, weight); }

Tensor Tensor::addcmul(const Tensor& a, const Tensor& b, Scalar value) const {
  return gradus::addcmul(*this, a, b, value);
}
Tensor Tensor::addcdiv(const Tensor& a, const Tensor& b, Scalar value) const {
  return gradus::addcdiv(*this, a, b, value);
}
Tensor Tensor::lerp(const Tensor& end, Scalar weight) const { return gradus::lerp(*this, end, weight); }

Tensor& Tensor::addcmul_(const Tensor& a, const Tensor& b, Scalar value) { return Addcmul::apply_(*this, a, b, value); }
Tensor& Tensor::addcdiv_(const Tensor& a, const Tensor& b, Scalar value) { return Addcdiv::apply_(*this, a, b, value); }
Tensor& Tensor::lerp_(const Tensor& end, Scalar weight) { return Lerp::apply_(*this, end, weight); }

OpInfo addcmul_op() { return op_info<Addcmul>(); }
OpInfo addcdiv_op() { return op_info<Addcdiv>(); }
OpInfo lerp_op() { return op_info<Lerp>(); }

}  // namespace gradus
