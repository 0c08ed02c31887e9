#pragma once
#include <gradus/autograd/ops.h>

/// Layers and losses as functions (https://pytorch.org/docs/stable/nn.functional.html). Most are the ops of the same
/// name; here stands what differs from them.
namespace gradus::nn::functional {

using gradus::avg_pool2d;
using gradus::batch_norm;
using gradus::binary_cross_entropy;
using gradus::binary_cross_entropy_with_logits;
using gradus::conv2d;
using gradus::cross_entropy;
using gradus::dropout;
using gradus::layer_norm;
using gradus::leaky_relu;
using gradus::linear;
using gradus::log_softmax;
using gradus::logsigmoid;
using gradus::max_pool2d;
using gradus::max_pool2d_with_indices;
using gradus::nll_loss;
using gradus::one_hot;
using gradus::relu;
using gradus::sigmoid;
using gradus::softmax;
using gradus::softplus;
using gradus::tanh;

/// Mean (or sum, or each) of (input - target)^2. Warns when the sizes differ, since broadcasting is then seldom meant.
Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::kMean);
/// Mean (or sum, or each) of |input - target|. Warns as mse_loss.
Tensor l1_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::kMean);
/// (input - target)^2 / (2 beta) where |input - target| < beta, |input - target| - beta / 2 elsewhere. Warns as
/// mse_loss. Throws ValueError for a negative beta.
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::kMean,
                      double beta = 1);

}  // namespace gradus::nn::functional
