#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/optimizer.h>

#include <cmath>

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

/// The gradient as the steps take it: turned round to maximize, with weight_decay * p added. Without weight decay p has
/// no part in it, be it infinite.
template <class T>
struct Direction {
  T sign, weight_decay;
  bool decays;
  Direction(bool maximize, double decay) : sign(maximize ? T(-1) : T(1)), weight_decay(T(decay)), decays(decay != 0) {}
  T operator()(T g, T p) const { return decays ? sign * g + weight_decay * p : sign * g; }
};

template <class T>
void sgd_loop(int64_t n, T* p, const T* g, T* velocity, const SGDStep& step) {
  const Direction<T> direction(step.maximize, step.weight_decay);
  const T lr = T(step.lr), momentum = T(step.momentum), fresh = T(1 - step.dampening);
  if (velocity == nullptr) {
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) p[i] -= lr * direction(g[i], p[i]);
    return;
  }
  const bool nesterov = step.nesterov;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const T d = direction(g[i], p[i]);
    const T v = momentum * velocity[i] + fresh * d;
    velocity[i] = v;
    p[i] -= lr * (nesterov ? d + momentum * v : v);
  }
}

template <class T, bool amsgrad>
void adam_loop(int64_t n, T* p, const T* g, T* m, T* v, T* max_v, const AdamStep& step) {
  const Direction<T> direction(step.maximize, step.weight_decay);
  const T beta1 = T(step.beta1), beta2 = T(step.beta2), fresh1 = T(1 - step.beta1), fresh2 = T(1 - step.beta2);
  const T step_size = T(step.step_size), scale = T(1 / step.correction), eps = T(step.eps), shrink = T(step.shrink);
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const T before = shrink * p[i];
    const T d = direction(g[i], before);
    const T mean = beta1 * m[i] + fresh1 * d;
    const T square = beta2 * v[i] + fresh2 * d * d;
    m[i] = mean;
    v[i] = square;
    T largest = square;
    if constexpr (amsgrad) {
      largest = square <= max_v[i] ? max_v[i] : square;  // NaN stays NaN
      max_v[i] = largest;
    }
    p[i] = before - step_size * mean / (std::sqrt(largest) * scale + eps);
  }
}

template <class T, bool centered, bool momentum>
void rmsprop_loop(int64_t n, T* p, const T* g, T* square_avg, T* buffer, T* grad_avg, const RMSpropStep& step) {
  const Direction<T> direction(step.maximize, step.weight_decay);
  const T lr = T(step.lr), alpha = T(step.alpha), fresh = T(1 - step.alpha), eps = T(step.eps);
  const T kept = T(step.momentum);
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const T d = direction(g[i], p[i]);
    T square = alpha * square_avg[i] + fresh * d * d;
    square_avg[i] = square;
    if constexpr (centered) {
      const T mean = alpha * grad_avg[i] + fresh * d;
      grad_avg[i] = mean;
      square -= mean * mean;
    }
    T move = d / (std::sqrt(square) + eps);
    if constexpr (momentum) {
      move += kept * buffer[i];
      buffer[i] = move;
    }
    p[i] -= lr * move;
  }
}

}  // namespace

bool sgd_step(Tensor& p, const Tensor& g, Tensor& velocity, const SGDStep& step) {
  if (!one_pass(p, {&g, &velocity})) return false;
  if (step.momentum != 0 && !velocity.defined()) return false;  // the first step, which makes the velocity
  dispatch_floating(p.dtype(), "SGD", [&]<class T>(T) {
    sgd_loop<T>(p.numel(), data<T>(p), data<T>(g), step.momentum != 0 ? data<T>(velocity) : nullptr, step);
  });
  changed(p);
  if (step.momentum != 0) changed(velocity);
  return true;
}

bool adam_step(Tensor& p, const Tensor& g, Tensor& m, Tensor& v, const Tensor& max_v, const AdamStep& step) {
  if (!one_pass(p, {&g, &m, &v, &max_v})) return false;
  dispatch_floating(p.dtype(), "Adam", [&]<class T>(T) {
    const auto loop = max_v.defined() ? adam_loop<T, true> : adam_loop<T, false>;
    loop(p.numel(), data<T>(p), data<T>(g), data<T>(m), data<T>(v), data<T>(max_v), step);
  });
  for (const Tensor& x : {p, m, v, max_v}) changed(x);
  return true;
}

bool rmsprop_step(Tensor& p, const Tensor& g, Tensor& square_avg, const Tensor& momentum_buffer, const Tensor& grad_avg,
                  const RMSpropStep& step) {
  if (!one_pass(p, {&g, &square_avg, &momentum_buffer, &grad_avg})) return false;
  dispatch_floating(p.dtype(), "RMSprop", [&]<class T>(T) {
    const bool centered = grad_avg.defined(), momentum = momentum_buffer.defined();
    const auto loop = centered ? (momentum ? rmsprop_loop<T, true, true> : rmsprop_loop<T, true, false>)
                               : (momentum ? rmsprop_loop<T, false, true> : rmsprop_loop<T, false, false>);
    loop(p.numel(), data<T>(p), data<T>(g), data<T>(square_avg), data<T>(momentum_buffer), data<T>(grad_avg), step);
  });
  for (const Tensor& x : {p, square_avg, momentum_buffer, grad_avg}) changed(x);
  return true;
}

}  // namespace gradus::kernels
