#pragma once
#include "../work.h"

// The limit: what the machine does when nothing stands between a loop, OpenBLAS and the numbers. No tensors, no graph;
// gradients are written into buffers and then applied, as a library has to do it.
namespace benchmarks::limit {

// network.cpp
Work train_sgd(int64_t batch);
Work train_adam(int64_t batch);
Work infer(int64_t batch);
Work width_sgd(int64_t hidden);

// graph.cpp
Work chain(int64_t nodes);

// operations.cpp
Work add(int64_t size);
Work add_reused(int64_t size);
Work mul(int64_t size);
Work mul_reused(int64_t size);
Work bias_add(int64_t size);
Work column_mul(int64_t size);
Work sum(int64_t size);
Work sum_axis0(int64_t size);
Work sum_axis1(int64_t size);
Work max_axis1(int64_t size);
Work softmax(int64_t size);
Work transpose(int64_t size);
Work exp(int64_t size);
Work log(int64_t size);
Work sigmoid(int64_t size);
Work sigmoid_reused(int64_t size);
Work tanh(int64_t size);
Work matmul(int64_t size);

// layers.cpp
Work layer_norm(int64_t rows);
Work cross_entropy(int64_t rows);

// csv.cpp
Work csv(int64_t rows);
Work csv_gzip(int64_t rows);

}  // namespace benchmarks::limit
