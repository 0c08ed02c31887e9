// Exercise of chapter 13: convolution. Replace every not_done_yet() by code of your own, then: ./run exercise 13
#include "tasks.h"

namespace chapter_13 {

// Task 1. im2col of a picture x (H, W) with one channel, stride 1. Row i * k + j of the result is what element (i, j)
// of the window meets as it stands at every place, row by row: (k * k, (H - k + 1) * (W - k + 1)). The rows r to s - 1
// of a tensor are x.slice(0, r, s), its columns x.slice(1, r, s); t.reshape(-1) is flat, and stack(rows) makes one
// tensor of a std::vector<Tensor>.
Tensor window_columns(const Tensor& x, int64_t k) {
  return not_done_yet();  // your code here
}

// Task 2. conv2d(x, w) has stride 1 and no padding: out[o][u][v] is the sum over c, i, j of w[o][c][i][j] *
// x[c][u + i][v + j]. Return the gradient of w (O, C, k, k) for the gradient g (O, H - k + 1, W - k + 1) of the result.
// zeros(sizes, kFloat64) makes a tensor, and dw[o][c][i][j] = t writes into it.
Tensor weight_gradient(const Tensor& x, const Tensor& g, int64_t k) {
  return not_done_yet();  // your code here
}

// Task 3. max_pool2d(x, 2) takes the largest number of every 2 x 2 square of x (H, W), the first of them, row by row,
// if there are several. Return the gradient of x for the gradient g (H / 2, W / 2) of the result. H and W are even;
// x[y][c].item<double>() is a number.
Tensor max_pool_gradient(const Tensor& x, const Tensor& g) {
  return not_done_yet();  // your code here
}

// Task 4. Batch normalisation makes of x (N, C), channel by channel, y = (x - mean) / sqrt(var + eps), with the mean
// and the biased variance of the batch: x.mean(0), x.var(0, false). Return the gradient of x for the gradient g of y.
// Mean and variance depend on x too.
Tensor batch_norm_gradient(const Tensor& x, const Tensor& g, double eps) {
  return not_done_yet();  // your code here
}

}  // namespace chapter_13
