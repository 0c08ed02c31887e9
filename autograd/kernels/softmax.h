#pragma once
#include <gradus/autograd/tensor.h>

namespace gradus::kernels {

/// exp(x) / sum(exp(x)) along `dim` (counted from the front), shifted so that nothing overflows.
Tensor softmax(const Tensor& x, int64_t dim);
/// x - log(sum(exp(x))) along `dim`.
Tensor log_softmax(const Tensor& x, int64_t dim);
/// y (g - sum(g y)), with y the softmax.
Tensor softmax_backward(const Tensor& g, const Tensor& y, int64_t dim);
/// g - exp(y) sum(g), with y the logarithm of the softmax.
Tensor log_softmax_backward(const Tensor& g, const Tensor& y, int64_t dim);

}  // namespace gradus::kernels
