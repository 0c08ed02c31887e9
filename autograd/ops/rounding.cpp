#include <gradus/autograd/ops/pointwise.h>

namespace gradus {
namespace {

/// Absolute value; its derivative at 0 is 0
struct Abs : Function<Abs> {
  static constexpr auto name = "abs", math = "out = |x|;  dx = g * sign(x)";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return kernels::abs(x, ctx.out());
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g * sign(ctx.saved(0))}; }
  static Samples samples() {
    Samples samples = unary_samples_away_from_zero([](const Tensor& x) { return abs(x); });
    samples.push_back({"in_place", [](const Tensor& x) { return (x * 1).abs_(); }, {tensor({-0.5, 0.7, 2.0})}});
    return samples;
  }
};

/// Base of the ops that are constant between their jumps.
template <class Op>
struct Steps : Function<Op> {
  static TensorList backward(Context&, const Tensor& g) { return {zeros_like(g)}; }
  static Samples samples() {
    return {{"matrix", [](const Tensor& x) { return Op::apply(x); }, {tensor({{-1.7, -0.3, 0.2}, {0.6, 1.3, 2.9}})}}};
  }
};

/// -1, 0 or 1
struct Sign : Steps<Sign> {
  static constexpr auto name = "sign", math = "out = sign(x);  dx = 0";
  static Tensor forward(Context&, const Tensor& x) { return kernels::sign(x); }
};

/// Largest whole number not above x
struct Floor : Steps<Floor> {
  static constexpr auto name = "floor", math = "out = floor(x);  dx = 0";
  static Tensor forward(Context&, const Tensor& x) { return kernels::floor(x); }
};

/// Smallest whole number not below x
struct Ceil : Steps<Ceil> {
  static constexpr auto name = "ceil", math = "out = ceil(x);  dx = 0";
  static Tensor forward(Context&, const Tensor& x) { return kernels::ceil(x); }
};

/// Nearest whole number, the even one of two
struct Round : Steps<Round> {
  static constexpr auto name = "round", math = "out = round(x);  dx = 0";
  static Tensor forward(Context&, const Tensor& x) { return kernels::round(x); }
};

}  // namespace

Tensor abs(const Tensor& x) { return Abs::apply(x); }
Tensor sign(const Tensor& x) { return Sign::apply(x); }
Tensor floor(const Tensor& x) { return Floor::apply(x); }
Tensor ceil(const Tensor& x) { return Ceil::apply(x); }
Tensor round(const Tensor& x) { return Round::apply(x); }

Tensor Tensor::abs() const { return gradus::abs(*this); }
Tensor Tensor::sign() const { return gradus::sign(*this); }
Tensor Tensor::floor() const { return gradus::floor(*this); }
Tensor Tensor::ceil() const { return gradus::ceil(*this); }
Tensor Tensor::round() const { return gradus::round(*this); }

Tensor& Tensor::abs_() { return Abs::apply_(*this); }

OpInfo abs_op() { return op_info<Abs>(); }
OpInfo sign_op() { return op_info<Sign>(); }
OpInfo floor_op() { return op_info<Floor>(); }
OpInfo ceil_op() { return op_info<Ceil>(); }
OpInfo round_op() { return op_info<Round>(); }

}  // namespace gradus
