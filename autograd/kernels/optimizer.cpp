#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/optimizer.h>
#include <gradus/autograd/kernels/parallel.h>

#include <cmath>
#include <limits>
#include <type_traits>

namespace gradus::kernels {

namespace {

/// True if all defined tensors are contiguous and have p's shape and floating-point dtype.
bool one_pass(const Tensor& p, std::initializer_list<const Tensor*> others) {
  if (!p.is_floating_point() || !p.is_contiguous()) return false;
  for (const Tensor* x : others) {
    if (x->defined() && (x->dtype() != p.dtype() || !x->is_contiguous() || x->sizes() != p.sizes())) return false;
  }
  return true;
}

template <class T>
T* data(const Tensor& x) {
  return x.defined() ? x.data_ptr<T>() : nullptr;
}

void changed(const Tensor& x) {
  if (x.defined()) x.impl()->storage->bump_version();
}

/// Calls f(std::true_type) or f(std::false_type): an option becomes a constant. (A choice inside a loop, even one that
/// is the same for all elements, keeps GCC's -O2 from vectorising it.)
template <class F>
void as_constant(bool option, F&& f) {
  option ? f(std::true_type()) : f(std::false_type());
}

/// A row of an outer product, as a loop reads a gradient.
template <class T>
struct ScaledRow {
  T factor;
  const T* row;
  T operator[](int64_t i) const { return factor * row[i]; }
};

template <class T>
T* from(T* x, int64_t i) {
  return x ? x + i : x;
}

/// loop(begin, count, gradient) for all n elements of a parameter, on several threads if they are many or if so many
/// have computed the gradient: what a thread wrote is in its core's cache. A gradient is what g[i] gives the i-th.
template <class T, class Loop>
void for_gradient(const Tensor& g, Loop loop) {
  const T* const all = data<T>(g);
  parallel_for(g.numel(), simple_grain(g.numel(), g),
               [&](int64_t begin, int64_t end) { loop(begin, end - begin, all + begin); });
}
template <class T, class Loop>
void for_gradient(const OuterProduct& g, Loop loop) {
  const T *const column = data<T>(g.column), *const row = data<T>(g.row);
  const int64_t columns = g.row.numel();
  parallel_for(g.column.numel(), std::max<int64_t>(kSimpleGrain / columns, 1), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) loop(i * columns, columns, ScaledRow<T>{column[i], row});
  });
}

/// x, or 0 where it is too small for a normal number. A mean that decays would stay among such numbers for good, and
/// arithmetic with them is several times slower: half as long again for a step on MNIST, whose rim is seldom inked.
///
/// Adam and RMSprop avoid such numbers on the way, too: a sum begins with what the gradient adds, so that a fused
/// multiply-add takes the gradient's square, which is often too small, unrounded; and a mean is divided before it is
/// multiplied by the learning rate.
template <class T>
T without_denormals(T x) {
  return std::abs(x) < std::numeric_limits<T>::min() ? T(0) : x;
}

/// The gradient as the steps take it: turned round to maximize, with weight_decay * p added. Without weight decay p has
/// no part in it, be it infinite.
template <class T, bool decays>
struct Direction {
  T sign, weight_decay;
  template <class Step>
  explicit Direction(const Step& step) : sign(step.maximize ? T(-1) : T(1)), weight_decay(T(step.weight_decay)) {}
  T operator()(T g, T p) const {
    if constexpr (decays) return sign * g + weight_decay * p;
    return sign * g;
  }
};

template <class T, bool decays, class Gradient>
void plain_sgd_loop(int64_t n, T* p, const Gradient g, const SGDStep& step) {
  const Direction<T, decays> direction(step);
  const T lr = T(step.lr);
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) p[i] -= lr * direction(g[i], p[i]);
}

template <class T, bool decays, bool nesterov>
void momentum_sgd_loop(int64_t n, T* p, const T* g, T* velocity, const SGDStep& step) {
  const Direction<T, decays> direction(step);
  const T lr = T(step.lr), momentum = T(step.momentum), fresh = T(1 - step.dampening);
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const T d = direction(g[i], p[i]);
    const T v = without_denormals(momentum * velocity[i] + fresh * d);
    velocity[i] = v;
    p[i] -= lr * (nesterov ? d + momentum * v : v);
  }
}

template <class T, bool decays, bool amsgrad, class Gradient>
void adam_loop(int64_t n, T* p, const Gradient g, T* m, T* v, [[maybe_unused]] T* max_v, const AdamStep& step) {
  const Direction<T, decays> direction(step);
  const T beta1 = T(step.beta1), beta2 = T(step.beta2), fresh1 = T(1 - step.beta1), fresh2 = T(1 - step.beta2);
  const T step_size = T(step.step_size), scale = T(1 / step.correction), eps = T(step.eps), shrink = T(step.shrink);
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const T before = shrink * p[i];
    const T d = direction(g[i], before);
    const T mean = without_denormals(fresh1 * d + beta1 * m[i]);
    const T square = without_denormals(fresh2 * d * d + beta2 * v[i]);
    m[i] = mean;
    v[i] = square;
    T largest = square;
    if constexpr (amsgrad) {
      largest = square <= max_v[i] ? max_v[i] : square;  // NaN stays NaN
      max_v[i] = largest;
    }
    p[i] = before - step_size * (mean / (std::sqrt(largest) * scale + eps));
  }
}

template <class T, bool decays, bool centered, bool momentum>
void rmsprop_loop(int64_t n, T* p, const T* g, T* square_avg, [[maybe_unused]] T* buffer, [[maybe_unused]] T* grad_avg,
                  const RMSpropStep& step) {
  const Direction<T, decays> direction(step);
  const T lr = T(step.lr), alpha = T(step.alpha), fresh = T(1 - step.alpha), eps = T(step.eps);
  [[maybe_unused]] const T kept = T(step.momentum);
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const T d = direction(g[i], p[i]);
    T square = without_denormals(fresh * d * d + alpha * square_avg[i]);
    square_avg[i] = square;
    if constexpr (centered) {
      const T mean = without_denormals(fresh * d + alpha * grad_avg[i]);
      grad_avg[i] = mean;
      square -= mean * mean;
    }
    T move = d / (std::sqrt(square) + eps);
    if constexpr (momentum) {
      move = without_denormals(move + kept * buffer[i]);
      buffer[i] = move;
    }
    p[i] -= lr * move;
  }
}

template <class Gradient>
void plain_sgd(Tensor& p, const Gradient& g, const SGDStep& step) {
  dispatch_floating(p.dtype(), "SGD", [&]<class T>(T) {
    T* const to = data<T>(p);
    as_constant(step.weight_decay != 0, [&](auto decays) {
      for_gradient<T>(g, [&](int64_t begin, int64_t n, auto gradient) {
        plain_sgd_loop<T, decays>(n, to + begin, gradient, step);
      });
    });
  });
  changed(p);
}

template <class Gradient>
void adam(Tensor& p, const Gradient& g, Tensor& m, Tensor& v, const Tensor& max_v, const AdamStep& step) {
  dispatch_floating(p.dtype(), "Adam", [&]<class T>(T) {
    T *const to = data<T>(p), *const mean = data<T>(m), *const square = data<T>(v), *const largest = data<T>(max_v);
    as_constant(step.weight_decay != 0, [&](auto decays) {
      as_constant(max_v.defined(), [&](auto amsgrad) {
        for_gradient<T>(g, [&](int64_t begin, int64_t n, auto gradient) {
          adam_loop<T, decays, amsgrad>(n, to + begin, gradient, mean + begin, square + begin, from(largest, begin),
                                        step);
        });
      });
    });
  });
  for (const Tensor& x : {p, m, v, max_v}) changed(x);
}

}  // namespace

bool sgd_step(Tensor& p, const Tensor& g, Tensor& velocity, const SGDStep& step) {
  if (!one_pass(p, {&g, &velocity})) return false;
  if (step.momentum == 0) {
    plain_sgd(p, g, step);
    return true;
  }
  if (!velocity.defined()) return false;  // the first step, which makes the velocity
  dispatch_floating(p.dtype(), "SGD", [&]<class T>(T) {
    T *const to = data<T>(p), *const kept = data<T>(velocity);
    as_constant(step.weight_decay != 0, [&](auto decays) {
      as_constant(step.nesterov, [&](auto nesterov) {
        for_gradient<T>(g, [&](int64_t begin, int64_t n, const T* gradient) {
          momentum_sgd_loop<T, decays, nesterov>(n, to + begin, gradient, kept + begin, step);
        });
      });
    });
  });
  changed(p);
  changed(velocity);
  return true;
}

bool sgd_step(Tensor& p, const OuterProduct& g, const SGDStep& step) {
  if (!one_pass(p, {})) return false;
  plain_sgd(p, g, step);
  return true;
}

bool adam_step(Tensor& p, const Tensor& g, Tensor& m, Tensor& v, const Tensor& max_v, const AdamStep& step) {
  if (!one_pass(p, {&g, &m, &v, &max_v})) return false;
  adam(p, g, m, v, max_v, step);
  return true;
}

bool adam_step(Tensor& p, const OuterProduct& g, Tensor& m, Tensor& v, const Tensor& max_v, const AdamStep& step) {
  if (!one_pass(p, {&m, &v, &max_v})) return false;
  adam(p, g, m, v, max_v, step);
  return true;
}

bool rmsprop_step(Tensor& p, const Tensor& g, Tensor& square_avg, const Tensor& momentum_buffer, const Tensor& grad_avg,
                  const RMSpropStep& step) {
  if (!one_pass(p, {&g, &square_avg, &momentum_buffer, &grad_avg})) return false;
  dispatch_floating(p.dtype(), "RMSprop", [&]<class T>(T) {
    as_constant(step.weight_decay != 0, [&](auto decays) {
      as_constant(grad_avg.defined(), [&](auto centered) {
        as_constant(momentum_buffer.defined(), [&](auto momentum) {
          for_gradient<T>(g, [&](int64_t begin, int64_t n, const T* gradient) {
            rmsprop_loop<T, decays, centered, momentum>(n, data<T>(p) + begin, gradient, data<T>(square_avg) + begin,
                                                        from(data<T>(momentum_buffer), begin),
                                                        from(data<T>(grad_avg), begin), step);
          });
        });
      });
    });
  });
  for (const Tensor& x : {p, square_avg, momentum_buffer, grad_avg}) changed(x);
  return true;
}

}  // namespace gradus::kernels
