#include <gradus/autograd/check.h>
#include <gradus/autograd/ops/broadcast.h>
#include <gradus/autograd/ops/pointwise.h>

namespace gradus {
namespace {

/// Element by element, from one tensor or the other
struct Where : Function<Where> {
  static constexpr auto name = "where",
                        math = "out = a where c, else b;  da = g where c, else 0,  db = 0 where c, else g";
  Tensor forward(Context& ctx, const Tensor& condition, const Tensor& a, const Tensor& b) {
    if (ctx.recording()) {
      ctx.save_for_backward(condition);
      shapes.remember(condition, a, b);
    }
    return kernels::where(condition, a, b);
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor condition = ctx.saved(0);
    return {Tensor(), ctx.needs_grad(1) ? shapes.sum_to(where(condition, g, 0), 1) : Tensor(),
            ctx.needs_grad(2) ? shapes.sum_to(where(condition, 0, g), 2) : Tensor()};
  }
  static Samples samples() {
    const auto pick = [](const Tensor& a, const Tensor& b) {
      return where(tensor({{true, false, true}, {false, false, true}}), a, b);
    };
    return {{"same_shape", pick, {randn({2, 3}), randn({2, 3})}},
            {"broadcast", pick, {randn({3}), randn({2, 1})}},
            {"number", [](const Tensor& a) { return where(a.detach() > 0, a, 2); }, {randn({2, 3})}},
            {"condition_row",
             [](const Tensor& a, const Tensor& b) {
               return where(tensor({true, false}), a, b);
             },
             {randn({3, 2}), randn({})}}};
  }

  OperandShapes<3> shapes;
};

/// One number where the mask holds
struct MaskedFill : Function<MaskedFill> {
  static constexpr auto name = "masked_fill", math =
                                                  "out = value where mask, else x;  dx = 0 where mask, else g,  "
                                                  "dvalue = sum of g where mask";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& value, const Tensor& mask) {
    GRADUS_CHECK(value.dim() == 0,
                 "masked_fill only supports a 0-dimensional value tensor, but got a tensor with {} dimension(s)",
                 value.dim());
    GRADUS_CHECK(mask.dtype() == kBool, "masked_fill only supports bool masks, but got a mask of dtype {}",
                 type_name(mask.dtype()));
    if (ctx.recording()) {
      ctx.save_for_backward(mask);
      shapes.remember(x, mask);
    }
    return kernels::where(mask, value.to(x.dtype()), x, ctx.out());
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor mask = ctx.saved(0);
    return {ctx.needs_grad(0) ? shapes.sum_to(where(mask, 0, g), 0) : Tensor(),
            ctx.needs_grad(1) ? where(mask, g, 0).sum() : Tensor(), Tensor()};
  }
  static Samples samples() {
    const auto mask = [] { return tensor({{true, false, true}, {false, false, true}}); };
    return {{"number", [=](const Tensor& x) { return masked_fill(x, mask(), 3); }, {randn({2, 3})}},
            {"broadcast", [=](const Tensor& x) { return masked_fill(x, mask(), -1); }, {randn({3})}},
            {"tensor",
             [=](const Tensor& x, const Tensor& value) { return masked_fill(x, mask(), value); },
             {randn({2, 3}), randn({})}},
            {"in_place", [=](const Tensor& x) { return (x * 1).masked_fill_(mask(), 3); }, {randn({2, 3})}}};
  }

  OperandShapes<2> shapes;
};

/// The larger of two; at ties each has half the gradient
struct Maximum : Function<Maximum> {
  static constexpr auto name = "maximum",
                        math =
                            "out = max(a, b);  da = g where a > b, else 0,  db = g where b > a, else 0;  g/2 at ties";
  Tensor forward(Context& ctx, const Tensor& a, const Tensor& b) {
    if (ctx.recording()) {
      ctx.save_for_backward(a, b);
      shapes.remember(a, b);
    }
    return kernels::maximum(a, b);
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor a = ctx.saved(0), b = ctx.saved(1), shared = where(a == b, g / 2, g);
    return {ctx.needs_grad(0) ? shapes.sum_to(where(a < b, 0, shared), 0) : Tensor(),
            ctx.needs_grad(1) ? shapes.sum_to(where(a > b, 0, shared), 1) : Tensor()};
  }
  static Samples samples() {
    const auto larger = [](const Tensor& a, const Tensor& b) { return maximum(a, b); };
    return {{"same_shape", larger, {tensor({0.5, -1., 2.}), tensor({0., 1., 3.})}},
            {"broadcast", larger, {tensor({{0.5, -1., 2.}, {4., 5., -6.}}), tensor({0.1, 1.2, 3.3})}},
            {"both_ways", larger, {tensor({0.5, -1., 2.}).view({3, 1}), tensor({0.1, 1.2})}}};
  }

  OperandShapes<2> shapes;
};

/// The smaller of two; at ties each has half the gradient
struct Minimum : Function<Minimum> {
  static constexpr auto name = "minimum",
                        math =
                            "out = min(a, b);  da = g where a < b, else 0,  db = g where b < a, else 0;  g/2 at ties";
  Tensor forward(Context& ctx, const Tensor& a, const Tensor& b) {
    if (ctx.recording()) {
      ctx.save_for_backward(a, b);
      shapes.remember(a, b);
    }
    return kernels::minimum(a, b);
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor a = ctx.saved(0), b = ctx.saved(1), shared = where(a == b, g / 2, g);
    return {ctx.needs_grad(0) ? shapes.sum_to(where(a > b, 0, shared), 0) : Tensor(),
            ctx.needs_grad(1) ? shapes.sum_to(where(a < b, 0, shared), 1) : Tensor()};
  }
  static Samples samples() {
    const auto smaller = [](const Tensor& a, const Tensor& b) { return minimum(a, b); };
    return {{"same_shape", smaller, {tensor({0.5, -1., 2.}), tensor({0., 1., 3.})}},
            {"broadcast", smaller, {tensor({{0.5, -1., 2.}, {4., 5., -6.}}), tensor({0.1, 1.2, 3.3})}},
            {"both_ways", smaller, {tensor({0.5, -1., 2.}).view({3, 1}), tensor({0.1, 1.2})}}};
  }

  OperandShapes<2> shapes;
};

/// Limited to an interval; its derivative at both ends is 1
struct Clamp : Function<Clamp> {
  static constexpr auto name = "clamp", math = "out = min(max(x, low), high);  dx = g where low <= x <= high, else 0";
  Tensor forward(Context& ctx, const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max) {
    low = min;
    high = max;
    ctx.save_for_backward(x);
    return kernels::clamp(x, min, max, ctx.out());
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0);
    if (!high) return {where(x >= *low, g, 0)};
    if (!low) return {where(x <= *high, g, 0)};
    return {where((x >= *low) & (x <= *high), g, 0)};
  }
  static Samples samples() {
    const auto x = [] { return tensor({{-2., -0.6, 0.2}, {0.8, 1.7, -1.3}}); };
    return {{"both", [](const Tensor& t) { return clamp(t, -1, 1); }, {x()}},
            {"min", [](const Tensor& t) { return clamp(t, 0.5); }, {x()}},
            {"max", [](const Tensor& t) { return clamp(t.t(), std::nullopt, 0.5); }, {x()}},
            {"in_place", [](const Tensor& t) { return (t * 1).clamp_(-1, 1); }, {x()}}};
  }

  std::optional<Scalar> low, high;
};

/// Limited to an interval whose ends are tensors; a gradient goes to the one of the three that was taken
struct ClampTensor : Function<ClampTensor> {
  static constexpr auto name = "clamp_tensor",
                        math =
                            "out = min(max(x, low), high);  dx = g where low <= x <= high,  dlow = g where "
                            "x < low < high,  dhigh = g where x > high or low > high,  else 0";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& low, const Tensor& high) {
    GRADUS_CHECK(low.defined() || high.defined(), "clamp: at least one of min and max must be given");
    if (ctx.recording()) {
      ctx.save_for_backward(x, low, high);
      shapes.remember(x, low.defined() ? low : x, high.defined() ? high : x);
    }
    if (!high.defined()) return kernels::maximum(x, low);
    if (!low.defined()) return kernels::minimum(x, high);
    return kernels::minimum(kernels::maximum(x, low), high);
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0), low = ctx.saved(1), high = ctx.saved(2);
    const auto passed = [&](size_t i, const Tensor& condition) {
      return ctx.needs_grad(i) ? shapes.sum_to(where(condition, g, 0), i) : Tensor();
    };
    if (!high.defined()) return {passed(0, x >= low), passed(1, x < low), Tensor()};
    if (!low.defined()) return {passed(0, x <= high), Tensor(), passed(2, x > high)};
    return {passed(0, (x >= low) & (x <= high)), passed(1, (low < high) & (x < low)),
            passed(2, (x > high) | (low > high))};
  }
  static Samples samples() {
    const auto f = [](const Tensor& x, const Tensor& low, const Tensor& high) { return clamp(x, low, high); };
    const auto x = [] { return tensor({{-2., -0.6, 0.2}, {0.8, 1.7, -1.3}}); };
    return {{"row", f, {x(), tensor({-1., -0.7, 0.5}), tensor({0.5, 1., 1.5})}},
            {"crossed", f, {x(), tensor({1.1, 2.1}).view({2, 1}), tensor(0.3)}},
            {"min", [](const Tensor& t, const Tensor& low) { return clamp(t, low, Tensor()); }, {x(), tensor(0.1)}},
            {"max", [](const Tensor& t, const Tensor& high) { return clamp(t, Tensor(), high); }, {x(), tensor(0.1)}}};
  }

  OperandShapes<3> shapes;
};

}  // namespace

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) { return Where::apply(condition, a, b); }
Tensor where(const Tensor& condition, const Tensor& a, Scalar b) { return where(condition, a, scalar_like(a, b)); }
Tensor where(const Tensor& condition, Scalar a, const Tensor& b) { return where(condition, scalar_like(b, a), b); }
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value) {
  return MaskedFill::apply(x, value, mask);
}
Tensor masked_fill(const Tensor& x, const Tensor& mask, Scalar value) {
  return masked_fill(x, mask, scalar_like(x, value));
}
Tensor maximum(const Tensor& a, const Tensor& b) { return Maximum::apply(a, b); }
Tensor minimum(const Tensor& a, const Tensor& b) { return Minimum::apply(a, b); }
Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max) {
  return Clamp::apply(x, min, max);
}
Tensor clamp(const Tensor& x, const Tensor& min, const Tensor& max) { return ClampTensor::apply(x, min, max); }

Tensor Tensor::where(const Tensor& condition, const Tensor& other) const {
  return gradus::where(condition, *this, other);
}
Tensor Tensor::masked_fill(const Tensor& mask, Scalar value) const { return gradus::masked_fill(*this, mask, value); }
Tensor Tensor::masked_fill(const Tensor& mask, const Tensor& value) const {
  return gradus::masked_fill(*this, mask, value);
}
Tensor Tensor::maximum(const Tensor& other) const { return gradus::maximum(*this, other); }
Tensor Tensor::minimum(const Tensor& other) const { return gradus::minimum(*this, other); }
Tensor Tensor::clamp(std::optional<Scalar> min, std::optional<Scalar> max) const {
  return gradus::clamp(*this, min, max);
}

Tensor& Tensor::masked_fill_(const Tensor& mask, Scalar value) {
  return MaskedFill::apply_(*this, scalar_like(*this, value), mask);
}
Tensor& Tensor::clamp_(std::optional<Scalar> min, std::optional<Scalar> max) { return Clamp::apply_(*this, min, max); }

OpInfo where_op() { return op_info<Where>(); }
OpInfo masked_fill_op() { return op_info<MaskedFill>(); }
OpInfo maximum_op() { return op_info<Maximum>(); }
OpInfo minimum_op() { return op_info<Minimum>(); }
OpInfo clamp_op() { return op_info<Clamp>(); }
OpInfo clamp_tensor_op() { return op_info<ClampTensor>(); }

}  // namespace gradus
