#pragma once
#include <gradus/autograd/ops.h>
#include <gradus/nn/module.h>

// Losses take (input, target) and give one number, or one an element with Reduction::kNone
// (https://pytorch.org/docs/stable/nn.html#loss-functions).
namespace gradus::nn {

struct LossOptions {
  Reduction reduction = Reduction::kMean;
};

/// (input - target)^2. Warns when the sizes differ.
class MSELoss : public Module {
 public:
  explicit MSELoss(LossOptions options = {}) : options_(options) {}
  Tensor forward(const Tensor& input, const Tensor& target) const override;

 private:
  LossOptions options_;
};

/// |input - target|. Warns when the sizes differ.
class L1Loss : public Module {
 public:
  explicit L1Loss(LossOptions options = {}) : options_(options) {}
  Tensor forward(const Tensor& input, const Tensor& target) const override;

 private:
  LossOptions options_;
};

struct SmoothL1LossOptions {
  Reduction reduction = Reduction::kMean;
  double beta = 1;
};

/// Quadratic below a distance of beta, linear above. Warns when the sizes differ.
class SmoothL1Loss : public Module {
 public:
  explicit SmoothL1Loss(SmoothL1LossOptions options = {}) : options_(options) {}
  Tensor forward(const Tensor& input, const Tensor& target) const override;

 private:
  SmoothL1LossOptions options_;
};

struct BCELossOptions {
  Tensor weight = {};  // factor of each element's loss
  Reduction reduction = Reduction::kMean;
};

/// -(t log p + (1 - t) log(1 - p)), each log at least -100, of probabilities p. Throws Error unless all p are in [0,
/// 1].
class BCELoss : public Module {
 public:
  explicit BCELoss(const BCELossOptions& options = {});
  Tensor forward(const Tensor& input, const Tensor& target) const override;

  Buffer weight;

 private:
  Reduction reduction_;
};

struct BCEWithLogitsLossOptions {
  Tensor weight = {};  // factor of each element's loss
  Reduction reduction = Reduction::kMean;
  Tensor pos_weight = {};  // factor of the positive examples, one a class
};

/// BCELoss of sigmoid(input), without overflow.
class BCEWithLogitsLoss : public Module {
 public:
  explicit BCEWithLogitsLoss(const BCEWithLogitsLossOptions& options = {});
  Tensor forward(const Tensor& input, const Tensor& target) const override;

  Buffer weight;
  Buffer pos_weight;

 private:
  Reduction reduction_;
};

struct NLLLossOptions {
  Tensor weight = {};  // (classes)
  int64_t ignore_index = -100;
  Reduction reduction = Reduction::kMean;
};

/// -input[target] of log-probabilities (N, classes) and class numbers (N).
class NLLLoss : public Module {
 public:
  explicit NLLLoss(const NLLLossOptions& options = {});
  Tensor forward(const Tensor& input, const Tensor& target) const override;

  Buffer weight;

 private:
  int64_t ignore_index_;
  Reduction reduction_;
};

struct CrossEntropyLossOptions {
  Tensor weight = {};  // (classes)
  int64_t ignore_index = -100;
  Reduction reduction = Reduction::kMean;
  double label_smoothing = 0;
};

/// -log softmax(input)[target] of scores (N, classes) and class numbers (N) or class probabilities (N, classes).
class CrossEntropyLoss : public Module {
 public:
  explicit CrossEntropyLoss(const CrossEntropyLossOptions& options = {});
  Tensor forward(const Tensor& input, const Tensor& target) const override;

  Buffer weight;

 private:
  int64_t ignore_index_;
  Reduction reduction_;
  double label_smoothing_;
};

}  // namespace gradus::nn
