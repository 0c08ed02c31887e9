#pragma once
#include <gradus/datasets/mnist.h>
#include <gradus/tutorials/common/classifier.h>
#include <gradus/tutorials/common/progress.h>

namespace gradus::tutorials {

/// Shows a classifier every digit of a data set once, in the order of the file, `batch_size` at a time; batches of 1
/// are single images (784). Advances `progress`.
void train_epoch(Classifier& classifier, const datasets::MnistDataset& dataset, int64_t batch_size, Progress& progress);

}  // namespace gradus::tutorials
