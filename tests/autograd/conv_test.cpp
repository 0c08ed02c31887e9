#include <gradus/autograd/random.h>
#include <gradus/autograd/tensor.h>
#include <gradus/autograd/threads.h>
#include <gradus/tests/error_of.h>
#include <gtest/gtest.h>

namespace gradus {
namespace {

/// The definition, element by element, of one image without padding.
double conv2d_at(const Tensor& x, const Tensor& weight, int64_t o, int64_t y, int64_t column) {
  double sum = 0;
  for (int64_t c = 0; c < weight.size(1); ++c) {
    for (int64_t i = 0; i < weight.size(2); ++i) {
      for (int64_t j = 0; j < weight.size(3); ++j) {
        sum += (weight[o][c][i][j] * x[c][y + i][column + j]).item<double>();
      }
    }
  }
  return sum;
}

TEST(Conv2d, IsTheSumOfProductsWithEveryWindow) {
  manual_seed(1);
  const Tensor x = randn({2, 4, 5}, kFloat64), weight = randn({3, 2, 2, 3}, kFloat64);
  const Tensor out = conv2d(x, weight);
  ASSERT_EQ(out.sizes(), (IntArrayRef{3, 3, 3}));
  for (int64_t o = 0; o < 3; ++o) {
    for (int64_t y = 0; y < 3; ++y) {
      for (int64_t column = 0; column < 3; ++column) {
        EXPECT_NEAR(out[o][y][column].item<double>(), conv2d_at(x, weight, o, y, column), 1e-12);
      }
    }
  }
}

TEST(Conv2d, GradientsAreConv2dInputAndConv2dWeight) {
  manual_seed(2);
  const Tensor x = randn({2, 4, 6, 5}, kFloat64).requires_grad_(), w = randn({6, 2, 3, 2}, kFloat64).requires_grad_();
  const Tensor out = conv2d(x, w, {}, 2, {2, 1}, 1, 2), g = randn_like(out);
  out.backward(g);
  EXPECT_TRUE(x.grad().allclose(conv2d_input(x.sizes(), w, g, 2, {2, 1}, 1, 2)));
  EXPECT_TRUE(w.grad().allclose(conv2d_weight(x, w.sizes(), g, 2, {2, 1}, 1, 2)));
}

TEST(Conv2d, ComputesOnlyWhatIsAskedFor) {
  const Tensor x = ones({1, 1, 3, 3}), w = ones({1, 1, 2, 2}), b = zeros({1}, requires_grad());
  conv2d(x, w, b).sum().backward();
  EXPECT_EQ(b.grad().item<double>(), 4);
  EXPECT_FALSE(w.grad().defined());
  EXPECT_FALSE(x.grad().defined());
}

TEST(Conv2d, IsTheSameOnSeveralThreads) {
  manual_seed(3);
  const Tensor x = randn({70, 3, 20, 20}).requires_grad_(), w = randn({8, 3, 5, 5}).requires_grad_();
  const auto run = [&] {
    x.mutable_grad() = Tensor();
    w.mutable_grad() = Tensor();
    const Tensor out = conv2d(x, w, {}, 1, 2);
    out.backward(out.detach());
    return TensorList{out.detach(), x.grad(), w.grad()};
  };
  const TensorList one = run();
  set_num_threads(3);
  const TensorList three = run();
  set_num_threads(1);
  for (size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(three[i].equal(one[i])) << i;
}

TEST(Conv2d, OfNoImages) {
  const Tensor x = zeros({0, 2, 3, 3}, requires_grad()), w = ones({4, 2, 2, 2}, requires_grad());
  const Tensor out = conv2d(x, w);
  EXPECT_EQ(out.sizes(), (IntArrayRef{0, 4, 2, 2}));
  out.sum().backward();
  EXPECT_EQ(x.grad().sizes(), x.sizes());
  EXPECT_TRUE(w.grad().equal(zeros({4, 2, 2, 2})));
}

TEST(Conv2d, Errors) {
  const Tensor x = rand({2, 3, 5, 5}), w = rand({4, 3, 3, 3});
  EXPECT_EQ(error_of([&] {
              conv2d(rand({5, 5}), w);
            }),
            "Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [5, 5]");
  EXPECT_EQ(error_of([&] {
              conv2d(x, rand({4, 2, 3, 3}));
            }),
            "Given groups=1, weight of size [4, 2, 3, 3], expected input[2, 3, 5, 5] to have 2 channels, but got 3 "
            "channels instead");
  EXPECT_EQ(error_of([&] { conv2d(x, w, rand({3})); }),
            "Given weight of size [4, 3, 3, 3], expected bias to be 1-dimensional with 4 elements, but got bias of "
            "size [3] instead");
  EXPECT_EQ(error_of([&] {
              conv2d(x, rand({4, 3, 6, 3}));
            }),
            "Calculated padded input size per channel: (5 x 5). Kernel size: (6 x 3). Kernel size can't be greater "
            "than actual input size");
  EXPECT_EQ(error_of([&] { conv2d(x, w, {}, 0); }), "non-positive stride is not supported");
  EXPECT_EQ(error_of([&] { conv2d(x, w, {}, 1, -1); }), "negative padding is not supported");
  EXPECT_EQ(error_of([&] { conv2d(x, w, {}, 1, 0, 0); }), "non-positive dilation is not supported");
  EXPECT_EQ(error_of([&] { conv2d(x, w, {}, 1, 0, 1, 0); }), "non-positive groups is not supported");
  EXPECT_EQ(error_of([&] {
              conv2d(x, rand({4, 1, 3, 3}), {}, 1, 0, 1, 3);
            }),
            "Given groups=3, expected weight to be divisible by 3 at dimension 0, but got weight of size [4, 1, 3, 3] "
            "instead");
  EXPECT_EQ(error_of([&] { conv2d(x, w, {}, 2, "same"); }), "padding='same' is not supported for strided convolutions");
  EXPECT_EQ(error_of([&] { conv2d(x, w, {}, 1, "half"); }),
            "Invalid padding string 'half', should be one of {'valid', 'same'}");
  EXPECT_EQ(error_of([&] { conv2d(x.to_double(), w); }),
            "Input type (float64) and weight type (float32) should be the same");
  EXPECT_EQ(error_of([&] {
              conv2d(x, w, {}, IntArrayRef{1, 2, 3});
            }),
            "expected one number or {height, width}, but got [1, 2, 3]");
  EXPECT_EQ(error_of([&] {
              conv2d_weight(x, {4, 3, 3, 3}, rand({2, 4, 2, 3}));
            }),
            "conv2d_weight: expected a gradient of shape [2, 4, 3, 3] for input [2, 3, 5, 5] and weight [4, 3, 3, 3], "
            "but got [2, 4, 2, 3]");
}

}  // namespace
}  // namespace gradus
