#include <gradus/autograd/engine.h>
#include <gradus/autograd/random.h>
#include <gradus/autograd/tensor.h>
#include <gradus/tests/autograd/fused_backward.h>
#include <gtest/gtest.h>

namespace gradus {
namespace {

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(LayerNorm, NormalisesTheLastDimensions) {
  manual_seed(0);
  const Tensor x = randn({2, 3, 20}, kFloat64) * 3 + 5, w = randn({20}, kFloat64), b = randn({20}, kFloat64);
  const Tensor y = (x - x.mean(-1, true)) / (x.var(-1, false, true) + 1e-5).sqrt();
  EXPECT_TRUE(layer_norm(x, 20).allclose(y));
  EXPECT_TRUE(layer_norm(x, 20, w).allclose(y * w));
  EXPECT_TRUE(layer_norm(x, 20, {}, b).allclose(y + b));
  EXPECT_TRUE(layer_norm(x, 20, w, b).allclose(y * w + b));
  EXPECT_TRUE(layer_norm(x.transpose(0, 2), 2).allclose(layer_norm(x.transpose(0, 2).contiguous(), 2)));
  const Tensor both = (x - x.mean({1, 2}, true)) / (x.var({1, 2}, false, true) + 0.1).sqrt();
  EXPECT_TRUE(layer_norm(x, {3, 20}, {}, {}, 0.1).allclose(both));
}

TEST(LayerNorm, OfEqualElementsAndOfNothing) {
  EXPECT_EQ(layer_norm(ones({1, 4}), 4).to_vector<double>(), (std::vector<double>(4, 0)));
  EXPECT_EQ(layer_norm(zeros({3, 0}), 0).sizes(), (IntArrayRef{3, 0}));
  const Tensor x = zeros({0, 4}, requires_grad()), w = ones({4}, requires_grad());
  layer_norm(x, 4, w).sum().backward();
  EXPECT_EQ(x.grad().sizes(), (IntArrayRef{0, 4}));
  EXPECT_EQ(w.grad().to_vector<double>(), (std::vector<double>(4, 0)));
}

TEST(LayerNorm, FusedGradientEqualsComposed) {
  manual_seed(0);
  const Tensor x = randn({100, 18}, kFloat64), w = randn({18}, kFloat64), b = randn({18}, kFloat64);
  expect_fused_equals_composed([](const TensorList& in) { return layer_norm(in[0], 18); }, {x});
  expect_fused_equals_composed([](const TensorList& in) { return layer_norm(in[0], 18, in[1]); }, {x, w});
  expect_fused_equals_composed([](const TensorList& in) { return layer_norm(in[0], 18, {}, in[1]); }, {x, b});
  expect_fused_equals_composed([](const TensorList& in) { return layer_norm(in[0], 18, in[1], in[2]); }, {x, w, b});
  expect_fused_equals_composed(
      [](const TensorList& in) {
        return layer_norm(in[0].view({50, 2, 3, 6}), {3, 6}, in[1], in[2], 0.5);
      },
      {x, w.view({3, 6}), b.view({3, 6})});
  expect_fused_equals_composed([](const TensorList& in) { return layer_norm(in[0].t(), 100); }, {x});
}

TEST(LayerNorm, ComputesOnlyWhatIsAskedFor) {
  const Tensor x = randn({2, 3}), w = ones({3}, requires_grad()), b = zeros({3}, requires_grad());
  layer_norm(x, 3, w, b).sum().backward();
  EXPECT_EQ(b.grad().to_vector<double>(), (std::vector<double>(3, 2)));
  EXPECT_FALSE(x.grad().defined());
}

TEST(LayerNorm, Errors) {
  const Tensor x = rand({3, 4});
  EXPECT_EQ(message_of([&] { layer_norm(x, 3); }),
            "Given normalized_shape=[3], expected input with shape [*, 3], but got input of size[3, 4]");
  EXPECT_EQ(message_of([&] { layer_norm(x, 4, rand({3})); }),
            "Expected weight to be of same shape as normalized_shape, but got weight of shape [3] and normalized_shape "
            "= [4]");
  EXPECT_EQ(message_of([&] { layer_norm(x, 4, {}, rand({3})); }),
            "Expected bias to be of same shape as normalized_shape, but got bias of shape [3] and normalized_shape = "
            "[4]");
  EXPECT_THROW(layer_norm(x, IntArrayRef{}), Error);
  EXPECT_THROW(layer_norm(x, {2, 3, 4}), Error);
  EXPECT_THROW(layer_norm(tensor({1, 2}), 2), Error);
}

}  // namespace
}  // namespace gradus
