#pragma once
// The steps of the optimizers, each as one pass over a parameter, its gradient and what is remembered for it. They
// serve tensors that are contiguous and of one floating-point dtype; for others they do nothing and return false, and
// the caller goes by the formula in Tensor operations. No history is made: call them while recording is off.
#include <gradus/autograd/leaf_grad.h>
#include <gradus/autograd/tensor.h>

namespace gradus::kernels {

struct SGDStep {
  double lr, momentum, dampening, weight_decay;
  bool nesterov, maximize;
};
/// SGD's step. `velocity` is undefined without momentum and before the first step, when it becomes the gradient.
bool sgd_step(Tensor& p, const Tensor& g, Tensor& velocity, const SGDStep& step);
/// SGD's step without momentum, the gradient given by its factors: the same numbers, without the matrix.
bool sgd_step(Tensor& p, const OuterProduct& g, const SGDStep& step);

struct AdamStep {
  double step_size;          // lr / (1 - beta1^t)
  double beta1, beta2;       //
  double correction;         // sqrt(1 - beta2^t)
  double eps, weight_decay;  // weight_decay is added to the gradient
  double shrink;             // what p is multiplied by first: 1 - lr weight_decay in AdamW, otherwise 1
  bool maximize;
};
/// Adam's and AdamW's step. `max_v` is undefined without amsgrad.
bool adam_step(Tensor& p, const Tensor& g, Tensor& m, Tensor& v, const Tensor& max_v, const AdamStep& step);
bool adam_step(Tensor& p, const OuterProduct& g, Tensor& m, Tensor& v, const Tensor& max_v, const AdamStep& step);

struct RMSpropStep {
  double lr, alpha, eps, weight_decay, momentum;
  bool maximize;
};
/// RMSprop's step. `momentum_buffer` is undefined without momentum, `grad_avg` unless centered.
bool rmsprop_step(Tensor& p, const Tensor& g, Tensor& square_avg, const Tensor& momentum_buffer, const Tensor& grad_avg,
                  const RMSpropStep& step);

}  // namespace gradus::kernels
