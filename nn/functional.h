#pragma once
#include <gradus/autograd/ops.h>

/// Layers and losses as functions (https://pytorch.org/docs/stable/nn.functional.html): the ops of the same names.
namespace gradus::nn::functional {

using gradus::avg_pool2d;
using gradus::batch_norm;
using gradus::binary_cross_entropy;
using gradus::binary_cross_entropy_with_logits;
using gradus::conv2d;
using gradus::cross_entropy;
using gradus::dropout;
using gradus::l1_loss;
using gradus::layer_norm;
using gradus::leaky_relu;
using gradus::linear;
using gradus::log_softmax;
using gradus::logsigmoid;
using gradus::max_pool2d;
using gradus::max_pool2d_with_indices;
using gradus::mse_loss;
using gradus::nll_loss;
using gradus::one_hot;
using gradus::relu;
using gradus::sigmoid;
using gradus::smooth_l1_loss;
using gradus::softmax;
using gradus::softplus;
using gradus::tanh;

}  // namespace gradus::nn::functional
