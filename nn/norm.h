#pragma once
#include <gradus/nn/module.h>
#include <optional>

namespace gradus::nn {

struct LayerNormOptions {
  double eps = 1e-5;
  bool elementwise_affine = true;
  bool bias = true;
};

/// (x - mean) / sqrt(var + eps) * weight + bias, with mean and biased variance over the last dimensions, which have
/// the sizes normalized_shape (https://pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html).
class LayerNorm : public Module {
 public:
  explicit LayerNorm(IntArrayRef normalized_shape, LayerNormOptions options = {});
  /// Throws Error if weight or bias was made a handle on some other tensor.
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

  Parameter weight;  // ones of normalized_shape, or undefined without elementwise_affine
  Parameter bias;    // zeros of normalized_shape, or undefined

 private:
  Dims normalized_shape_;
  LayerNormOptions options_;
};

struct BatchNormOptions {
  double eps = 1e-5;
  std::optional<double> momentum = 0.1;  // nullopt: the running statistics are plain means of all batches
  bool affine = true;
  bool track_running_stats = true;
};

/// What BatchNorm1d and BatchNorm2d have in common: (x - mean) / sqrt(var + eps) * weight + bias, with mean and biased
/// variance of each channel x[:, c]. In training these are the batch's, and the running statistics move towards them by
/// `momentum`, the variance as the unbiased one; in evaluation the running statistics take their place. Without
/// track_running_stats they are always the batch's.
class BatchNorm : public Module {
 public:
  /// Throws ValueError for an input of other dimensions, and in training if a channel has one value only.
  Tensor forward(const Tensor& x) const override;
  /// Mean 0, variance 1, no batches counted.
  void reset_running_stats();
  /// The running statistics, and weight 1 and bias 0.
  void reset_parameters();
  std::string extra_repr() const override;

  Parameter weight;            // ones (C), or undefined without affine
  Parameter bias;              // zeros (C), or undefined
  Buffer running_mean;         // (C), or undefined without track_running_stats; likewise
  Buffer running_var;          // (C)
  Buffer num_batches_tracked;  // int64

 protected:
  BatchNorm(int64_t num_features, BatchNormOptions options);

 private:
  virtual void check_input_dim(int64_t dim) const = 0;

  int64_t num_features_;
  BatchNormOptions options_;
};

/// Batch normalisation of x (N, C) or (N, C, L)
/// (https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html).
class BatchNorm1d : public BatchNorm {
 public:
  explicit BatchNorm1d(int64_t num_features, BatchNormOptions options = {}) : BatchNorm(num_features, options) {}

 private:
  void check_input_dim(int64_t dim) const override;
};

/// Batch normalisation of images (N, C, H, W) (https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html).
class BatchNorm2d : public BatchNorm {
 public:
  explicit BatchNorm2d(int64_t num_features, BatchNormOptions options = {}) : BatchNorm(num_features, options) {}

 private:
  void check_input_dim(int64_t dim) const override;
};

}  // namespace gradus::nn
