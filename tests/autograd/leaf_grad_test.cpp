#include <gradus/autograd/anomaly.h>
#include <gradus/autograd/autograd_meta.h>
#include <gradus/autograd/engine.h>
#include <gradus/autograd/random.h>
#include <gradus/nn/linear.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/sgd.h>

#include <gtest/gtest.h>

#include <cmath>

// The gradient of a weight waits as an outer product. Nobody may notice, except by the time it takes.
namespace gradus {
namespace {

bool waits(const Tensor& leaf) { return leaf.impl()->autograd_meta().grad.product() != nullptr; }

struct OneSample : testing::Test {
  OneSample() { manual_seed(3); }

  Tensor weight = randn({40, 50}).requires_grad_(), x = randn({50}), g = randn({40});
  Tensor expected = g.unsqueeze(1).mm(x.unsqueeze(0));
  void backward() { linear(x, weight).backward(g); }
};

TEST_F(OneSample, GradientWaitsUntilItIsRead) {
  backward();
  EXPECT_TRUE(waits(weight));
  EXPECT_TRUE(weight.grad().equal(expected));
  EXPECT_FALSE(waits(weight));
  EXPECT_FALSE(weight.grad().requires_grad());
}

TEST_F(OneSample, ABatchOfOneIsOneSample) {
  linear(x.unsqueeze(0), weight).backward(g.unsqueeze(0));
  EXPECT_TRUE(waits(weight));
  EXPECT_TRUE(weight.grad().equal(expected));
}

TEST_F(OneSample, ChangingTheInputAfterwardsChangesNothing) {
  backward();
  x.zero_();
  g.zero_();
  EXPECT_TRUE(weight.grad().equal(expected));
}

TEST_F(OneSample, LaterGradientsAreAdded) {
  backward();
  backward();
  EXPECT_FALSE(waits(weight));
  EXPECT_TRUE(weight.grad().equal(expected + expected));
}

TEST_F(OneSample, AWeightUsedTwiceGetsBothGradients) {
  const Tensor square = randn({45, 45}).requires_grad_(), input = randn({45});
  linear(linear(input, square), square).sum().backward();
  const Tensor once = square.grad();
  square.mutable_grad() = Tensor();
  square.matmul(square.matmul(input)).sum().backward();
  EXPECT_TRUE(once.allclose(square.grad(), {.rtol = 1e-4, .atol = 1e-5}));
}

TEST_F(OneSample, HooksSeeTheMatrix) {
  int calls = 0;
  weight.register_hook([&](const Tensor& gradient) {
    ++calls;
    EXPECT_TRUE(gradient.equal(expected));
    return gradient * 2;
  });
  backward();
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(weight.grad().equal(expected * 2));
}

TEST_F(OneSample, GradReturnsTheMatrixAndLeavesTheLeafAlone) {
  const TensorList gradients = autograd::grad({linear(x, weight)}, {weight}, {g});
  EXPECT_TRUE(gradients[0].equal(expected));
  EXPECT_FALSE(weight.grad().defined());
}

TEST_F(OneSample, BackwardIntoOtherInputsLeavesTheLeafAlone) {
  const Tensor input = x.clone().requires_grad_();
  linear(input, weight).backward(g, std::nullopt, false, {input});
  EXPECT_FALSE(weight.grad().defined());
  linear(input, weight).backward(g, std::nullopt, false, {weight});
  EXPECT_TRUE(weight.grad().equal(expected));
}

TEST_F(OneSample, CreateGraphGivesAGradientWithAHistory) {
  const Tensor input = x.clone().requires_grad_();
  linear(input, weight).backward(g, std::nullopt, /*create_graph=*/true);
  EXPECT_TRUE(weight.grad().requires_grad());
  weight.mutable_grad() = Tensor();
}

TEST_F(OneSample, AnomalyModeSeesItsNaN) {
  const autograd::DetectAnomalyGuard guard;
  x[0].fill_(NAN);
  EXPECT_THROW(backward(), Error);
}

TEST_F(OneSample, ZeroGradForgetsItOrMakesItZeros) {
  optim::SGD optimizer({weight}, {.lr = 0.1});
  backward();
  optimizer.zero_grad(/*set_to_none=*/false);
  EXPECT_TRUE(weight.grad().equal(zeros({40, 50})));
  optimizer.zero_grad();
  EXPECT_FALSE(weight.grad().defined());
  backward();
  optimizer.zero_grad();
  EXPECT_FALSE(weight.grad().defined());
}

TEST_F(OneSample, ModuleToConvertsIt) {
  nn::Linear layer(50, 40);
  layer(x).sum().backward();
  ASSERT_TRUE(waits(layer.weight));
  layer.to(kFloat64);
  EXPECT_EQ(layer.weight.grad().dtype(), kFloat64);
  EXPECT_TRUE(layer.weight.grad().equal(ones({40, 1}).mm(x.unsqueeze(0)).to(kFloat64)));
}

/// The weight after three steps; its gradient is read, and so written out, before each step or not.
template <class Optimizer, class Options>
Tensor after_three_steps(Dtype dtype, Options options, bool read) {
  manual_seed(4);
  Tensor weight = randn({40, 50}, dtype).requires_grad_();
  Optimizer optimizer({weight}, options);
  for (int step = 0; step < 3; ++step) {
    optimizer.zero_grad();
    linear(randn({50}, dtype), weight).backward(randn({40}, dtype));
    EXPECT_TRUE(waits(weight));
    if (read) {
      EXPECT_TRUE(weight.grad().defined());
    }
    optimizer.step();
  }
  return weight.detach();
}

template <class Optimizer, class Options>
void expect_the_same_steps(Options options) {
  for (const Dtype dtype : {kFloat32, kFloat64}) {
    const Tensor by_factors = after_three_steps<Optimizer>(dtype, options, false);
    const Tensor by_matrix = after_three_steps<Optimizer>(dtype, options, true);
    const double ulps = dtype == kFloat32 ? 1e-6 : 1e-15;
    EXPECT_TRUE(by_factors.allclose(by_matrix, {.rtol = ulps, .atol = ulps}));
  }
}

TEST(OuterProductSteps, AreThoseOfTheMatrix) {
  expect_the_same_steps<optim::SGD>(optim::SGDOptions{.lr = 0.1});
  expect_the_same_steps<optim::SGD>(optim::SGDOptions{.lr = 0.1, .weight_decay = 0.2, .maximize = true});
  expect_the_same_steps<optim::SGD>(optim::SGDOptions{.lr = 0.1, .momentum = 0.9, .nesterov = true});
  expect_the_same_steps<optim::Adam>(optim::AdamOptions{.lr = 0.1});
  expect_the_same_steps<optim::Adam>(optim::AdamOptions{.lr = 0.1, .weight_decay = 0.2, .amsgrad = true});
  expect_the_same_steps<optim::AdamW>(optim::AdamWOptions{.lr = 0.1, .weight_decay = 0.2});
}

}  // namespace
}  // namespace gradus
