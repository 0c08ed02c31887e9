// A solution of the exercise of chapter 13: convolution.
#include "tasks.h"

namespace chapter_13 {

// Task 1. im2col of a picture x (H, W) with one channel, stride 1. Row i * k + j of the result is what element (i, j)
// of the window meets as it stands at every place, row by row: (k * k, (H - k + 1) * (W - k + 1)). The rows r to s - 1
// of a tensor are x.slice(0, r, s), its columns x.slice(1, r, s); t.reshape(-1) is flat, and stack(rows) makes one
// tensor of a std::vector<Tensor>.
Tensor window_columns(const Tensor& x, int64_t k) {
  const int64_t height = x.size(0) - k + 1, width = x.size(1) - k + 1;
  std::vector<Tensor> rows;
  for (int64_t i = 0; i < k; ++i) {
    for (int64_t j = 0; j < k; ++j) rows.push_back(x.slice(0, i, i + height).slice(1, j, j + width).reshape(-1));
  }
  return stack(rows);
}

// Task 2. conv2d(x, w) has stride 1 and no padding: out[o][u][v] is the sum over c, i, j of w[o][c][i][j] *
// x[c][u + i][v + j]. Return the gradient of w (O, C, k, k) for the gradient g (O, H - k + 1, W - k + 1) of the result.
// zeros(sizes, kFloat64) makes a tensor, and dw[o][c][i][j] = t writes into it.
Tensor weight_gradient(const Tensor& x, const Tensor& g, int64_t k) {
  Tensor dw = zeros({g.size(0), x.size(0), k, k}, kFloat64);
  for (int64_t o = 0; o < g.size(0); ++o) {
    for (int64_t c = 0; c < x.size(0); ++c) {
      for (int64_t i = 0; i < k; ++i) {
        for (int64_t j = 0; j < k; ++j) {
          dw[o][c][i][j] = (g[o] * x[c].slice(0, i, i + g.size(1)).slice(1, j, j + g.size(2))).sum();
        }
      }
    }
  }
  return dw;
}

// Task 3. max_pool2d(x, 2) takes the largest number of every 2 x 2 square of x (H, W), the first of them, row by row,
// if there are several. Return the gradient of x for the gradient g (H / 2, W / 2) of the result. H and W are even;
// x[y][c].item<double>() is a number.
Tensor max_pool_gradient(const Tensor& x, const Tensor& g) {
  Tensor dx = zeros(x.sizes(), kFloat64);
  for (int64_t u = 0; u < g.size(0); ++u) {
    for (int64_t v = 0; v < g.size(1); ++v) {
      int64_t best_y = 2 * u, best_x = 2 * v;
      for (int64_t y = 2 * u; y < 2 * u + 2; ++y) {
        for (int64_t c = 2 * v; c < 2 * v + 2; ++c) {
          if (x[y][c].item<double>() > x[best_y][best_x].item<double>()) best_y = y, best_x = c;
        }
      }
      dx[best_y][best_x] = g[u][v];
    }
  }
  return dx;
}

// Task 4. Batch normalisation makes of x (N, C), channel by channel, y = (x - mean) / sqrt(var + eps), with the mean
// and the biased variance of the batch: x.mean(0), x.var(0, false). Return the gradient of x for the gradient g of y.
// Mean and variance depend on x too.
Tensor batch_norm_gradient(const Tensor& x, const Tensor& g, double eps) {
  const Tensor scale = (x.var(0, false) + eps).rsqrt(), y = (x - x.mean(0)) * scale;
  return scale * (g - g.mean(0) - y * (g * y).mean(0));
}

}  // namespace chapter_13
