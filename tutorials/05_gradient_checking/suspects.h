#pragma once
#include <gradus/autograd/tensor.h>

// The ops that the chapter checks; some of them are wrong. First those of its network, then two that mend one of them,
// and two that seem right where one happens to look.
namespace chapter_05 {
using namespace gradus;

Tensor affine(const Tensor& x, const Tensor& w, const Tensor& b);
Tensor standardise(const Tensor& x);
Tensor own_tanh(const Tensor& x);
Tensor own_log_softmax(const Tensor& x);
Tensor own_nll_loss(const Tensor& x, const Tensor& target);
Tensor mended(const Tensor& x);
Tensor mended_twice(const Tensor& x);
Tensor half_right(const Tensor& x);
Tensor trembling(const Tensor& x);

}  // namespace chapter_05
