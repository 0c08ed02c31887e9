#include <gradus/autograd/function.h>
#include <gradus/autograd/random.h>

#include "suspects.h"

namespace chapter_05 {

// [ops]
// out = x w^T + b
struct Affine : Function<Affine> {
  static constexpr auto name = "affine";
  static Tensor forward(Context& ctx, const Tensor& x, const Tensor& w, const Tensor& b) {
    ctx.save_for_backward(x, w);
    return x.mm(w.t()) + b;
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    return {g.mm(ctx.saved(1)), g.t().mm(ctx.saved(0)), g.sum(0)};
  }
};

// each row: out = (x - mean(x)) / s, s the root of mean((x - mean(x))^2)
struct Standardise : Function<Standardise> {
  static constexpr auto name = "standardise";
  static Tensor forward(Context& ctx, const Tensor& x) {
    const Tensor centred = x - x.mean(-1, true), s = centred.square().mean(-1, true).sqrt();
    ctx.save_for_backward(s);
    return centred / s;
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {(g - g.mean(-1, true)) / ctx.saved(0)}; }
};

// out = tanh(x)
struct Tanh : Function<Tanh> {
  static constexpr auto name = "tanh";
  static Tensor forward(Context& ctx, const Tensor& x) {
    const Tensor out = x.tanh();
    ctx.save_for_backward(out);
    return out;
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g * (1 - ctx.saved(0).square())}; }
};

// each row: out = x - log(sum(exp(x)))
struct LogSoftmax : Function<LogSoftmax> {
  static constexpr auto name = "log_softmax";
  static Tensor forward(Context& ctx, const Tensor& x) {
    const Tensor out = x - x.logsumexp(-1, true);
    ctx.save_for_backward(out);
    return out;
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g - ctx.saved(0).exp() * g.sum(-1, true)}; }
};

// out = -sum(x * target) / rows, where target has a 1 for the class of each row and 0 elsewhere
struct NllLoss : Function<NllLoss> {
  static constexpr auto name = "nll_loss";
  static Tensor forward(Context& ctx, const Tensor& x, const Tensor& target) {
    ctx.save_for_backward(target);
    return -(x * target).sum() / x.size(0);
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor target = ctx.saved(0);
    return {-g * target / target.size(0), Tensor()};
  }
};
// [/ops]

// [mended]
struct Mended : Function<Mended> {
  static constexpr auto name = "mended", math = "dx = (g - mean(g) - out * mean(g * out)) / s";
  static Tensor forward(Context& ctx, const Tensor& x) {
    const Tensor centred = x - x.mean(-1, true), s = centred.square().mean(-1, true).sqrt(), out = centred / s;
    ctx.save_for_backward(out, s);
    return out;
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor out = ctx.saved(0), s = ctx.saved(1);
    return {(g - g.mean(-1, true) - out * (g * out).mean(-1, true)) / s};
  }
};
// [/mended]

// [mended-twice]
struct MendedTwice : Function<MendedTwice> {
  static constexpr auto name = "mended_twice", math = "as mended, and s is computed again from x";
  static Tensor forward(Context& ctx, const Tensor& x) {
    const Tensor centred = x - x.mean(-1, true);
    ctx.save_for_backward(x);
    return centred / centred.square().mean(-1, true).sqrt();
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0), centred = x - x.mean(-1, true), s = centred.square().mean(-1, true).sqrt();
    const Tensor out = centred / s;
    return {(g - g.mean(-1, true) - out * (g * out).mean(-1, true)) / s};
  }
};
// [/mended-twice]

// [half-right]
struct HalfRight : Function<HalfRight> {
  static constexpr auto name = "half_right", math = "out = x^2;  dx = g * 2 |x|";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return x.square();
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g * 2 * ctx.saved(0).abs()}; }
};
// [/half-right]

// [trembling]
struct Trembling : Function<Trembling> {
  static constexpr auto name = "trembling", math = "out = 2 x;  dx = 2 g, and something in the last digits";
  static Tensor forward(Context&, const Tensor& x) { return 2 * x; }
  static TensorList backward(Context&, const Tensor& g) { return {2 * g + 1e-9 * g * randn(g.sizes(), kFloat64)}; }
};
// [/trembling]

Tensor affine(const Tensor& x, const Tensor& w, const Tensor& b) { return Affine::apply(x, w, b); }
Tensor standardise(const Tensor& x) { return Standardise::apply(x); }
Tensor own_tanh(const Tensor& x) { return Tanh::apply(x); }
Tensor own_log_softmax(const Tensor& x) { return LogSoftmax::apply(x); }
Tensor own_nll_loss(const Tensor& x, const Tensor& target) { return NllLoss::apply(x, target); }
Tensor mended(const Tensor& x) { return Mended::apply(x); }
Tensor mended_twice(const Tensor& x) { return MendedTwice::apply(x); }
Tensor half_right(const Tensor& x) { return HalfRight::apply(x); }
Tensor trembling(const Tensor& x) { return Trembling::apply(x); }

}  // namespace chapter_05
