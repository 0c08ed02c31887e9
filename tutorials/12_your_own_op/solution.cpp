// A solution of the exercise of chapter 12: your own op.
#include <gradus/autograd/engine.h>

#include "tasks.h"

namespace chapter_12 {

// Task 1. The gradient of squared_relu(x) = max(x, 0)^2, as backward would return it: g is the gradient of the result.
// relu(x) is max(x, 0). Use tensor operations only.
Tensor squared_relu_gradient(const Tensor& g, const Tensor& x) { return g * 2 * relu(x); }

// Task 2. Softsign, x / (1 + |x|), as an op. Its derivative is 1 / (1 + |x|)^2. x.abs() is |x|.
struct Softsign : Function<Softsign> {
  static constexpr auto name = "softsign", math = "out = x / (1 + |x|);  dx = g / (1 + |x|)^2";

  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return x / (1 + x.abs());
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor below = 1 + ctx.saved(0).abs();
    return {g / (below * below)};
  }
};
Tensor softsign_op(const Tensor& x) { return Softsign::apply(x); }

// Task 3. The hypotenuse sqrt(a^2 + b^2), element by element, as an op of two tensors of one shape. Its derivatives are
// a / out and b / out: save what backward needs, the result too if you like.
struct Hypotenuse : Function<Hypotenuse> {
  static constexpr auto name = "hypotenuse", math = "out = sqrt(a^2 + b^2);  da = g * a / out,  db = g * b / out";

  static Tensor forward(Context& ctx, const Tensor& a, const Tensor& b) {
    const Tensor out = (a * a + b * b).sqrt();
    ctx.save_for_backward(a, b, out);
    return out;
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor a = ctx.saved(0), b = ctx.saved(1), out = ctx.saved(2);
    return {g * a / out, g * b / out};
  }
};
Tensor hypotenuse_op(const Tensor& a, const Tensor& b) { return Hypotenuse::apply(a, b); }

// Task 4. The second derivative of f at every element of x; f works element by element, and x requires grad. The first
// derivative is autograd::grad({f(x).sum()}, {x}, {}, std::nullopt, true)[0]: true is create_graph.
Tensor second_derivative(const std::function<Tensor(const Tensor&)>& f, const Tensor& x) {
  const Tensor first = autograd::grad({f(x).sum()}, {x}, {}, std::nullopt, true)[0];
  return autograd::grad({first.sum()}, {x})[0];
}

}  // namespace chapter_12
