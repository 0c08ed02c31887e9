// The p-norm of a tensor's elements.
#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/reduce.h>
#include <gradus/autograd/op_registry.h>
#include <gradus/autograd/ops/reduction.h>

#include <cmath>

namespace gradus {
namespace {

struct Norm : Function<Norm> {
  static constexpr auto name = "norm", math = "out = (sum |x|^p)^(1/p);  dx = g sign(x) |x|^(p-1) / out^(p-1)";
  Tensor forward(Context& ctx, const Tensor& x, double exponent, kernels::DimSet dims, bool keepdim) {
    const Tensor out = kernels::norm(x, exponent, dims, keepdim);
    if (ctx.recording()) {
      p = exponent;
      shape.remember(x, dims, keepdim);
      ctx.save_for_backward(x, out);
    }
    return out;
  }
  // Where the norm is 0 it has no derivative; the gradient there is 0, as PyTorch's.
  TensorList backward(Context& ctx, const Tensor& gradient) {
    const Tensor x = ctx.saved(0), out = shape.restore(ctx.saved(1)), g = shape.restore(gradient);
    const Tensor at_zero = out == 0;
    if (p == 0) return {zeros_like(x)};
    if (p == 1) return {x.sign() * g};
    if (p == 2) return {x * (g / out).masked_fill(at_zero, 0)};
    if (std::isinf(p)) {  // shared evenly by the largest (or smallest) magnitudes
      const Tensor chosen = (x.abs() == out).logical_or(x.isnan().logical_and(out.isnan()));
      return {x.sign() * where(chosen, g / chosen.sum(shape.dims(), true), 0)};
    }
    if (p < 1) {
      const Tensor slope = (x.sign() * x.abs().pow(p - 1)).masked_fill(x == 0, 0);
      return {slope * (g * out.pow(1 - p))};
    }
    const Tensor slope = p < 2 ? x.sign() * x.abs().pow(p - 1) : x * x.abs().pow(p - 2);
    return {slope * (g / out.pow(p - 1)).masked_fill(at_zero, 0)};
  }
  static Samples samples() {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const auto p = [](Scalar exponent) { return [=](const Tensor& x) { return x.norm(exponent); }; };
    const auto away_from_zero = [] { return tensor({{1.5, -0.5, 2.}, {-1., 0.75, -2.5}}, kFloat64); };
    return {{"2", p(2), {away_from_zero()}},
            {"1", p(1), {away_from_zero()}},
            {"inf", p(kInfinity), {away_from_zero()}},
            {"minus_inf", p(-kInfinity), {away_from_zero()}},
            {"half", p(0.5), {away_from_zero()}},
            {"1.5", p(1.5), {away_from_zero()}},
            {"3", p(3), {away_from_zero()}},
            {"dim", [](const Tensor& x) { return x.norm(2, 0); }, {away_from_zero()}},
            {"keepdim", [](const Tensor& x) { return x.t().norm(3, 0, true); }, {away_from_zero()}}};
  }

  double p = 2;
  ReducedShape shape;
};

Tensor norm_over(const Tensor& x, Scalar p, kernels::DimSet dims, bool keepdim) {
  GRADUS_CHECK(x.is_floating_point(), "norm(): input dtype should be either floating point or complex. Got {} instead.",
               type_name(x.dtype()));
  return Norm::apply(x, p.to<double>(), dims, keepdim);
}

}  // namespace

Tensor norm(const Tensor& x, Scalar p) { return norm_over(x, p, kernels::all_dims(x.dim()), false); }
Tensor norm(const Tensor& x, Scalar p, IntArrayRef dim, bool keepdim) {
  return norm_over(x, p, kernels::dim_set(dim, x.dim()), keepdim);
}
Tensor Tensor::norm(Scalar p) const { return gradus::norm(*this, p); }
Tensor Tensor::norm(Scalar p, IntArrayRef dim, bool keepdim) const { return gradus::norm(*this, p, dim, keepdim); }

OpInfo norm_op() { return op_info<Norm>(); }

}  // namespace gradus
