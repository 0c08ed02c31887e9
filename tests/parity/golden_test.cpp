// The gradients that the tutorial's first notebooks print.
#include <gradus/autograd/ops.h>
#include <gtest/gtest.h>

namespace gradus {
namespace {

double gradient_at(double at, const std::function<Tensor(const Tensor&)>& function) {
  const Tensor x = tensor(at, requires_grad());
  function(x).backward();
  return x.grad().item<double>();
}

TEST(Golden, ValueOfASquare) {
  const Tensor x = tensor(3.5, requires_grad());
  const Tensor y = x * x + 2;
  EXPECT_FLOAT_EQ(y.item<float>(), 14.25f);
  y.backward();
  EXPECT_FLOAT_EQ(x.grad().item<float>(), 7);
}

TEST(Golden, DerivativeOfACubic) {
  EXPECT_FLOAT_EQ(static_cast<float>(gradient_at(3.5, [](const Tensor& x) { return (x - 1) * (x - 2) * (x - 3); })),
                  5.75f);
}

TEST(Golden, DerivativeThroughASquare) {
  EXPECT_FLOAT_EQ(static_cast<float>(gradient_at(3.5, [](const Tensor& x) { return 2 * x * x + 3; })), 14);
  EXPECT_FLOAT_EQ(static_cast<float>(gradient_at(3.5, [](const Tensor& x) { return 2 * x.pow(2) + 3; })), 14);
}

TEST(Golden, DerivativesThroughTwoPaths) {
  const Tensor a = tensor(2.0, requires_grad()), b = tensor(1.0, requires_grad());
  const Tensor x = 2 * a + 3 * b, y = 5 * a * a + 3 * b * b * b, z = 2 * x + 3 * y;
  z.backward();
  EXPECT_FLOAT_EQ(a.grad().item<float>(), 64);
  EXPECT_FLOAT_EQ(b.grad().item<float>(), 33);
}

}  // namespace
}  // namespace gradus
