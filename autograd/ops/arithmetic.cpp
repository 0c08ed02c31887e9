#include <gradus/autograd/check.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/ops/broadcast.h>
#include <gradus/autograd/ops/pointwise.h>

namespace gradus {
namespace {

Tensor scaled(Tensor g, double factor) {
  if (factor == 1) return g;
  return factor == -1 ? -g : g * factor;
}

/// a + alpha * b
struct Add : Function<Add> {
  static constexpr auto name = "add", math = "out = a + alpha * b;  da = g,  db = alpha * g";
  Tensor forward(Context& ctx, const Tensor& a, const Tensor& b, double factor) {
    alpha = factor;
    if (ctx.recording()) shapes.remember(a, b);
    return kernels::add(a, b, alpha, ctx.out());
  }
  TensorList backward(Context& ctx, Tensor g) {
    Tensor da = ctx.needs_grad(0) ? shapes.sum_to(g, 0) : Tensor();
    return {std::move(da), ctx.needs_grad(1) ? scaled(shapes.sum_to(std::move(g), 1), alpha) : Tensor()};
  }
  static Samples samples() {
    const auto plus = [](const Tensor& a, const Tensor& b) { return a + b; };
    return {
        {"same_shape", plus, {randn({2, 3}), randn({2, 3})}},
        {"row", plus, {randn({2, 3}), randn({3})}},
        {"column", plus, {randn({2, 1}), randn({3})}},
        {"scalar_tensor", plus, {randn({}), randn({2, 2})}},
        {"transposed", [](const Tensor& a, const Tensor& b) { return a.t() + b; }, {randn({3, 2}), randn({2, 3})}},
        {"alpha", [](const Tensor& a, const Tensor& b) { return a.add(b, {.alpha = -2.5}); }, {randn({3}), randn({})}},
        {"number", [](const Tensor& a) { return 2 + a + 0.5; }, {randn({3})}},
        {"in_place",
         [](const Tensor& a, const Tensor& b) { return (a * 1).add_(b, {.alpha = 3}); },
         {randn({2, 3}), randn({3})}}};
  }

  double alpha = 1;
  OperandShapes<2> shapes;
};

/// a - alpha * b
struct Sub : Function<Sub> {
  static constexpr auto name = "sub", math = "out = a - alpha * b;  da = g,  db = -alpha * g";
  Tensor forward(Context& ctx, const Tensor& a, const Tensor& b, double factor) {
    GRADUS_CHECK(a.dtype() != kBool || b.dtype() != kBool,
                 "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or "
                 "`logical_xor()` operator instead.");
    alpha = factor;
    if (ctx.recording()) shapes.remember(a, b);
    return kernels::add(a, b, -alpha, ctx.out());
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    return {ctx.needs_grad(0) ? shapes.sum_to(g, 0) : Tensor(),
            ctx.needs_grad(1) ? scaled(shapes.sum_to(g, 1), -alpha) : Tensor()};
  }
  static Samples samples() {
    const auto minus = [](const Tensor& a, const Tensor& b) { return a - b; };
    return {
        {"same_shape", minus, {randn({2, 3}), randn({2, 3})}},
        {"column", minus, {randn({2, 3}), randn({2, 1})}},
        {"row_first", minus, {randn({3}), randn({2, 3})}},
        {"alpha", [](const Tensor& a, const Tensor& b) { return a.sub(b, {.alpha = 0.5}); }, {randn({2}), randn({2})}},
        {"number", [](const Tensor& a) { return 1 - (a - 3); }, {randn({2, 2})}},
        {"in_place", [](const Tensor& a, const Tensor& b) { return (a * 1).sub_(b); }, {randn({2, 3}), randn({3})}}};
  }

  double alpha = 1;
  OperandShapes<2> shapes;
};

/// a * b
struct Mul : Function<Mul> {
  static constexpr auto name = "mul", math = "out = a * b;  da = g * b,  db = g * a";
  Tensor forward(Context& ctx, const Tensor& a, const Tensor& b) {
    if (ctx.recording()) {
      const Tensor none;
      ctx.save_for_backward(ctx.needs_grad(1) ? a : none, ctx.needs_grad(0) ? b : none);
      shapes.remember(a, b);
    }
    return kernels::mul(a, b, ctx.out());
  }
  TensorList backward(Context& ctx, Tensor g) {
    Tensor da = ctx.needs_grad(0) ? shapes.sum_to(product(g, ctx.take_saved(1)), 0) : Tensor();
    return {std::move(da), ctx.needs_grad(1) ? shapes.sum_to(product(std::move(g), ctx.take_saved(0)), 1) : Tensor()};
  }
  static Samples samples() {
    const auto times = [](const Tensor& a, const Tensor& b) { return a * b; };
    return {
        {"same_shape", times, {randn({2, 3}), randn({2, 3})}},
        {"row", times, {randn({2, 3}), randn({3})}},
        {"column", times, {randn({2, 1}), randn({2, 3})}},
        {"outer", times, {randn({2, 1, 2}), randn({3, 1})}},
        {"transposed", [](const Tensor& a, const Tensor& b) { return a.t() * b; }, {randn({3, 2}), randn({2, 3})}},
        {"with_itself", [](const Tensor& a) { return a * a; }, {randn({3})}},
        {"number", [](const Tensor& a) { return 2 * a * 0.5; }, {randn({3})}},
        {"in_place", [](const Tensor& a, const Tensor& b) { return (a * 1).mul_(b); }, {randn({2, 3}), randn({3})}}};
  }

  OperandShapes<2> shapes;
};

/// a / b
struct Div : Function<Div> {
  static constexpr auto name = "div", math = "out = a / b;  da = g / b,  db = -g / b * out";
  Tensor forward(Context& ctx, const Tensor& a, const Tensor& b) {
    Tensor out = kernels::div(a, b, ctx.out());
    if (ctx.recording()) {
      const Tensor none;
      ctx.save_for_backward(b, ctx.needs_grad(1) ? out : none);
      shapes.remember(a, b);
    }
    return out;
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor da = g / ctx.saved(0);
    return {ctx.needs_grad(0) ? shapes.sum_to(da, 0) : Tensor(),
            ctx.needs_grad(1) ? shapes.sum_to(-product(da, ctx.saved(1)), 1) : Tensor()};
  }
  static Samples samples() {
    const auto over = [](const Tensor& a, const Tensor& b) { return a / b; };
    const auto divisor = [](IntArrayRef sizes) { return rand(sizes) + 0.5; };
    return {
        {"same_shape", over, {randn({2, 3}), divisor({2, 3})}},
        {"row", over, {randn({2, 3}), divisor({3})}},
        {"column_first", over, {randn({2, 1}), divisor({2, 3})}},
        {"transposed", [](const Tensor& a, const Tensor& b) { return a / b.t(); }, {randn({2, 3}), divisor({3, 2})}},
        {"number", [](const Tensor& a) { return 2 / (a / 3); }, {divisor({3})}},
        {"in_place", [](const Tensor& a, const Tensor& b) { return (a * 1).div_(b); }, {randn({2, 3}), divisor({3})}}};
  }

  OperandShapes<2> shapes;
};

/// -x
struct Neg : Function<Neg> {
  static constexpr auto name = "neg", math = "out = -x;  dx = -g";
  static Tensor forward(Context& ctx, const Tensor& x) { return kernels::neg(x, ctx.out()); }
  static TensorList backward(Context&, const Tensor& g) { return {-g}; }
  static Samples samples() {
    return {{"matrix", [](const Tensor& x) { return -x; }, {randn({2, 3})}},
            {"in_place", [](const Tensor& x) { return (x * 2).neg_(); }, {randn({3})}}};
  }
};

}  // namespace

Tensor scalar_like(const Tensor& x, Scalar value) {
  Tensor number = kernels::empty({}, result_type(x, value));
  kernels::fill(number, value);
  return number;
}

Tensor add(const Tensor& a, const Tensor& b, AlphaOptions options) { return Add::apply(a, b, options.alpha); }
Tensor sub(const Tensor& a, const Tensor& b, AlphaOptions options) { return Sub::apply(a, b, options.alpha); }
Tensor mul(const Tensor& a, const Tensor& b) { return Mul::apply(a, b); }
Tensor div(const Tensor& a, const Tensor& b) { return Div::apply(a, b); }
Tensor neg(const Tensor& x) { return Neg::apply(x); }

Tensor Tensor::add(const Tensor& other, AlphaOptions options) const { return gradus::add(*this, other, options); }
Tensor Tensor::add(Scalar other, AlphaOptions options) const { return add(scalar_like(*this, other), options); }
Tensor Tensor::sub(const Tensor& other, AlphaOptions options) const { return gradus::sub(*this, other, options); }
Tensor Tensor::sub(Scalar other, AlphaOptions options) const { return sub(scalar_like(*this, other), options); }
Tensor Tensor::mul(const Tensor& other) const { return gradus::mul(*this, other); }
Tensor Tensor::mul(Scalar other) const { return mul(scalar_like(*this, other)); }
Tensor Tensor::div(const Tensor& other) const { return gradus::div(*this, other); }
Tensor Tensor::div(Scalar other) const { return div(scalar_like(*this, other)); }
Tensor Tensor::neg() const { return gradus::neg(*this); }

Tensor& Tensor::add_(const Tensor& other, AlphaOptions options) { return Add::apply_(*this, other, options.alpha); }
Tensor& Tensor::add_(Scalar other, AlphaOptions options) { return add_(scalar_like(*this, other), options); }
Tensor& Tensor::sub_(const Tensor& other, AlphaOptions options) { return Sub::apply_(*this, other, options.alpha); }
Tensor& Tensor::sub_(Scalar other, AlphaOptions options) { return sub_(scalar_like(*this, other), options); }
Tensor& Tensor::mul_(const Tensor& other) { return Mul::apply_(*this, other); }
Tensor& Tensor::mul_(Scalar other) { return mul_(scalar_like(*this, other)); }
Tensor& Tensor::div_(const Tensor& other) { return Div::apply_(*this, other); }
Tensor& Tensor::div_(Scalar other) { return div_(scalar_like(*this, other)); }
Tensor& Tensor::neg_() { return Neg::apply_(*this); }

OpInfo add_op() { return op_info<Add>(); }
OpInfo sub_op() { return op_info<Sub>(); }
OpInfo mul_op() { return op_info<Mul>(); }
OpInfo div_op() { return op_info<Div>(); }
OpInfo neg_op() { return op_info<Neg>(); }

}  // namespace gradus
