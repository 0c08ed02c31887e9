// Losses of class numbers and class probabilities, a row of C scores at a time.
#include <gradus/autograd/check.h>
#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/log_sum_exp.h>
#include <gradus/autograd/kernels/loss.h>

#include <cstring>

namespace gradus::kernels {
namespace {

// Collects the rows' losses as the reduction asks.
template <class T>
class Collector {
 public:
  Collector(int64_t rows, Reduction reduction, Dtype dtype)
      : reduction_(reduction), out_(reduction == Reduction::kNone ? empty({rows}, dtype) : empty({}, dtype)) {}
  void add(int64_t row, T loss) {
    if (reduction_ == Reduction::kNone) {
      out_.data_ptr<T>()[row] = loss;
    } else {
      total_ += static_cast<double>(loss);
    }
  }
  ClassLoss result(double weights, Tensor statistics = {}) const {
    const double divisor = reduction_ == Reduction::kMean ? weights : 1;
    if (reduction_ != Reduction::kNone) *out_.data_ptr<T>() = static_cast<T>(total_ / divisor);
    return {out_, divisor, std::move(statistics)};
  }

 private:
  Reduction reduction_;
  Tensor out_;
  double total_ = 0;
};

// The gradient of row `row`'s loss, with the divisor of the mean folded in.
template <class T>
class RowGradient {
 public:
  RowGradient(const Tensor& g, Reduction reduction, double divisor)
      : gradient_(contiguous(g)), step_(reduction == Reduction::kNone ? 1 : 0), factor_(static_cast<T>(1 / divisor)) {}
  T operator()(int64_t row) const { return gradient_.data_ptr<T>()[row * step_] * factor_; }

 private:
  Tensor gradient_;
  int64_t step_;
  T factor_;
};

// The options in the terms of a loop over rows.
template <class T>
struct Classes {
  Classes(const ClassOptions& options, int64_t c)
      : weights(options.weight.defined() ? contiguous(options.weight) : Tensor()),
        weight(weights.defined() ? weights.data_ptr<T>() : nullptr),
        count(c),
        ignored(options.ignore_index),
        smoothing(static_cast<T>(options.label_smoothing)),
        spread(smoothing / static_cast<T>(c)) {
    if (weight) {
      for (int64_t i = 0; i < c; ++i) total_weight += weight[i];
    } else {
      total_weight = static_cast<T>(c);
    }
  }
  // The class of a row, or -1 for one that does not count.
  int64_t of(int64_t target) const {
    if (target == ignored) return -1;
    GRADUS_CHECK_INDEX(target >= 0 && target < count,
                       "Target {} is out of bounds. There are {} classes, so targets are 0..{}, or {} to be ignored",
                       target, count, count - 1, ignored);
    return target;
  }
  T weight_of(int64_t c) const { return weight ? weight[c] : T(1); }

  Tensor weights;
  const T* weight;
  int64_t count, ignored;
  T smoothing, spread;  // the share of the target for all classes together, and for each
  T total_weight = 0;   // of all classes
};

// sum over c of weight[c] (log_sum - x[c]): what an even target costs.
template <class T>
T even_loss(const T* x, const Classes<T>& classes, const LogSumExp<T>& row) {
  const Batch<T> max(row.max), log_sum(row.log_sum);
  if (!classes.weight) {
    return static_cast<T>(sum_batches<T>(
        classes.count, [&](const auto& v) { return (max - v) + log_sum; }, x));
  }
  return static_cast<T>(sum_batches<T>(
      classes.count, [&](const auto& v, const auto& w) { return w * ((max - v) + log_sum); }, x, classes.weight));
}

}  // namespace

ClassLoss nll_loss(const Tensor& x, const Tensor& target, const ClassOptions& options) {
  const Tensor scores = contiguous(x), labels = contiguous(target);
  const int64_t m = x.size(0), c = x.size(1);
  return dispatch_floating(x.dtype(), "nll_loss", [&]<class T>(T) {
    const T* from = scores.data_ptr<T>();
    const auto* label = labels.data_ptr<int64_t>();
    const Classes<T> classes(options, c);
    Collector<T> collector(m, options.reduction, x.dtype());
    double weights = 0;
    for (int64_t i = 0; i < m; ++i) {
      const int64_t k = classes.of(label[i]);
      const T weight = k < 0 ? T(0) : classes.weight_of(k);
      collector.add(i, k < 0 ? T(0) : -weight * from[i * c + k]);
      weights += static_cast<double>(weight);
    }
    return collector.result(weights);
  });
}

Tensor nll_loss_backward(const Tensor& g, int64_t c, const Tensor& target, const ClassOptions& options,
                         double divisor) {
  const Tensor labels = contiguous(target);
  const int64_t m = target.numel();
  Tensor out = empty({m, c}, g.dtype());
  dispatch_floating(g.dtype(), "nll_loss", [&]<class T>(T) {
    const auto* label = labels.data_ptr<int64_t>();
    T* to = out.data_ptr<T>();
    const Classes<T> classes(options, c);
    const RowGradient<T> gradient(g, options.reduction, divisor);
    std::memset(to, 0, static_cast<size_t>(m * c) * sizeof(T));
    for (int64_t i = 0; i < m; ++i) {
      if (const int64_t k = classes.of(label[i]); k >= 0) to[i * c + k] = -classes.weight_of(k) * gradient(i);
    }
  });
  return out;
}

ClassLoss cross_entropy(const Tensor& x, const Tensor& target, const ClassOptions& options) {
  const Tensor scores = contiguous(x), labels = contiguous(target);
  const int64_t m = x.size(0), c = x.size(1);
  Tensor statistics = empty({2, m}, x.dtype());
  return dispatch_floating(x.dtype(), "cross_entropy", [&]<class T>(T) {
    const T* from = scores.data_ptr<T>();
    const auto* label = labels.data_ptr<int64_t>();
    T *max = statistics.data_ptr<T>(), *log_sum = max + m;
    const Classes<T> classes(options, c);
    Collector<T> collector(m, options.reduction, x.dtype());
    double weights = 0;
    for (int64_t i = 0; i < m; ++i, from += c) {
      const int64_t k = classes.of(label[i]);
      const LogSumExp<T> row = log_sum_exp(from, c);
      max[i] = row.max;
      log_sum[i] = row.log_sum;
      if (k < 0) {
        collector.add(i, 0);
        continue;
      }
      const T weight = classes.weight_of(k);
      T loss = weight * ((row.max - from[k]) + row.log_sum);
      if (classes.smoothing > 0) {
        loss = (1 - classes.smoothing) * loss + classes.spread * even_loss(from, classes, row);
      }
      collector.add(i, loss);
      weights += static_cast<double>(weight);
    }
    return collector.result(weights, statistics);
  });
}

Tensor cross_entropy_backward(const Tensor& g, const Tensor& x, const Tensor& target, const Tensor& statistics,
                              const ClassOptions& options, double divisor) {
  const Tensor scores = contiguous(x), labels = contiguous(target);
  const int64_t m = x.size(0), c = x.size(1);
  Tensor out = empty(x.sizes(), x.dtype());
  dispatch_floating(x.dtype(), "cross_entropy", [&]<class T>(T) {
    const T *from = scores.data_ptr<T>(), *max = statistics.data_ptr<T>(), *log_sum = max + m;
    const auto* label = labels.data_ptr<int64_t>();
    T* to = out.data_ptr<T>();
    const Classes<T> classes(options, c);
    const RowGradient<T> gradient(g, options.reduction, divisor);
    for (int64_t i = 0; i < m; ++i, from += c, to += c) {
      const int64_t k = classes.of(label[i]);
      if (k < 0) {
        std::fill_n(to, c, T(0));
        continue;
      }
      const T factor = gradient(i), one = (1 - classes.smoothing) * classes.weight_of(k);
      const Batch<T> shift(max[i]), log(log_sum[i]);
      const Batch<T> all(factor * (one + (classes.smoothing > 0 ? classes.spread * classes.total_weight : T(0))));
      const auto softmax = [&](const auto& v) { return vector_math::exp(v - shift - log) * all; };
      if (classes.smoothing == 0) {
        vector_row(c, to, softmax, from);
      } else if (const Batch<T> even(classes.spread * factor); classes.weight) {
        vector_row(
            c, to, [&](const auto& v, const auto& w) { return softmax(v) - even * w; }, from, classes.weight);
      } else {
        vector_row(
            c, to, [&](const auto& v) { return softmax(v) - even; }, from);
      }
      to[k] -= one * factor;
    }
  });
  return out;
}

Tensor class_factors(const Tensor& target, int64_t classes, Dtype dtype, const ClassOptions& options) {
  const Tensor labels = contiguous(target);
  Tensor out = empty({target.numel(), classes}, dtype);
  dispatch_floating(dtype, "cross_entropy", [&]<class T>(T) {
    const auto* label = labels.data_ptr<int64_t>();
    T* to = out.data_ptr<T>();
    const Classes<T> all(options, classes);
    for (int64_t i = 0; i < target.numel(); ++i, to += classes) {
      const int64_t k = all.of(label[i]);
      for (int64_t j = 0; j < classes; ++j) to[j] = k < 0 ? T(0) : all.spread * all.weight_of(j);
      if (k >= 0) to[k] += (1 - all.smoothing) * all.weight_of(k);
    }
  });
  return out;
}

ClassLoss soft_cross_entropy(const Tensor& x, const Tensor& target, const ClassOptions& options) {
  const Tensor scores = contiguous(x), shares = contiguous(target);
  const int64_t m = x.size(0), c = x.size(1);
  Tensor statistics = empty({2, m}, x.dtype());
  return dispatch_floating(x.dtype(), "cross_entropy", [&]<class T>(T) {
    const T *from = scores.data_ptr<T>(), *share = shares.data_ptr<T>();
    T *max = statistics.data_ptr<T>(), *log_sum = max + m;
    const Classes<T> classes(options, c);
    const Batch<T> rest(1 - classes.smoothing), spread(classes.spread);
    Collector<T> collector(m, options.reduction, x.dtype());
    for (int64_t i = 0; i < m; ++i, from += c, share += c) {
      const LogSumExp<T> row = log_sum_exp(from, c);
      max[i] = row.max;
      log_sum[i] = row.log_sum;
      const Batch<T> shift(row.max), log(row.log_sum);
      const auto loss = [&](const auto& v, const auto& t) { return (t * rest + spread) * ((shift - v) + log); };
      if (classes.weight) {
        collector.add(i, static_cast<T>(sum_batches<T>(
                             c, [&](const auto& v, const auto& t, const auto& w) { return w * loss(v, t); }, from,
                             share, classes.weight)));
      } else {
        collector.add(i, static_cast<T>(sum_batches<T>(c, loss, from, share)));
      }
    }
    return collector.result(static_cast<double>(m), statistics);
  });
}

Tensor soft_cross_entropy_backward(const Tensor& g, const Tensor& x, const Tensor& target, const Tensor& statistics,
                                   const ClassOptions& options, double divisor) {
  const Tensor scores = contiguous(x), shares = contiguous(target);
  const int64_t m = x.size(0), c = x.size(1);
  Tensor out = empty(x.sizes(), x.dtype());
  dispatch_floating(x.dtype(), "cross_entropy", [&]<class T>(T) {
    const T *from = scores.data_ptr<T>(), *share = shares.data_ptr<T>();
    const T *max = statistics.data_ptr<T>(), *log_sum = max + m;
    T* to = out.data_ptr<T>();
    const Classes<T> classes(options, c);
    const Batch<T> rest(1 - classes.smoothing), spread(classes.spread);
    const RowGradient<T> gradient(g, options.reduction, divisor);
    for (int64_t i = 0; i < m; ++i, from += c, share += c, to += c) {
      const Batch<T> shift(max[i]), log(log_sum[i]), factor(gradient(i));
      const auto smooth = [&](const auto& t) { return t * rest + spread; };
      if (classes.weight) {
        const Batch<T> all(static_cast<T>(sum_batches<T>(
            c, [&](const auto& t, const auto& w) { return w * smooth(t); }, share, classes.weight)));
        vector_row(
            c, to,
            [&](const auto& v, const auto& t, const auto& w) {
              return factor * (vector_math::exp(v - shift - log) * all - w * smooth(t));
            },
            from, share, classes.weight);
      } else {
        const Batch<T> all(static_cast<T>(sum_batches<T>(c, smooth, share)));
        vector_row(
            c, to,
            [&](const auto& v, const auto& t) {
              return factor * (vector_math::exp(v - shift - log) * all - smooth(t));
            },
            from, share);
      }
    }
  });
  return out;
}

}  // namespace gradus::kernels
