#include <gradus/tutorials/13_convolution/tasks.h>

#include "helpers.h"

using namespace chapter_13;

namespace {

TEST(Chapter13, TheSolutionPasses) { expect_all_pass(tasks({})); }

/// im2col with the elements of the window and its places in an order of one's own.
Tensor columns_of(const Tensor& x, int64_t k, bool elements_by_rows, bool places_by_rows, bool turned) {
  std::vector<Tensor> rows;
  for (int64_t a = 0; a < k; ++a) {
    for (int64_t b = 0; b < k; ++b) {
      int64_t i = elements_by_rows ? a : b, j = elements_by_rows ? b : a;
      if (turned) i = k - 1 - i, j = k - 1 - j;
      const Tensor part = x.narrow(0, i, x.size(0) - k + 1).narrow(1, j, x.size(1) - k + 1);
      rows.push_back((places_by_rows ? part : part.t()).reshape(-1));
    }
  }
  return stack(rows);
}

TEST(Chapter13, WrongColumns) {
  Answers wrong;
  wrong.window_columns = [](const Tensor& x, int64_t k) { return columns_of(x, k, true, true, false); };
  expect_all_pass(tasks(wrong));
  wrong.window_columns = [](const Tensor& x, int64_t k) { return columns_of(x, k, true, true, false).t(); };
  expect_wrong(tasks(wrong), 1, "a row for each element of the window, so transpose it");
  wrong.window_columns = [](const Tensor& x, int64_t k) { return columns_of(x, k, false, true, false); };
  expect_wrong(tasks(wrong), 1, "i, the row, in the outer loop");
  wrong.window_columns = [](const Tensor& x, int64_t k) { return columns_of(x, k, true, true, true); };
  expect_wrong(tasks(wrong), 1, "This turns the window round");
  wrong.window_columns = [](const Tensor& x, int64_t k) { return columns_of(x, k, true, false, false); };
  expect_wrong(tasks(wrong), 1, "The places should come row by row");
  wrong.window_columns = [](const Tensor& x, int64_t k) {  // H - k places in place of H - k + 1
    return columns_of(x.narrow(0, 0, x.size(0) - 1).narrow(1, 0, x.size(1) - 1), k, true, true, false);
  };
  expect_wrong(tasks(wrong), 1, "window_columns(x, 2)");
}

TEST(Chapter13, WrongWeightGradients) {
  using Element = std::function<Tensor(const Tensor& x, const Tensor& g, int64_t o, int64_t c, int64_t i, int64_t j)>;
  const auto answer = [](const Element& element) {
    Answers answers;
    answers.weight_gradient = [=](const Tensor& x, const Tensor& g, int64_t k) {
      Tensor dw = zeros({g.size(0), x.size(0), k, k}, kFloat64);
      for (int64_t n = 0; n < dw.numel(); ++n) {
        const int64_t j = n % k, i = n / k % k, c = n / (k * k) % x.size(0), o = n / (k * k) / x.size(0);
        dw[o][c][i][j] = element(x, g, o, c, i, j);
      }
      return dw;
    };
    return tasks(answers);
  };
  const auto met = [](const Tensor& channel, const Tensor& g, int64_t i, int64_t j) {
    return channel.narrow(0, i, g.size(1)).narrow(1, j, g.size(2));
  };
  expect_all_pass(answer([=](const Tensor& x, const Tensor& g, int64_t o, int64_t c, int64_t i, int64_t j) {
    return (g[o] * met(x[c], g, i, j)).sum();
  }));
  expect_wrong(answer([=](const Tensor& x, const Tensor& g, int64_t o, int64_t c, int64_t i, int64_t j) {
                 const int64_t last = x.size(1) - g.size(1);
                 return (g[o] * met(x[c], g, last - i, last - j)).sum();
               }),
               2, "This is turned round");
  expect_wrong(answer([=](const Tensor& x, const Tensor& g, int64_t o, int64_t c, int64_t i, int64_t j) {
                 return (g[o] * met(x[c], g, i, j)).mean();
               }),
               2, "not the mean");
  expect_wrong(answer([=](const Tensor& x, const Tensor& g, int64_t o, int64_t, int64_t i, int64_t j) {
                 return (g[o] * met(x[0], g, i, j)).sum();
               }),
               2, "not channel 0");
  expect_wrong(answer([=](const Tensor& x, const Tensor& g, int64_t, int64_t c, int64_t i, int64_t j) {
                 return met(x[c], g, i, j).sum();
               }),
               2, "The incoming gradient g is missing");
  expect_wrong(answer([=](const Tensor& x, const Tensor& g, int64_t o, int64_t c, int64_t i, int64_t j) {
                 return (g[c] * met(x[o], g, i, j)).sum();
               }),
               2, "The first dimension of w is the filter");
}

TEST(Chapter13, WrongMaxPoolGradients) {
  // `passes` decides from a number, the largest of its square, and whether that one has been met, what goes there.
  const auto answer = [](const std::function<double(double value, double largest, bool first, double g)>& passes) {
    Answers answers;
    answers.max_pool_gradient = [=](const Tensor& x, const Tensor& g) {
      Tensor dx = zeros(x.sizes(), kFloat64);
      for (int64_t u = 0; u < g.size(0); ++u) {
        for (int64_t v = 0; v < g.size(1); ++v) {
          const double largest = x.narrow(0, 2 * u, 2).narrow(1, 2 * v, 2).max().item<double>();
          bool first = true;
          for (int64_t n = 0; n < 4; ++n) {
            const int64_t row = 2 * u + n / 2, column = 2 * v + n % 2;
            const double value = x[row][column].item<double>();
            dx[row][column] = passes(value, largest, first, g[u][v].item<double>());
            if (value == largest) first = false;
          }
        }
      }
      return dx;
    };
    return tasks(answers);
  };
  expect_all_pass(
      answer([](double value, double largest, bool first, double g) { return value == largest && first ? g : 0; }));
  expect_wrong(answer([](double, double, bool, double g) { return g; }), 3, "the others get 0");
  expect_wrong(answer([](double, double, bool, double g) { return g / 4; }), 3, "the gradient of the average");
  expect_wrong(answer([](double value, double largest, bool, double g) { return value == largest ? g : 0; }), 3,
               "only the first of them gets the gradient");
  expect_wrong(answer([](double value, double largest, bool first, double g) {
                 return value == largest && first ? g * value : 0;
               }),
               3, "passes g on as it is");
  Answers last;  // compares with >=
  last.max_pool_gradient = [](const Tensor& x, const Tensor& g) {
    Tensor dx = zeros(x.sizes(), kFloat64);
    for (int64_t u = 0; u < g.size(0); ++u) {
      for (int64_t v = 0; v < g.size(1); ++v) {
        int64_t row = 2 * u, column = 2 * v;
        for (int64_t n = 1; n < 4; ++n) {
          const int64_t r = 2 * u + n / 2, c = 2 * v + n % 2;
          if (x[r][c].item<double>() >= x[row][column].item<double>()) row = r, column = c;
        }
        dx[row][column] = g[u][v];
      }
    }
    return dx;
  };
  expect_wrong(tasks(last), 3, "it is the first that gets the gradient");
  Answers from_zero;  // looks for something larger than 0
  from_zero.max_pool_gradient = [](const Tensor& x, const Tensor& g) {
    return chapter_13::max_pool_gradient(x, g) * (x > 0).to_double();
  };
  expect_wrong(tasks(from_zero), 3, "for negative numbers");
}

TEST(Chapter13, WrongBatchNormGradients) {
  using Formula = std::function<Tensor(const Tensor& scale, const Tensor& y, const Tensor& g)>;
  const auto answer = [](const Formula& formula, bool unbiased = false, double factor = 1) {
    Answers answers;
    answers.batch_norm_gradient = [=](const Tensor& x, const Tensor& g, double eps) {
      const Tensor scale = (x.var(0, unbiased) + factor * eps).rsqrt();
      return formula(scale, (x - x.mean(0)) * scale, g);
    };
    return tasks(answers);
  };
  const Formula right = [](const Tensor& scale, const Tensor& y, const Tensor& g) {
    return scale * (g - g.mean(0) - y * (g * y).mean(0));
  };
  expect_all_pass(answer(right));
  expect_wrong(answer(right, true), 4, "The variance is the biased one");
  expect_wrong(answer(right, false, 0), 4, "eps is missing");
  expect_wrong(answer([](const Tensor& scale, const Tensor&, const Tensor& g) { return scale * g; }), 4,
               "taken for constants");
  expect_wrong(answer([](const Tensor& scale, const Tensor&, const Tensor& g) { return scale * (g - g.mean(0)); }), 4,
               "the variance depends on x as well");
  expect_wrong(
      answer([](const Tensor& scale, const Tensor& y, const Tensor& g) { return scale * (g - y * (g * y).mean(0)); }),
      4, "the mean depends on x as well");
  expect_wrong(
      answer([](const Tensor&, const Tensor& y, const Tensor& g) { return g - g.mean(0) - y * (g * y).mean(0); }), 4,
      "The factor 1 / sqrt(var + eps) is missing");
  expect_wrong(answer([](const Tensor& scale, const Tensor& y, const Tensor& g) {
                 return scale * (g - g.sum(0) - y * (g * y).sum(0));
               }),
               4, "not sums");
  expect_wrong(answer([](const Tensor& scale, const Tensor& y, const Tensor& g) {
                 return scale * (g - g.mean(1, true) - y * (g * y).mean(1, true));
               }),
               4, "over the batch, dimension 0");
}

}  // namespace
