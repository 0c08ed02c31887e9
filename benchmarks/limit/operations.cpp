#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "../inputs.h"
#include "buffer.h"
#include "workloads.h"

namespace benchmarks::limit {
namespace {

/// Matrices x and y (rows, columns), a row (columns) and a column (rows), and the result.
struct Operands {
  explicit Operands(int64_t size)
      : shape(size),
        x(buffer(uniform(size, 0.1F, 1, 1))),
        y(buffer(uniform(size, 0.1F, 1, 2))),
        row(buffer(uniform(shape.columns, 0.1F, 1, 3))),
        column(buffer(uniform(shape.rows, 0.1F, 1, 4))),
        out(static_cast<size_t>(size)) {}
  Shape shape;
  Buffer x, y, row, column, out;
};

/// The work `f(operands)`, checked by some elements of what it leaves in `out`, of which `results` are results.
template <class F>
Work operation(const std::shared_ptr<Operands>& o, int64_t results, F f) {
  const auto step = [o, f] { f(*o); };
  return {step, [o, results, step] {
            step();
            const auto n = static_cast<size_t>(results);
            return std::vector<double>{o->out[0], o->out[n / 2], o->out[n - 1]};
          }};
}

/// out[i] = f(x[i])
template <class F>
Work elementwise(int64_t size, F f) {
  return operation(std::make_shared<Operands>(size), size, [f](Operands& o) {
    const float* x = o.x.data();
    float* out = o.out.data();
    const size_t n = o.out.size();
    for (size_t i = 0; i < n; ++i) out[i] = f(x[i]);
  });
}

/// out[i] = f(out[i])
template <class F>
Work elementwise_reused(int64_t size, F f) {
  auto operands = std::make_shared<Operands>(size);
  operands->out = operands->x;
  return operation(operands, size, [f](Operands& o) {
    float* out = o.out.data();
    const size_t n = o.out.size();
    for (size_t i = 0; i < n; ++i) out[i] = f(out[i]);
  });
}

/// out[i] = f(x[i], y[i])
template <class F>
Work binary(int64_t size, F f) {
  return operation(std::make_shared<Operands>(size), size, [f](Operands& o) {
    const float *x = o.x.data(), *y = o.y.data();
    float* out = o.out.data();
    const size_t n = o.out.size();
#pragma omp simd
    for (size_t i = 0; i < n; ++i) out[i] = f(x[i], y[i]);
  });
}

/// out[i] = f(out[i], y[i])
template <class F>
Work binary_reused(int64_t size, F f) {
  auto operands = std::make_shared<Operands>(size);
  operands->out = operands->x;
  return operation(operands, size, [f](Operands& o) {
    const float* y = o.y.data();
    float* out = o.out.data();
    const size_t n = o.out.size();
#pragma omp simd
    for (size_t i = 0; i < n; ++i) out[i] = f(out[i], y[i]);
  });
}

/// f(x's row i, out's row i, i) for every row.
template <class F>
Work by_rows(int64_t size, F f) {
  return operation(std::make_shared<Operands>(size), size, [f](Operands& o) {
    for (int64_t i = 0; i < o.shape.rows; ++i) {
      f(o, o.x.data() + i * o.shape.columns, o.out.data() + i * o.shape.columns, i);
    }
  });
}

/// out[i] = f(x's row i, columns)
template <class F>
Work reduce_rows(int64_t size, F f) {
  return operation(std::make_shared<Operands>(size), Shape(size).rows, [f](Operands& o) {
    for (int64_t i = 0; i < o.shape.rows; ++i) {
      o.out[static_cast<size_t>(i)] = f(o.x.data() + i * o.shape.columns, o.shape.columns);
    }
  });
}

float sum_of(const float* x, int64_t n) {
  float sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += x[i];
  return sum;
}

float max_of(const float* x, int64_t n) {
  float max = x[0];
  for (int64_t i = 1; i < n; ++i) max = std::max(max, x[i]);
  return max;
}

}  // namespace

Work add(int64_t size) {
  return binary(size, [](float x, float y) { return x + y; });
}
Work add_reused(int64_t size) {
  return binary_reused(size, [](float x, float y) { return x + y; });
}
Work mul(int64_t size) {
  return binary(size, [](float x, float y) { return x * y; });
}
/// The factor is 1, so that the numbers stay normal however often it is applied.
Work mul_reused(int64_t size) {
  auto operands = std::make_shared<Operands>(size);
  operands->out = operands->x;
  std::fill(operands->y.begin(), operands->y.end(), 1.F);
  return operation(operands, size, [](Operands& o) {
    const float* y = o.y.data();
    float* out = o.out.data();
    const size_t n = o.out.size();
#pragma omp simd
    for (size_t i = 0; i < n; ++i) out[i] *= y[i];
  });
}
Work exp(int64_t size) {
  return elementwise(size, [](float x) { return std::exp(x); });
}
Work log(int64_t size) {
  return elementwise(size, [](float x) { return std::log(x); });
}
Work tanh(int64_t size) {
  return elementwise(size, [](float x) { return std::tanh(x); });
}
Work sigmoid(int64_t size) {
  return elementwise(size, [](float x) { return 1 / (1 + std::exp(-x)); });
}
Work sigmoid_reused(int64_t size) {
  return elementwise_reused(size, [](float x) { return 1 / (1 + std::exp(-x)); });
}

Work bias_add(int64_t size) {
  return by_rows(size, [](Operands& o, const float* x, float* out, int64_t) {
    const float* row = o.row.data();
#pragma omp simd
    for (int64_t j = 0; j < o.shape.columns; ++j) out[j] = x[j] + row[j];
  });
}
Work column_mul(int64_t size) {
  return by_rows(size, [](Operands& o, const float* x, float* out, int64_t i) {
    const float factor = o.column[static_cast<size_t>(i)];
#pragma omp simd
    for (int64_t j = 0; j < o.shape.columns; ++j) out[j] = x[j] * factor;
  });
}
Work softmax(int64_t size) {
  return by_rows(size, [](Operands& o, const float* x, float* out, int64_t) {
    const int64_t n = o.shape.columns;
    const float max = max_of(x, n);
    for (int64_t j = 0; j < n; ++j) out[j] = std::exp(x[j] - max);
    const float factor = 1 / sum_of(out, n);
    for (int64_t j = 0; j < n; ++j) out[j] *= factor;
  });
}

Work sum(int64_t size) {
  return operation(std::make_shared<Operands>(size), 1, [](Operands& o) {
    // By thousands, as a pairwise sum would: one running float loses digits over 10,000,000 numbers.
    float total = 0;
    for (int64_t i = 0; i < o.shape.rows; ++i) total += sum_of(o.x.data() + i * o.shape.columns, o.shape.columns);
    o.out[0] = total;
  });
}
Work sum_axis0(int64_t size) {
  return operation(std::make_shared<Operands>(size), Shape(size).columns, [](Operands& o) {
    const int64_t columns = o.shape.columns;
    float* out = o.out.data();
    std::fill(out, out + columns, 0.F);
    for (int64_t i = 0; i < o.shape.rows; ++i) {
      const float* x = o.x.data() + i * columns;
#pragma omp simd
      for (int64_t j = 0; j < columns; ++j) out[j] += x[j];
    }
  });
}
Work sum_axis1(int64_t size) { return reduce_rows(size, sum_of); }
Work max_axis1(int64_t size) { return reduce_rows(size, max_of); }

/// By blocks of 16 x 16, so that both sides stay in the cache.
Work transpose(int64_t size) {
  return operation(std::make_shared<Operands>(size), size, [](Operands& o) {
    constexpr int64_t kBlock = 16;
    const int64_t rows = o.shape.rows, columns = o.shape.columns;
    for (int64_t block = 0; block < rows; block += kBlock) {
      const int64_t end = std::min(block + kBlock, rows);
      for (int64_t left = 0; left < columns; left += kBlock) {
        const int64_t right = std::min(left + kBlock, columns);
        for (int64_t j = left; j < right; ++j) {
          for (int64_t i = block; i < end; ++i) o.out.data()[j * rows + i] = o.x.data()[i * columns + j];
        }
      }
    }
  });
}

/// (size, size) times (size, size)
Work matmul(int64_t size) {
  auto operands = std::make_shared<Operands>(size * size);
  return operation(operands, size * size, [n = static_cast<int>(size)](Operands& o) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, o.x.data(), n, o.y.data(), n, 0, o.out.data(),
                n);
  });
}

}  // namespace benchmarks::limit
