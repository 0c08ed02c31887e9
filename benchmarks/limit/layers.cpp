#include <cmath>
#include <memory>

#include "../inputs.h"
#include "buffer.h"
#include "workloads.h"

namespace benchmarks::limit {

/// layer_norm of (rows, kHidden) with weight and bias, and the gradients of a sum of squares of it.
Work layer_norm(int64_t rows) {
  struct State {
    int64_t rows;
    Buffer x, weight, bias, y, dx, dweight, dbias;
    double loss = 0;
  };
  const auto width = static_cast<size_t>(kHidden);
  const auto state =
      std::make_shared<State>(State{rows, buffer(uniform(rows * kHidden, -1, 1, 1)), Buffer(width, 1.F),
                                    Buffer(width, 0.F), Buffer(width * static_cast<size_t>(rows)),
                                    Buffer(width * static_cast<size_t>(rows)), Buffer(width), Buffer(width)});
  const auto step = [state] {
    State& s = *state;
    constexpr auto n = static_cast<size_t>(kHidden);
    std::fill(s.dweight.begin(), s.dweight.end(), 0.F);
    std::fill(s.dbias.begin(), s.dbias.end(), 0.F);
    float loss = 0;
    for (size_t i = 0; i < static_cast<size_t>(s.rows); ++i) {
      const float* x = s.x.data() + i * n;
      float *y = s.y.data() + i * n, *dx = s.dx.data() + i * n;
      float mean = 0, variance = 0;
      for (size_t j = 0; j < n; ++j) mean += x[j];
      mean /= n;
      for (size_t j = 0; j < n; ++j) variance += (x[j] - mean) * (x[j] - mean);
      const float scale = 1 / std::sqrt(variance / n + 1e-5F);
      float sum = 0, sum_normal = 0;
      for (size_t j = 0; j < n; ++j) {
        const float normal = (x[j] - mean) * scale;
        y[j] = normal * s.weight[j] + s.bias[j];
        loss += y[j] * y[j];
        const float g = 2 * y[j];
        s.dweight[j] += g * normal;
        s.dbias[j] += g;
        sum += g * s.weight[j];
        sum_normal += g * s.weight[j] * normal;
      }
      for (size_t j = 0; j < n; ++j) {
        const float normal = (x[j] - mean) * scale;
        dx[j] = scale * (2 * y[j] * s.weight[j] - sum / n - normal * sum_normal / n);
      }
    }
    s.loss = loss;
  };
  return {step, [state, step] {
            step();
            return std::vector<double>{state->loss, state->dweight[0], state->dbias[0]};
          }};
}

/// Mean cross entropy of scores (rows, kClasses) and class numbers, and its gradient.
Work cross_entropy(int64_t rows) {
  struct State {
    int64_t rows;
    Buffer scores, gradient;
    double loss = 0;
  };
  const auto state = std::make_shared<State>(
      State{rows, buffer(uniform(rows * kClasses, -1, 1, 1)), Buffer(static_cast<size_t>(rows * kClasses))});
  const std::vector<int64_t>& labels = samples().labels;
  const auto step = [state, &labels] {
    State& s = *state;
    float loss = 0;
    for (int64_t i = 0; i < s.rows; ++i) {
      const float* x = s.scores.data() + i * kClasses;
      float* g = s.gradient.data() + i * kClasses;
      float max = x[0], sum = 0;
      for (int64_t j = 1; j < kClasses; ++j) max = std::max(max, x[j]);
      for (int64_t j = 0; j < kClasses; ++j) sum += g[j] = std::exp(x[j] - max);
      const int64_t label = labels[static_cast<size_t>(i)];
      loss += std::log(sum) + max - x[label];
      for (int64_t j = 0; j < kClasses; ++j) g[j] /= sum * static_cast<float>(s.rows);
      g[label] -= 1 / static_cast<float>(s.rows);
    }
    s.loss = loss / static_cast<float>(s.rows);
  };
  return {step, [state, step] {
            step();
            return std::vector<double>{state->loss, state->gradient.front(), state->gradient.back()};
          }};
}

}  // namespace benchmarks::limit
