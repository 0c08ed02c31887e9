#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/softmax.h>
#include <gradus/autograd/kernels/wrap_dim.h>
#include <gradus/autograd/op_registry.h>

namespace gradus {
namespace {

template <class F>
Samples samples_of(F f) {
  return {{"rows", [f](const Tensor& x) { return f(x, 1); }, {randn({2, 3})}},
          {"columns", [f](const Tensor& x) { return f(x, 0); }, {randn({3, 2})}},
          {"middle", [f](const Tensor& x) { return f(x, 1); }, {randn({2, 3, 2})}},
          {"number", [f](const Tensor& x) { return f(x, 0); }, {randn({})}},
          {"transposed", [f](const Tensor& x) { return f(x.t(), -1); }, {randn({3, 2})}}};
}

struct Softmax : Function<Softmax> {
  static constexpr auto name = "softmax", math = "out = exp(x) / sum(exp(x));  dx = out (g - sum(g out))";
  Tensor forward(Context& ctx, const Tensor& x, int64_t along) {
    dim = along;
    const Tensor out = kernels::softmax(x, dim);
    ctx.save_for_backward(out);
    return out;
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor out = ctx.saved(0);
    if (!GradMode::is_enabled()) return {kernels::softmax_backward(g, out, dim)};
    return {out * (g - (g * out).sum(dim, true))};
  }
  static Samples samples() {
    return samples_of([](const Tensor& x, int64_t d) { return x.softmax(d); });
  }

  int64_t dim = 0;
};

struct LogSoftmax : Function<LogSoftmax> {
  static constexpr auto name = "log_softmax", math = "out = x - log(sum(exp(x)));  dx = g - exp(out) sum(g)";
  Tensor forward(Context& ctx, const Tensor& x, int64_t along) {
    dim = along;
    const Tensor out = kernels::log_softmax(x, dim);
    ctx.save_for_backward(out);
    return out;
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor out = ctx.saved(0);
    if (!GradMode::is_enabled()) return {kernels::log_softmax_backward(g, out, dim)};
    return {g - out.exp() * g.sum(dim, true)};
  }
  static Samples samples() {
    return samples_of([](const Tensor& x, int64_t d) { return x.log_softmax(d); });
  }

  int64_t dim = 0;
};

}  // namespace

Tensor softmax(const Tensor& x, int64_t dim) { return Softmax::apply(x, wrap_dim(dim, x.dim())); }
Tensor log_softmax(const Tensor& x, int64_t dim) { return LogSoftmax::apply(x, wrap_dim(dim, x.dim())); }
Tensor Tensor::softmax(int64_t dim) const { return gradus::softmax(*this, dim); }
Tensor Tensor::log_softmax(int64_t dim) const { return gradus::log_softmax(*this, dim); }

OpInfo softmax_op() { return op_info<Softmax>(); }
OpInfo log_softmax_op() { return op_info<LogSoftmax>(); }

}  // namespace gradus
