#include <gradus/autograd/random.h>
#include <gradus/autograd/tensor.h>
#include <gradus/tests/autograd/fused_backward.h>
#include <gradus/tests/error_of.h>
#include <gtest/gtest.h>

#include <limits>

namespace gradus {
namespace {

TEST(MaxPool2d, TakesTheLargestOfEveryWindowAndItsPlace) {
  const Tensor x = tensor({1., 5., 2., 0., 3., 4., 9., 8., 7.}).view({1, 3, 3});
  const auto [out, indices] = max_pool2d_with_indices(x, 2, 1);
  EXPECT_EQ(out.to_vector<double>(), (std::vector<double>{5, 5, 9, 8}));
  EXPECT_EQ(indices.to_vector<int64_t>(), (std::vector<int64_t>{1, 1, 6, 7}));
  EXPECT_EQ(max_pool2d(x, 2).to_vector<double>(), (std::vector<double>{5}));
  EXPECT_EQ(max_pool2d(x, 2, {}, 0, 1, true).to_vector<double>(), (std::vector<double>{5, 4, 9, 7}));
}

TEST(MaxPool2d, FirstOfEqualsGetsTheGradient) {
  const Tensor x = ones({1, 2, 4}, requires_grad());
  max_pool2d(x, 2).sum().backward();
  EXPECT_EQ(x.grad().to_vector<double>(), (std::vector<double>{1, 0, 1, 0, 0, 0, 0, 0}));
}

TEST(MaxPool2d, FusedGradientEqualsComposed) {
  manual_seed(1);
  const Tensor x = randn({2, 3, 7, 6}, kFloat64);
  expect_fused_equals_composed([](const TensorList& in) { return max_pool2d(in[0], 2); }, {x});
  expect_fused_equals_composed([](const TensorList& in) { return max_pool2d(in[0], 3, 1, 1); }, {x});
  expect_fused_equals_composed(
      [](const TensorList& in) {
        return max_pool2d(in[0].mT(), {2, 3}, 2, 1, {2, 1}, true);
      },
      {x});
}

TEST(MaxPool2d, OfLowestNumbersAndOfNoImages) {
  const Tensor low = full({1, 2, 2}, -std::numeric_limits<double>::infinity(), requires_grad());
  max_pool2d(low, 2, 1, 1).sum().backward();
  EXPECT_EQ(low.grad().sum().item<double>(), 9);
  EXPECT_EQ(max_pool2d(zeros({0, 3, 4, 4}), 2).sizes(), (IntArrayRef{0, 3, 2, 2}));
}

TEST(AvgPool2d, DividesByWhatIsAskedFor) {
  const Tensor x = ones({1, 3, 3});
  const auto corner = [&](bool include, std::optional<int64_t> divisor) {
    return avg_pool2d(x, 2, 1, 1, false, include, divisor)[0][0][0].item<double>();
  };
  EXPECT_EQ(corner(true, std::nullopt), 0.25);
  EXPECT_EQ(corner(false, std::nullopt), 1);
  EXPECT_EQ(corner(true, 8), 0.125);
}

TEST(Pool2d, Errors) {
  const Tensor x = rand({2, 3, 5, 5});
  EXPECT_EQ(error_of([&] {
              max_pool2d(rand({5, 5}), 2);
            }),
            "max_pool2d: expected a tensor of 3 or 4 dimensions, (N, C, H, W) or (C, H, W), but got [5, 5]");
  EXPECT_EQ(error_of([&] { max_pool2d(x, 6); }),
            "Given input size: (3x5x5). Calculated output size: (3x0x0). Output size is too small");
  EXPECT_EQ(error_of([&] { max_pool2d(x, 0); }), "kernel size should be greater than zero, but got kH: 0 kW: 0");
  EXPECT_EQ(error_of([&] { avg_pool2d(x, 2, 0); }), "stride should not be zero");
  EXPECT_EQ(error_of([&] { max_pool2d(x, 2, 2, 2); }),
            "pad should be at most half of effective kernel size, but got pad=2, kernel_size=2 and dilation=1");
  EXPECT_EQ(error_of([&] { max_pool2d(x, 2, 2, 0, 0); }),
            "dilation should be greater than zero, but got dilationH: 0 dilationW: 0");
  EXPECT_EQ(error_of([&] { avg_pool2d(x, 2, 2, 0, false, true, 0); }), "divisor must be not zero");
}

}  // namespace
}  // namespace gradus
