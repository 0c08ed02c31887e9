#include <gradus/datasets/dataloader.h>
#include <gradus/tutorials/common/training.h>

namespace gradus::tutorials {

void train_epoch(Classifier& classifier, const datasets::MnistDataset& dataset, int64_t batch_size,
                 Progress& progress) {
  if (batch_size == 1) {
    for (const auto& [label, image, target] : dataset) {
      classifier.train(image, target);
      progress.advance();
    }
    progress.stop();
    return;
  }
  datasets::DataLoader loader(dataset, {.batch_size = batch_size});
  for (const auto& [labels, images, targets] : loader) {
    classifier.train(images, targets);
    progress.advance(labels.size(0));
  }
  progress.stop();
}

}  // namespace gradus::tutorials
