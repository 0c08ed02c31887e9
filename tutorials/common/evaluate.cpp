#include <gradus/autograd/tensor.h>
#include <gradus/datasets/dataloader.h>
#include <gradus/tutorials/common/evaluate.h>

namespace gradus::tutorials {

Evaluation evaluate(const nn::Module& network, const datasets::MnistDataset& dataset, int64_t batch_size) {
  const NoGradGuard no_grad;
  Evaluation result;
  datasets::DataLoader loader(dataset, {.batch_size = batch_size});
  for (const auto& [labels, images, targets] : loader) {
    const Tensor predictions = network(images).argmax(1);  // (N)
    result.right += (predictions == labels).sum().item<int64_t>();
    result.samples += labels.size(0);
  }
  return result;
}

}  // namespace gradus::tutorials
