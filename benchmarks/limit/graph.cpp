#include <memory>

#include "../inputs.h"
#include "workloads.h"

namespace benchmarks::limit {

/// y_{i+1} = y_i a (i even) or y_i + b (i odd), and back: da, db, dx.
Work chain(int64_t nodes) {
  struct Chain {
    std::vector<float> y;
    float a = kChainFactor, b = kChainSummand, da = 0, db = 0, dx = 0;
  };
  const auto c = std::make_shared<Chain>();
  c->y.resize(static_cast<size_t>(nodes) + 1);
  c->y[0] = 1;
  const auto step = [c] {
    std::vector<float>& y = c->y;
    for (size_t i = 0; i + 1 < y.size(); ++i) y[i + 1] = i % 2 == 0 ? y[i] * c->a : y[i] + c->b;
    c->da = c->db = 0;
    float g = 1;
    for (size_t i = y.size() - 1; i-- > 0;) {
      if (i % 2 == 0) {
        c->da += g * y[i];
        g *= c->a;
      } else {
        c->db += g;
      }
    }
    c->dx = g;
  };
  return {step, [c, step] {
            step();
            return std::vector<double>{c->y.back(), c->da, c->db, c->dx};
          }};
}

}  // namespace benchmarks::limit
