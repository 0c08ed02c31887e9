#include <gradus/autograd/random.h>
#include <gradus/nn/clone.h>
#include <gradus/nn/conv.h>
#include <gradus/nn/pool.h>
#include <gradus/tests/error_of.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gradus {
namespace {

TEST(Conv2d, StartsUniformWithinOneOverRootOfFanIn) {
  manual_seed(1);
  const nn::Conv2d conv(8, 60, {2, 5}, {.groups = 2});  // fan in 4 * 2 * 5
  const double bound = 1 / std::sqrt(40.0);
  ASSERT_EQ(conv.weight.sizes(), (IntArrayRef{60, 4, 2, 5}));
  EXPECT_LE(conv.weight.abs().max().item<double>(), bound);
  EXPECT_GT(conv.weight.max().item<double>(), 0.98 * bound);
  EXPECT_NEAR(conv.weight.std().item<double>(), bound / std::sqrt(3), 0.003);
  manual_seed(1);  // weight first, then bias
  EXPECT_TRUE(conv.weight.equal(empty({60, 4, 2, 5}).uniform_(-bound, bound)));
  EXPECT_TRUE(conv.bias.equal(empty({60}).uniform_(-bound, bound)));
}

TEST(Conv2d, IsTheFunctionWithItsOptions) {
  manual_seed(2);
  const Tensor x = randn({2, 4, 7, 6});
  const nn::Conv2d conv(4, 6, {3, 2}, {.stride = 2, .padding = {1, 0}, .dilation = {1, 2}, .groups = 2});
  EXPECT_TRUE(conv(x).equal(conv2d(x, conv.weight, conv.bias, 2, {1, 0}, {1, 2}, 2)));
  EXPECT_EQ(nn::Conv2d(4, 3, 3, {.padding = "same"})(x).sizes(), (IntArrayRef{2, 3, 7, 6}));
  const nn::Conv2d plain(4, 1, 3, {.bias = false});
  EXPECT_EQ(plain.state_dict().keys(), (std::vector<std::string>{"weight"}));
  EXPECT_EQ(plain(x[0]).sizes(), (IntArrayRef{1, 5, 4}));
}

TEST(Conv2d, ClonesHaveWeightsOfTheirOwn) {
  nn::Conv2d conv(1, 1, 2);
  const nn::Conv2d copy = nn::clone(conv);
  const Tensor x = ones({1, 3, 3}), before = conv(x);
  {
    const NoGradGuard no_grad;
    conv.weight.add_(1);
  }
  EXPECT_TRUE(copy(x).equal(before));
  EXPECT_TRUE(conv(x).allclose(before + 4));
}

TEST(Conv2d, Errors) {
  EXPECT_EQ(error_of([] { nn::Conv2d(3, 4, 3, {.groups = 2}); }), "in_channels must be divisible by groups");
  EXPECT_EQ(error_of([] { nn::Conv2d(4, 3, 3, {.groups = 2}); }), "out_channels must be divisible by groups");
  EXPECT_EQ(error_of([] { nn::Conv2d(4, 3, 3, {.groups = 0}); }), "groups must be a positive integer");
  EXPECT_EQ(error_of([] {
              nn::Conv2d(4, 3, 3, {.stride = {1, 2}, .padding = "same"});
            }),
            "padding='same' is not supported for strided convolutions");
  EXPECT_EQ(error_of([] {
              nn::Conv2d(2, 3, 3)(ones({1, 1, 5, 5}));
            }),
            "Given groups=1, weight of size [3, 2, 3, 3], expected input[1, 1, 5, 5] to have 2 channels, but got 1 "
            "channels instead");
  nn::Conv2d conv(1, 1, 2);
  conv.weight = nn::Parameter(ones({1, 1, 2, 2}));
  EXPECT_THROW(conv(ones({1, 3, 3})), Error);
}

TEST(Pool2d, AreTheFunctionsWithTheirOptions) {
  manual_seed(3);
  const Tensor x = randn({2, 3, 7, 6});
  EXPECT_TRUE(nn::MaxPool2d(2)(x).equal(max_pool2d(x, 2)));
  EXPECT_TRUE(nn::MaxPool2d({3, 2}, {.stride = 1, .padding = 1, .dilation = {1, 2}, .ceil_mode = true})(x).equal(
      max_pool2d(x, {3, 2}, 1, 1, {1, 2}, true)));
  EXPECT_TRUE(nn::AvgPool2d({2, 3})(x).equal(avg_pool2d(x, {2, 3})));
  EXPECT_TRUE(nn::AvgPool2d(3, {.stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false})(x).equal(
      avg_pool2d(x, 3, 2, 1, true, false)));
  EXPECT_TRUE(nn::AvgPool2d(2, {.divisor_override = 3})(x).equal(avg_pool2d(x, 2, {}, 0, false, true, 3)));
  EXPECT_TRUE(nn::MaxPool2d(2).parameters().empty());
}

}  // namespace
}  // namespace gradus
