#pragma once
#include <gradus/datasets/mnist.h>
#include <gradus/nn/module.h>

namespace gradus::tutorials {

/// How many samples a network was shown, and for how many its largest output was at the label.
struct Evaluation {
  int64_t samples = 0, right = 0;
  double accuracy() const { return samples > 0 ? static_cast<double>(right) / static_cast<double>(samples) : 0; }
};

/// Shows a network, which takes (N, 784) and returns (N, 10), every digit of a data set, in batches and without
/// recording a graph.
Evaluation evaluate(const nn::Module& network, const datasets::MnistDataset& dataset, int64_t batch_size = 500);

}  // namespace gradus::tutorials
