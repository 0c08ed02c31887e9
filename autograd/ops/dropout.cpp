#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/op_registry.h>
#include <gradus/autograd/random.h>

namespace gradus {
namespace {

struct Dropout : Function<Dropout> {
  static constexpr auto name = "dropout", math = "m = 0 with probability p, else 1 / (1 - p);  out = x m;  dx = g m";
  static Tensor forward(Context& ctx, const Tensor& x, double p, Generator* generator) {
    Generator& random = generator ? *generator : default_generator();
    const Tensor source = kernels::contiguous(x);
    const Tensor factors = kernels::empty(x.sizes(), x.dtype()), out = kernels::empty(x.sizes(), x.dtype());
    dispatch_floating(x.dtype(), name, [&]<class T>(T) {
      const T* from = source.data_ptr<T>();
      T *factor = factors.data_ptr<T>(), *to = out.data_ptr<T>();
      const auto bound = static_cast<float>(p);
      const T kept = p < 1 ? static_cast<T>(1 / (1 - p)) : T(0);
      for (int64_t i = 0; i < x.numel(); ++i) {
        factor[i] = random.uniform_float() < bound ? T(0) : kept;
        to[i] = from[i] * factor[i];
      }
    });
    ctx.save_for_backward(factors);
    return out;
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g * ctx.saved(0)}; }
  static Samples samples() {
    const auto seeded = [](double p) {
      return [p](const Tensor& x) {
        Generator generator(7);  // the same elements at every call
        return gradus::dropout(x, p, true, &generator);
      };
    };
    return {{"half", seeded(0.5), {randn({2, 3})}},
            {"tenth", seeded(0.1), {randn({3, 4})}},
            {"all", seeded(1), {randn({3})}},
            {"evaluation", [](const Tensor& x) { return gradus::dropout(x, 0.5, false) * 2; }, {randn({3})}}};
  }
};

}  // namespace

Tensor dropout(const Tensor& x, double p, bool training, Generator* generator) {
  GRADUS_CHECK_VALUE(p >= 0 && p <= 1, "dropout probability has to be between 0 and 1, but got {}", p);
  if (!training || p == 0) return x;
  return Dropout::apply(x, p, generator);
}

OpInfo dropout_op() { return op_info<Dropout>(); }

}  // namespace gradus
