#include <gradus/autograd/random.h>

#include "tasks.h"

namespace chapter_13 {
namespace {

/// The numbers of x in the reverse order.
Tensor reversed(const Tensor& x) {
  return x.flatten().index_select(0, x.numel() - 1 - arange(x.numel())).view(x.sizes());
}

/// The k * k parts (height, width) of x that the elements of a window meet, row by row.
std::vector<Tensor> parts_of(const Tensor& x, int64_t k) {
  const int64_t height = x.size(0) - k + 1, width = x.size(1) - k + 1;
  std::vector<Tensor> parts;
  for (int64_t i = 0; i < k; ++i) {
    for (int64_t j = 0; j < k; ++j) parts.push_back(x.narrow(0, i, height).narrow(1, j, width));
  }
  return parts;
}

Tensor rows_of(std::vector<Tensor> parts) {
  for (Tensor& part : parts) part = part.reshape(-1);
  return stack(parts);
}

void check_columns(const Answers& answers) {
  const auto check = [&](const std::string& call, const Tensor& x, int64_t k) {
    const std::vector<Tensor> parts = parts_of(x, k);
    std::vector<Tensor> by_columns, turned(parts.rbegin(), parts.rend());
    for (int64_t j = 0; j < k; ++j) {
      for (int64_t i = 0; i < k; ++i) by_columns.push_back(parts[static_cast<size_t>(i * k + j)]);
    }
    std::vector<Tensor> places_by_columns = parts;
    for (Tensor& part : places_by_columns) part = part.t();
    const Tensor found = answers.window_columns(x, k), expected = rows_of(parts);
    expect(!(found.sizes() == expected.t().sizes() && found.equal(expected.t())),
           call + " has a row for each place: it should have a row for each element of the window, so transpose it.");
    expect_close(call, found, expected,
                 {{rows_of(by_columns), "The window's elements should come row by row: i, the row, in the outer loop."},
                  {rows_of(turned), "This turns the window round: row 0 belongs to its first element, (0, 0)."},
                  {rows_of(places_by_columns), "The places should come row by row within each row of the result."}});
  };
  check("window_columns(x, 2) for x = arange(12).view({3, 4})", arange(12, kFloat64).view({3, 4}), 2);
  check("window_columns(x, 3) for x = arange(20).view({5, 4})", arange(20, kFloat64).view({5, 4}), 3);
  check("window_columns(x, 1) for x = arange(6).view({2, 3})", arange(6, kFloat64).view({2, 3}), 1);
}

void check_weight(const Answers& answers) {
  const auto check = [&](const std::string& call, const Tensor& x, const Tensor& g, int64_t k) {
    const Tensor expected = conv2d_weight(x.unsqueeze(0), {g.size(0), x.size(0), k, k}, g.unsqueeze(0));
    std::vector<Tensor> turned;
    for (int64_t o = 0; o < g.size(0); ++o) {
      for (int64_t c = 0; c < x.size(0); ++c) turned.push_back(reversed(expected[o][c]));
    }
    const auto places = static_cast<double>(g.size(1) * g.size(2));
    expect_close(call, answers.weight_gradient(x, g, k), expected,
                 {{stack(turned).view(expected.sizes()),
                   "This is turned round: element (i, j) of the filter meets x[c][u + i][v + j], with plus."},
                  {expected / places, "Every place adds its share: take the sum over all places, not the mean."},
                  {expected.transpose(0, 1), "The first dimension of w is the filter o, the second the channel c."},
                  {conv2d_weight(x.narrow(0, 0, 1).expand(x.sizes()).unsqueeze(0), expected.sizes(), g.unsqueeze(0)),
                   "Every channel c of the filter meets channel c of x, not channel 0."},
                  {conv2d_weight(x.unsqueeze(0), expected.sizes(), ones_like(g).unsqueeze(0)),
                   "The incoming gradient g is missing: the chain rule multiplies by it."}},
                 {.rtol = 1e-9, .atol = 1e-9});
  };
  manual_seed(1);
  check("weight_gradient(x, g, 2), one channel and one filter", randn({1, 3, 4}, kFloat64), randn({1, 2, 3}, kFloat64),
        2);
  check("weight_gradient(x, g, 3), two channels and two filters", randn({2, 5, 6}, kFloat64),
        randn({2, 3, 4}, kFloat64), 3);
}

void check_pool(const Answers& answers) {
  const auto check = [&](const std::string& call, const Tensor& x, const Tensor& g) {
    const auto spread = [](const Tensor& t) {  // (H / 2, W / 2) -> (H, W): each number for its square
      const IntArrayRef sizes = t.sizes();
      return t.unsqueeze(1).unsqueeze(3).expand({sizes[0], 2, sizes[1], 2}).reshape({2 * sizes[0], 2 * sizes[1]});
    };
    const Tensor input = x.unsqueeze(0).requires_grad_(), out = max_pool2d(input, 2);
    out.backward(g.unsqueeze(0));
    const Tensor expected = input.grad()[0], all_of_largest = (x == spread(out.detach()[0])).to_double() * spread(g);
    // The last of several: the first of x read backwards.
    const Tensor backwards = reversed(x).unsqueeze(0).requires_grad_();
    max_pool2d(backwards, 2).backward(reversed(g).unsqueeze(0));
    Mistakes mistakes = {
        {spread(g), "Only the largest of each square was taken, so only it gets the gradient; the others get 0."},
        {spread(g) / 4, "This is the gradient of the average. Here the largest gets all of it, the others nothing."},
        {expected * x, "The maximum passes g on as it is: its derivative is 1 where the maximum stands."}};
    if (!all_of_largest.equal(expected)) {
      mistakes.emplace_back(all_of_largest,
                            "Where several are equally large, only the first of them gets the gradient.");
      mistakes.emplace_back(reversed(backwards.grad()[0]),
                            "Where several are equally large, it is the first that gets the gradient: compare with >.");
    }
    expect_close(call, answers.max_pool_gradient(x, g), expected, mistakes);
  };
  check("max_pool_gradient(x, g) for x = {{1, 3, 2, 0}, {4, 2, 9, 1}}, g = {{10, 20}}",
        tensor({{1., 3., 2., 0.}, {4., 2., 9., 1.}}, kFloat64), tensor({10., 20.}, kFloat64).view({1, 2}));
  check("max_pool_gradient(x, g) for negative numbers, x = {{-1, -3}, {-4, -2}}, g = {{5}}",
        tensor({{-1., -3.}, {-4., -2.}}, kFloat64), tensor({5.}, kFloat64).view({1, 1}));
  check("max_pool_gradient(x, g) for x = {{1, 2, 7, 7}, {2, 0, 7, 3}}, g = {{1, -1}}",
        tensor({{1., 2., 7., 7.}, {2., 0., 7., 3.}}, kFloat64), tensor({1., -1.}, kFloat64).view({1, 2}));
  manual_seed(2);
  check("max_pool_gradient(x, g) for x (6, 4)", randn({6, 4}, kFloat64), randn({3, 2}, kFloat64));
}

void check_norm(const Answers& answers) {
  manual_seed(3);
  const double eps = 0.1;
  const Tensor x = randn({5, 3}, kFloat64) * 2 + 1, g = randn({5, 3}, kFloat64);
  const auto gradient = [&](const Tensor& variance, double epsilon) {
    const Tensor scale = (variance + epsilon).rsqrt(), y = (x - x.mean(0)) * scale;
    return scale * (g - g.mean(0) - y * (g * y).mean(0));
  };
  const Tensor variance = x.var(0, false), scale = (variance + eps).rsqrt(), y = (x - x.mean(0)) * scale;
  expect_close(
      "batch_norm_gradient(x, g, 0.1) for x (5, 3)", answers.batch_norm_gradient(x, g, eps), gradient(variance, eps),
      {{scale * g, "Mean and variance are taken for constants here, but they depend on every x of the channel."},
       {scale * (g - g.mean(0)), "The mean is accounted for; the variance depends on x as well: - y * mean(g * y)."},
       {scale * (g - y * (g * y).mean(0)), "The variance is accounted for; the mean depends on x as well: - mean(g)."},
       {g - g.mean(0) - y * (g * y).mean(0), "The factor 1 / sqrt(var + eps) is missing."},
       {scale * (g - g.sum(0) - y * (g * y).sum(0)), "These are means over the batch, not sums."},
       {gradient(x.var(0), eps), "The variance is the biased one, divided by N: x.var(0, false)."},
       {gradient(variance, 0), "eps is missing: 1 / sqrt(var + eps)."},
       {scale * (g - g.mean(1, true) - y * (g * y).mean(1, true)),
        "The means are over the batch, dimension 0, for each channel."}},
      {.rtol = 1e-9, .atol = 1e-9});
  expect_gradient(
      "batch_norm_gradient(x, g, 0.1)",
      [&](const Tensor& t) { return (batch_norm(t, {}, {}, {}, {}, true, 0, eps) * g).sum(); },
      [&](const Tensor& t) { return answers.batch_norm_gradient(t, g, eps); }, x);
}

}  // namespace

std::vector<Task> tasks(const Answers& answers) {
  return {
      {"the columns of a picture", "Element (i, j) meets the part of x that begins at row i and column j.",
       [=] { check_columns(answers); }},
      {"the gradient of the filters", "Which numbers of x did w[o][c][i][j] meet, and what did it add to?",
       [=] { check_weight(answers); }},
      {"the gradient of max pooling", "Find the place of the largest in each square, then write g there.",
       [=] { check_pool(answers); }},
      {"the gradient of batch normalisation", "The README derives it, in the section \"Batch normalisation\".",
       [=] { check_norm(answers); }},
  };
}

}  // namespace chapter_13
