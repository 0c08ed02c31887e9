#pragma once
#include <gradus/autograd/engine.h>
#include <gradus/autograd/tensor.h>
#include <gtest/gtest.h>

namespace gradus {

/// Expects the gradients of function(inputs) to be the same from the fused kernels, which serve while recording is off,
/// and from the composed formulas, which serve under create_graph.
template <class F>
void expect_fused_equals_composed(F function, const TensorList& inputs, CloseOptions tolerance = {1e-10, 1e-12}) {
  TensorList leaves;
  for (const Tensor& input : inputs) leaves.push_back(input.detach().requires_grad_());
  const Tensor out = function(leaves);
  const TensorList weights{randn_like(out)};
  const TensorList fused = autograd::grad({out}, leaves, weights, true, false);
  const TensorList composed = autograd::grad({out}, leaves, weights, true, true);
  for (size_t i = 0; i < leaves.size(); ++i) {
    EXPECT_EQ(fused[i].sizes(), leaves[i].sizes());
    EXPECT_TRUE(fused[i].allclose(composed[i], tolerance))
        << "input " << i << ": fused " << fused[i] << ", composed " << composed[i];
  }
}

}  // namespace gradus
