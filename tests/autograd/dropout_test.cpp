#include <gradus/autograd/random.h>
#include <gradus/autograd/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gradus {
namespace {

TEST(Dropout, DropsAShareAndScalesTheRest) {
  manual_seed(0);
  const Tensor x = ones({10000}), y = dropout(x, 0.25);
  EXPECT_NEAR((y == 0).to(kFloat32).mean().item<double>(), 0.25, 0.02);
  EXPECT_TRUE(((y == 0) | (y == 1 / 0.75)).all().item<bool>());
  EXPECT_NEAR(y.mean().item<double>(), 1, 0.03);
}

TEST(Dropout, GradientMeetsTheSameElements) {
  manual_seed(0);
  const Tensor x = rand({100}) + 1;
  const Tensor leaf = x.detach().requires_grad_();
  const Tensor y = dropout(leaf, 0.5);
  y.sum().backward();
  EXPECT_TRUE(leaf.grad().allclose(y.detach() / x));
}

TEST(Dropout, IsTheIdentityInEvaluation) {
  const Tensor x = rand({5});
  EXPECT_TRUE(dropout(x, 0.5, false).is_same(x));
  EXPECT_TRUE(dropout(x, 0).is_same(x));
}

TEST(Dropout, OfEverything) {
  const Tensor y = dropout(tensor({1., std::nan(""), 2.}), 1);
  EXPECT_EQ(y[0].item<double>(), 0);
  EXPECT_TRUE(std::isnan(y[1].item<double>()));
  EXPECT_EQ(y[2].item<double>(), 0);
}

TEST(Dropout, RepeatsWithTheSeed) {
  Generator a(3), b(3);
  const Tensor x = ones({50});
  const Tensor first = dropout(x, 0.5, true, &a);
  EXPECT_TRUE(first.equal(dropout(x, 0.5, true, &b)));
  EXPECT_FALSE(first.equal(dropout(x, 0.5, true, &a)));
}

TEST(Dropout, Errors) {
  for (const double p : {1.5, -0.5, std::nan("")}) EXPECT_THROW(dropout(ones({2}), p), ValueError);
  EXPECT_THROW(dropout(tensor({1, 2}), 0.5), Error);
}

}  // namespace
}  // namespace gradus
