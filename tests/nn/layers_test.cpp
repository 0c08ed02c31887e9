#include <gradus/autograd/random.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/flatten.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/norm.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gradus {
namespace {

TEST(Linear, StartsUniformWithinOneOverRootOfInputs) {
  manual_seed(1);
  const nn::Linear linear(100, 400);
  for (const Tensor& parameter : linear.parameters()) {
    EXPECT_LE(parameter.abs().max().item<double>(), 0.1);
    EXPECT_GT(parameter.max().item<double>(), 0.097);
    EXPECT_LT(parameter.min().item<double>(), -0.097);
    EXPECT_NEAR(parameter.mean().item<double>(), 0, 0.01);
    EXPECT_NEAR(parameter.std().item<double>(), 0.1 / std::sqrt(3), 0.003);
  }
  // Weight first, then bias, from the generator that manual_seed seeds.
  manual_seed(1);
  EXPECT_TRUE(linear.weight.equal(empty({400, 100}).uniform_(-0.1, 0.1)));
  EXPECT_TRUE(linear.bias.equal(empty({400}).uniform_(-0.1, 0.1)));
}

TEST(Linear, ComputesXWTransposedPlusB) {
  nn::Linear linear(3, 2);
  {
    const NoGradGuard no_grad;
    linear.weight.copy_(tensor({{1., 2., 3.}, {4., 5., 6.}}));
    linear.bias.copy_(tensor({10., 20.}));
  }
  EXPECT_EQ(linear(tensor({1., 0., -1.})).to_vector<double>(), (std::vector<double>{8, 18}));
  EXPECT_EQ(linear(ones({2, 2, 3})).sizes(), IntArrayRef({2, 2, 2}));
  const nn::Linear plain(3, 2, {.bias = false});
  EXPECT_EQ(plain.parameters().size(), 1u);
  EXPECT_EQ(plain.state_dict().keys(), (std::vector<std::string>{"weight"}));
  EXPECT_FALSE(plain.bias.defined());
  EXPECT_TRUE(plain(zeros({1, 3})).equal(zeros({1, 2})));
}

TEST(Linear, WithoutInputsIsItsBias) {
  const nn::Linear linear(0, 2);
  EXPECT_EQ(linear(empty({1, 0})).to_vector<double>(), (std::vector<double>{0, 0}));
}

TEST(Activation, Values) {
  const Tensor x = tensor({-2., 0., 2.});
  EXPECT_TRUE(nn::Sigmoid()(x).allclose(tensor({0.11920292, 0.5, 0.88079708})));
  EXPECT_TRUE(nn::Tanh()(x).allclose(tensor({-0.96402758, 0., 0.96402758})));
  EXPECT_TRUE(nn::ReLU()(x).equal(tensor({0., 0., 2.})));
  EXPECT_TRUE(nn::LeakyReLU()(x).equal(tensor({-0.02, 0., 2.})));
  EXPECT_TRUE(nn::LeakyReLU({.negative_slope = 0.5})(x).equal(tensor({-1., 0., 2.})));
  EXPECT_TRUE(nn::Softmax(0)(x).allclose(tensor({0.01587624, 0.11731043, 0.86681333})));
  EXPECT_TRUE(nn::LogSoftmax(0)(x).allclose(tensor({0.01587624, 0.11731043, 0.86681333}).log()));
  EXPECT_TRUE(nn::Softplus()(x).allclose(tensor({0.12692801, 0.69314718, 2.12692801})));
  EXPECT_TRUE(nn::Softplus({.beta = 2, .threshold = 3})(x).allclose(tensor({0.00907496, 0.34657359, 2.})));
}

TEST(Dropout, ActsWhileTrainingOnly) {
  manual_seed(2);
  nn::Dropout dropout({.p = 0.25});
  const Tensor x = ones({10000});
  const Tensor y = dropout(x);
  const double kept = y.ne(0).sum().item<double>() / 10000;
  EXPECT_NEAR(kept, 0.75, 0.02);
  EXPECT_TRUE(y.equal(y.ne(0).to(kFloat32) / 0.75));
  dropout.eval();
  EXPECT_TRUE(dropout(x).equal(x));
  EXPECT_TRUE(nn::Dropout(0)(x).equal(x));
  EXPECT_TRUE(nn::Dropout(1)(x).equal(zeros({10000})));
  try {
    nn::Dropout(-1.0);
    FAIL() << "no error";
  } catch (const ValueError& error) {
    EXPECT_STREQ(error.what(), "dropout probability has to be between 0 and 1, but got -1.0");
  }
}

TEST(LayerNorm, NormalisesTheLastDimensions) {
  manual_seed(3);
  nn::LayerNorm norm({4, 3});
  EXPECT_TRUE(norm.weight.equal(ones({4, 3})));
  EXPECT_TRUE(norm.bias.equal(zeros({4, 3})));
  const Tensor x = randn({5, 4, 3}) * 3 + 2;
  const Tensor y = norm(x);
  EXPECT_TRUE(y.mean({1, 2}).allclose(zeros({5}), {.atol = 1e-6}));
  EXPECT_TRUE(y.var({1, 2}, false).allclose(ones({5}), {.rtol = 1e-4}));
  {
    const NoGradGuard no_grad;
    norm.weight.fill_(2);
    norm.bias.fill_(1);
  }
  EXPECT_TRUE(norm(x).allclose(y * 2 + 1, {.rtol = 1e-5, .atol = 1e-6}));
  EXPECT_EQ(nn::LayerNorm(3, {.elementwise_affine = false}).parameters().size(), 0u);
  EXPECT_EQ(nn::LayerNorm(3, {.bias = false}).parameters().size(), 1u);
  EXPECT_THROW(norm(ones({4, 2})), Error);
}

TEST(Flatten, AndBack) {
  const Tensor x = arange(24.0).view({2, 3, 4});
  EXPECT_TRUE(nn::Flatten()(x).equal(x.view({2, 12})));
  EXPECT_TRUE(nn::Flatten({.start_dim = 0, .end_dim = 1})(x).equal(x.view({6, 4})));
  EXPECT_TRUE(nn::Unflatten(1, {3, 4})(x.view({2, 12})).equal(x));
  EXPECT_TRUE(nn::Identity()(x).is_same(x));
}

}  // namespace
}  // namespace gradus
