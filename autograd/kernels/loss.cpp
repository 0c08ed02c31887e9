// Losses of single elements: a formula and its derivative each, and one loop around them all.
#include <gradus/autograd/check.h>
#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/loss.h>
#include <gradus/autograd/kernels/simd.h>

namespace gradus::kernels {
namespace {

// The loss of all elements: f(x, target, ...) of registers, reduced.
template <class F, class... Inputs>
Tensor reduced(Reduction reduction, std::string_view op, F f, const Tensor& x, const Inputs&... others) {
  const int64_t n = x.numel();
  Tensor out = reduction == Reduction::kNone ? empty(x.sizes(), x.dtype()) : empty({}, x.dtype());
  dispatch_floating(x.dtype(), op, [&]<class T>(T) {
    T* const to = out.data_ptr<T>();
    if (reduction == Reduction::kNone) {
      vector_row(n, to, f, x.data_ptr<T>(), others.template data_ptr<T>()...);
      return;
    }
    const double total = sum_batches<T>(n, f, x.data_ptr<T>(), others.template data_ptr<T>()...);
    *to = static_cast<T>(reduction == Reduction::kMean ? total / static_cast<double>(n) : total);
  });
  return out;
}

// The gradient for x: derivative(x, target, ...) times g.
template <class F, class... Inputs>
Tensor reduced_backward(const Tensor& g, Reduction reduction, std::string_view op, F derivative, const Tensor& x,
                        const Inputs&... others) {
  const int64_t n = x.numel();
  Tensor out = empty(x.sizes(), x.dtype());
  const Tensor gradient = contiguous(g);
  dispatch_floating(x.dtype(), op, [&]<class T>(T) {
    T* const to = out.data_ptr<T>();
    const T* const from = gradient.data_ptr<T>();
    if (reduction == Reduction::kNone) {
      vector_row(
          n, to, [&](const auto& factor, const auto&... values) { return factor * derivative(values...); }, from,
          x.data_ptr<T>(), others.template data_ptr<T>()...);
      return;
    }
    const Batch<T> factor(reduction == Reduction::kMean ? *from / static_cast<T>(n) : *from);
    vector_row(
        n, to, [&](const auto&... values) { return factor * derivative(values...); }, x.data_ptr<T>(),
        others.template data_ptr<T>()...);
  });
  return out;
}

// A number in every lane of a register like v.
template <class V>
V number(const V&, double value) {
  return V(static_cast<typename V::value_type>(value));
}

struct Squared {
  template <class V>
  V operator()(const V& x, const V& target) const {
    const V d = x - target;
    return d * d;
  }
};
struct SquaredSlope {
  template <class V>
  V operator()(const V& x, const V& target) const {
    const V d = x - target;
    return d + d;
  }
};

struct Distance {
  template <class V>
  V operator()(const V& x, const V& target) const {
    return xsimd::abs(x - target);
  }
};
struct DistanceSlope {  // the sign: 0 for equal elements, and for NaN as in PyTorch
  template <class V>
  V operator()(const V& x, const V& target) const {
    const V one = number(x, 1), zero = number(x, 0), d = x - target;
    return xsimd::select(d > zero, one, xsimd::select(d < zero, -one, zero));
  }
};

struct SmoothDistance {
  double beta;
  template <class V>
  V operator()(const V& x, const V& target) const {
    const V d = xsimd::abs(x - target), half = number(x, 0.5), bound = number(x, beta);
    return xsimd::select(d < bound, half * d * d / bound, d - half * bound);
  }
};
struct SmoothDistanceSlope {
  double beta;
  template <class V>
  V operator()(const V& x, const V& target) const {
    const V bound = number(x, beta), d = x - target;
    return xsimd::select(xsimd::abs(d) >= bound, DistanceSlope()(x, target), d / bound);
  }
};

struct BinaryCrossEntropy {
  template <class V>
  V operator()(const V& x, const V& target) const {
    const V one = number(x, 1), lowest = number(x, -100);
    return (target - one) * xsimd::max(xsimd::log(one - x), lowest) - target * xsimd::max(xsimd::log(x), lowest);
  }
};
struct BinaryCrossEntropySlope {
  template <class V>
  V operator()(const V& x, const V& target) const {
    return (x - target) / xsimd::max((number(x, 1) - x) * x, number(x, 1e-12));
  }
};

// log(1 + exp(-x)) = log1p(exp(-|x|)) + max(-x, 0), which does not overflow.
template <class V>
V softplus_of_negative(const V& x) {
  return vector_math::log1p(vector_math::exp(-xsimd::abs(x))) + Larger()(-x, number(x, 0));
}
template <class V>
V sigmoid(const V& x) {
  const V one = number(x, 1);
  return one / (one + vector_math::exp(-x));
}

struct LogitsCrossEntropy {
  template <class V>
  V operator()(const V& x, const V& target) const {
    return (number(x, 1) - target) * x + softplus_of_negative(x);
  }
  template <class V>
  V operator()(const V& x, const V& target, const V& weight, const V& pos_weight) const {
    const V one = number(x, 1);
    const V positive = (pos_weight - one) * target + one;
    return weight * ((one - target) * x + positive * softplus_of_negative(x));
  }
};
struct LogitsCrossEntropySlope {
  template <class V>
  V operator()(const V& x, const V& target) const {
    return sigmoid(x) - target;
  }
  template <class V>
  V operator()(const V& x, const V& target, const V& weight, const V& pos_weight) const {
    const V positive = pos_weight * target;
    return weight * ((positive + number(x, 1) - target) * sigmoid(x) - positive);
  }
};

// f(x, target) times a weight.
template <class F>
struct Weighted {
  F f;
  template <class V>
  V operator()(const V& x, const V& target, const V& weight) const {
    return weight * f(x, target);
  }
};

void check_probabilities(const Tensor& x) {
  dispatch_floating(x.dtype(), "binary_cross_entropy", [&]<class T>(T) {
    const T* from = x.data_ptr<T>();
    int64_t outside = 0;  // NaN counts
#pragma omp simd reduction(+ : outside)
    for (int64_t i = 0; i < x.numel(); ++i) outside += !((from[i] >= T(0)) & (from[i] <= T(1)));
    GRADUS_CHECK(outside == 0,
                 "all elements of input should be between 0 and 1, but {} of {} are not: binary_cross_entropy takes "
                 "probabilities (a sigmoid's output); binary_cross_entropy_with_logits takes any number",
                 outside, x.numel());
  });
}

Tensor or_ones(const Tensor& weight, const Tensor& x) {
  if (weight.defined()) return contiguous(weight);
  Tensor ones = empty(x.sizes(), x.dtype());
  fill(ones, 1);
  return ones;
}

}  // namespace

Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  return reduced(reduction, "mse_loss", Squared(), contiguous(x), contiguous(target));
}
Tensor mse_loss_backward(const Tensor& g, const Tensor& x, const Tensor& target, Reduction reduction) {
  return reduced_backward(g, reduction, "mse_loss", SquaredSlope(), contiguous(x), contiguous(target));
}

Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  return reduced(reduction, "l1_loss", Distance(), contiguous(x), contiguous(target));
}
Tensor l1_loss_backward(const Tensor& g, const Tensor& x, const Tensor& target, Reduction reduction) {
  return reduced_backward(g, reduction, "l1_loss", DistanceSlope(), contiguous(x), contiguous(target));
}

Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, Reduction reduction, double beta) {
  return reduced(reduction, "smooth_l1_loss", SmoothDistance{beta}, contiguous(x), contiguous(target));
}
Tensor smooth_l1_loss_backward(const Tensor& g, const Tensor& x, const Tensor& target, Reduction reduction,
                               double beta) {
  return reduced_backward(g, reduction, "smooth_l1_loss", SmoothDistanceSlope{beta}, contiguous(x), contiguous(target));
}

Tensor binary_cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight, Reduction reduction) {
  const Tensor input = contiguous(x);
  check_probabilities(input);
  constexpr auto kName = "binary_cross_entropy";
  if (!weight.defined()) return reduced(reduction, kName, BinaryCrossEntropy(), input, contiguous(target));
  return reduced(reduction, kName, Weighted<BinaryCrossEntropy>(), input, contiguous(target), contiguous(weight));
}
Tensor binary_cross_entropy_backward(const Tensor& g, const Tensor& x, const Tensor& target, const Tensor& weight,
                                     Reduction reduction) {
  constexpr auto kName = "binary_cross_entropy";
  using Slope = BinaryCrossEntropySlope;
  if (!weight.defined()) return reduced_backward(g, reduction, kName, Slope(), contiguous(x), contiguous(target));
  return reduced_backward(g, reduction, kName, Weighted<Slope>(), contiguous(x), contiguous(target),
                          contiguous(weight));
}

Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target, const Tensor& weight,
                                        const Tensor& pos_weight, Reduction reduction) {
  constexpr auto kName = "binary_cross_entropy_with_logits";
  constexpr LogitsCrossEntropy kLoss;
  if (!weight.defined() && !pos_weight.defined()) {
    return reduced(reduction, kName, kLoss, contiguous(x), contiguous(target));
  }
  return reduced(reduction, kName, kLoss, contiguous(x), contiguous(target), or_ones(weight, x),
                 or_ones(pos_weight, x));
}
Tensor binary_cross_entropy_with_logits_backward(const Tensor& g, const Tensor& x, const Tensor& target,
                                                 const Tensor& weight, const Tensor& pos_weight, Reduction reduction) {
  constexpr auto kName = "binary_cross_entropy_with_logits";
  constexpr LogitsCrossEntropySlope kSlope;
  if (!weight.defined() && !pos_weight.defined()) {
    return reduced_backward(g, reduction, kName, kSlope, contiguous(x), contiguous(target));
  }
  return reduced_backward(g, reduction, kName, kSlope, contiguous(x), contiguous(target), or_ones(weight, x),
                          or_ones(pos_weight, x));
}

}  // namespace gradus::kernels
