#include "cases.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace benchmarks {
namespace {

std::string with_commas(int64_t number) {
  std::string text = std::to_string(number);
  for (int64_t i = static_cast<int64_t>(text.size()) - 3; i > 0; i -= 3) text.insert(static_cast<size_t>(i), ",");
  return text;
}

int cores() { return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)); }

void add_training(std::vector<Row>& rows) {
  const auto add = [&](const std::string& work, const std::string& title, int64_t batch, double l, double m) {
    rows.push_back({.section = "training and inference, 784-200-10",
                    .title = fmt::format("{}, batch {}", title, batch),
                    .work = work,
                    .size = batch,
                    .target_l = l,
                    .target_m = m});
  };
  add("train_sgd", "SGD", 1, 7, 0.80);
  add("train_sgd", "SGD", 32, 1.35, 0.93);
  add("train_sgd", "SGD", 256, 1, 0.95);
  add("train_adam", "Adam", 1, 5.5, 0.80);
  add("train_adam", "Adam", 32, 1.8, 0.90);
  add("train_adam", "Adam", 256, 1.35, 0.93);
  add("infer", "inference", 1, 7, 0.75);
  add("infer", "inference", 32, 1.1, 0.95);
  add("infer", "inference", 256, 1, 0.97);
}

/// LibTorch and gradus need at least 1,000 elements to show more than the cost of a call. Two tensors of 100,000 take
/// most of a second-level cache, and how well they fit is decided by the physical pages that a program gets at its
/// start: these rows see as many starts as rounds.
void add_operations(std::vector<Row>& rows) {
  struct Operation {
    const char *work, *title;
    double l_small, l_large;
  };
  const Operation operations[] = {{"add", "x + y", 3, 1},
                                  {"add_reused", "x += y", 3, 1},
                                  {"mul", "x * y", 3, 1},
                                  {"mul_reused", "x *= y", 3, 1},
                                  {"bias_add", "[N, M] + [M]", 3, 1},
                                  {"column_mul", "[N, M] * [N, 1]", 3, 1},
                                  {"sum", "sum", 3, 1},
                                  {"sum_axis0", "sum over axis 0", 3, 1},
                                  {"sum_axis1", "sum over axis 1", 3, 1},
                                  {"max_axis1", "max over axis 1", 3, 1},
                                  {"softmax", "softmax", 3, 1.5},
                                  {"transpose", "transpose, copied", 3, 1.5},
                                  {"exp", "exp", 2, 1.5},
                                  {"log", "log", 2, 1},
                                  {"sigmoid", "sigmoid", 2, 1.5},
                                  {"sigmoid_reused", "sigmoid in place", 2, 1.5},
                                  {"tanh", "tanh", 2, 1}};
  for (const int64_t size : {1'000, 100'000, 10'000'000}) {
    const bool small = size == 1'000, fills_cache = size == 100'000;
    for (const Operation& o : operations) {
      rows.push_back({.section = fmt::format("operations on {} elements", with_commas(size)),
                      .title = o.title,
                      .work = o.work,
                      .size = size,
                      .started_anew = fills_cache,
                      .target_l = small ? o.l_small : o.l_large,
                      .target_m = small ? 0 : 0.8});
    }
  }
}

void add_csv(std::vector<Row>& rows, int64_t size) {
  const std::string title = fmt::format("{} rows of CSV", with_commas(size));
  rows.push_back({.section = "reading",
                  .title = title,
                  .work = "csv",
                  .size = size,
                  .target_l = 9,
                  .target_m = 0.75,
                  .peer = "pandas"});
  rows.push_back({.section = "reading",
                  .title = title,
                  .work = "csv",
                  .size = size,
                  .target_l = 4.5,
                  .target_m = 0.75,
                  .peer = "numpy"});
}

void add_threads(std::vector<Row>& rows, int threads) {
  const bool judged = threads >= 4;
  const auto add = [&](const char* work, const char* title, int64_t batch, double l, double m) {
    rows.push_back({.section = fmt::format("training at {} threads", threads),
                    .title = fmt::format("{}, batch {}", title, batch),
                    .work = work,
                    .size = batch,
                    .threads = threads,
                    .target_l = judged ? l : 0,
                    .target_m = judged ? m : 0});
  };
  add("train_sgd", "SGD", 1, 0, 0);
  add("train_sgd", "SGD", 32, 2.5, 0.5);
  add("train_sgd", "SGD", 256, 1.8, 0.7);
}

}  // namespace

std::vector<Row> target_rows() {
  std::vector<Row> rows;
  add_training(rows);
  rows.push_back({.section = "the graph",
                  .title = "1,000 nodes of one element, forward + backward",
                  .work = "chain",
                  .size = 1000,
                  .target_l = 30});
  add_operations(rows);
  add_csv(rows, 60'000);
  rows.push_back({.section = "waiting", .title = "start of a hello program", .work = "start", .target_l = 30});
  rows.push_back({.section = "waiting", .title = "compiling the MNIST program", .work = "compile", .target_l = 10});
  if (cores() > 1) add_threads(rows, std::min(cores(), 4));
  return rows;
}

std::vector<Row> further_rows() {
  std::vector<Row> rows;
  const auto add = [&](const std::string& section, const std::string& work, const std::string& title, int64_t size) {
    rows.push_back(
        {.section = section, .title = fmt::format("{} {}", title, with_commas(size)), .work = work, .size = size});
  };
  for (const int64_t n : {64, 128, 256, 512, 1024}) add("matrix product, n x n", "matmul", "n =", n);
  for (const int64_t n : {1, 32, 256}) add("layers, forward + backward", "layer_norm", "layer_norm of 200, rows:", n);
  for (const int64_t n : {1, 32, 256})
    add("layers, forward + backward", "cross_entropy", "cross entropy of 10, rows:", n);
  for (const int threads : {2, 4}) {
    if (threads <= cores() && threads != std::min(cores(), 4)) add_threads(rows, threads);
  }
  rows.push_back({.section = "reading",
                  .title = "10,000 rows of gzipped CSV",
                  .work = "csv_gzip",
                  .size = 10'000,
                  .peer = "none"});
  for (const int64_t n : {1'000, 10'000, 100'000, 1'000'000}) add("growth: nodes", "chain", "nodes:", n);
  for (const int64_t n : {50, 100, 200, 400, 800, 1600, 3200})
    add("growth: hidden width, SGD, batch 1", "width_sgd", "width:", n);
  for (int64_t n = 1; n <= 1024; n *= 2) add("growth: batch, SGD", "train_sgd", "batch:", n);
  for (const int64_t n : {1'000, 10'000, 100'000, 1'000'000}) {
    rows.push_back({.section = "growth: rows of CSV",
                    .title = fmt::format("rows: {}", with_commas(n)),
                    .work = "csv",
                    .size = n,
                    .peer = "none"});
  }
  return rows;
}

}  // namespace benchmarks
