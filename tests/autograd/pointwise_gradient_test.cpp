// Gradients of the elementwise ops where gradient checks cannot go: kinks, ties, bounds, zeros, infinities.
#include <gradus/autograd/engine.h>
#include <gradus/autograd/random.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace gradus {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
using Numbers = std::vector<double>;

Tensor leaf(const Numbers& numbers) { return tensor(numbers, dtype(kFloat64).requires_grad()); }

void expect_gradient(const Tensor& x, const Numbers& expected) {
  ASSERT_TRUE(x.grad().defined());
  const Numbers got = x.grad().to_vector<double>();
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(got[i])) << "element " << i << " is " << got[i];
    } else {
      EXPECT_DOUBLE_EQ(got[i], expected[i]) << "element " << i;
    }
  }
}

void expect_gradient_of(const std::function<Tensor(const Tensor&)>& f, const Numbers& at, const Numbers& expected) {
  const Tensor x = leaf(at);
  f(x).sum().backward();
  expect_gradient(x, expected);
}

TEST(PointwiseGradient, AtKinks) {
  expect_gradient_of([](const Tensor& x) { return relu(x); }, {-1, 0, 2, kNan}, {0, 0, 1, 1});
  expect_gradient_of([](const Tensor& x) { return leaky_relu(x, 0.25); }, {-1, 0, 2}, {0.25, 0.25, 1});
  expect_gradient_of([](const Tensor& x) { return abs(x); }, {-1, 0, 2}, {-1, 0, 1});
  expect_gradient_of([](const Tensor& x) { return sign(x) + floor(x) + ceil(x) + round(x); }, {-1, 0, 2.5}, {0, 0, 0});
}

TEST(PointwiseGradient, ClampIncludesItsBounds) {
  expect_gradient_of([](const Tensor& x) { return clamp(x, -1, 1); }, {-2, -1, 0, 1, 2, kNan}, {0, 1, 1, 1, 0, 0});
  expect_gradient_of([](const Tensor& x) { return clamp(x, 0); }, {-1, 0, 1}, {0, 1, 1});
  expect_gradient_of([](const Tensor& x) { return clamp(x, std::nullopt, 0); }, {-1, 0, 1}, {1, 1, 0});
}

TEST(PointwiseGradient, ClampByTensorsSendsItToTheOneTaken) {
  const Tensor x = leaf({0, 1, 2, 3, 2}), low = leaf({1, 1, 1, 1, 3}), high = leaf({3, 3, 3, 2, 1});
  clamp(x, low, high).sum().backward();
  expect_gradient(x, {0, 1, 1, 0, 0});
  expect_gradient(low, {1, 0, 0, 0, 0});
  expect_gradient(high, {0, 0, 0, 1, 1});
}

TEST(PointwiseGradient, TiesAreShared) {
  for (const auto f : {+[](const Tensor&a, const Tensor&b) { return maximum(a, b); },
                       +[](const Tensor&a, const Tensor&b) { return -minimum(-a, -b); }}) {
    const Tensor a = leaf({1, 2, 3, kInf}), b = leaf({2, 2, 2, kInf});
    f(a, b).backward(tensor({1., 3., 1., 1.}, kFloat64));
    expect_gradient(a, {0, 1.5, 1, 0.5});
    expect_gradient(b, {1, 1.5, 0, 0.5});
  }
}

TEST(PointwiseGradient, PowersAtZero) {
  expect_gradient_of([](const Tensor& x) { return pow(x, 0); }, {0, 2}, {0, 0});
  expect_gradient_of([](const Tensor& x) { return pow(x, 2); }, {0, -3}, {0, -6});
  expect_gradient_of([](const Tensor& x) { return pow(x, 0.5); }, {0, 4}, {kInf, 0.25});
  const Tensor base = leaf({0, 0, -2, 0}), exponent = leaf({0, 2, 3, -1});
  pow(base, exponent).sum().backward();
  expect_gradient(base, {0, 0, 12, -kInf});
  expect_gradient(exponent, {0, 0, kNan, -kInf});
  const Tensor e = leaf({0, 1, -1});
  pow(0, e).sum().backward();
  expect_gradient(e, {0, 0, -kInf});
}

TEST(PointwiseGradient, SaturatedActivationsAreFlat) {
  expect_gradient_of([](const Tensor& x) { return sigmoid(x); }, {-1000, 0, 1000}, {0, 0.25, 0});
  expect_gradient_of([](const Tensor& x) { return tanh(x); }, {-1000, 0, 1000}, {0, 1, 0});
  expect_gradient_of([](const Tensor& x) { return softplus(x); }, {-1000, 0, 1000}, {0, 0.5, 1});
  expect_gradient_of([](const Tensor& x) { return logsigmoid(x); }, {-1000, 0, 1000}, {1, 0.5, 0});
}

TEST(PointwiseGradient, WhereAndMaskedFillHideWhatTheyDoNotTake) {
  expect_gradient_of([](const Tensor& x) { return where(x > 0, x, 0); }, {-1, 3, kNan}, {0, 1, 0});
  expect_gradient_of([](const Tensor& x) { return masked_fill(x, x.isnan(), 0); }, {-1, 3, kNan}, {1, 1, 0});
  const Tensor value = leaf({5}).view({}), x = leaf({1, 2, 3});
  value.retain_grad();
  masked_fill(x, tensor({true, false, true}), value).backward(tensor({10., 20., 30.}, kFloat64));
  expect_gradient(x, {0, 20, 0});
  expect_gradient(value, {40});
}

TEST(PointwiseGradient, BroadcastOperandsGetTheSum) {
  const Tensor a = tensor({{1., 2., 3.}, {4., 5., 6.}}, dtype(kFloat64).requires_grad());
  const Tensor row = leaf({1, 2, 4}), column = tensor({10., 20.}, kFloat64).view({2, 1}).requires_grad_();
  (a * row / column).sum().backward();
  expect_gradient(a, {0.1, 0.2, 0.4, 0.05, 0.1, 0.2});
  expect_gradient(row, {1 / 10. + 4 / 20., 2 / 10. + 5 / 20., 3 / 10. + 6 / 20.});
  const Numbers by_column = column.grad().to_vector<double>();
  EXPECT_NEAR(by_column[0], -(1 + 4 + 12) / 100., 1e-15);
  EXPECT_NEAR(by_column[1], -(4 + 10 + 24) / 400., 1e-15);
}

TEST(PointwiseGradient, HasTheDtypeOfItsTensor) {
  const Tensor f = ones({2}, dtype(kFloat32).requires_grad()), d = ones({2}, dtype(kFloat64).requires_grad());
  (f * d).sum().backward();
  EXPECT_EQ(f.grad().dtype(), kFloat32);
  EXPECT_EQ(d.grad().dtype(), kFloat64);
}

TEST(PointwiseGradient, InPlaceFormsKeepWhatBackwardNeeds) {
  const Tensor x = leaf({0.5, 2});
  Tensor y = x * 1;
  y.mul_(y).exp_();
  y.sum().backward();  // of exp(x^2)
  const Numbers got = x.grad().to_vector<double>();
  EXPECT_NEAR(got[0], 2 * 0.5 * std::exp(0.25), 1e-12);
  EXPECT_NEAR(got[1], 2 * 2 * std::exp(4), 1e-12);
}

// With create_graph the composed formulas run, without it the fused kernels: both must give the same.
TEST(PointwiseGradient, FusedEqualsComposed) {
  manual_seed(9);
  const std::pair<const char*, std::function<Tensor(const Tensor&)>> ops[] = {
      {"sigmoid", [](const Tensor& x) { return sigmoid(x); }},
      {"tanh", [](const Tensor& x) { return tanh(x); }},
      {"relu", [](const Tensor& x) { return relu(x); }},
      {"leaky_relu", [](const Tensor& x) { return leaky_relu(x, 0.3); }},
      {"exp", [](const Tensor& x) { return exp(x); }},
      {"square", [](const Tensor& x) { return square(x); }},
      {"mul", [](const Tensor& x) { return x * x.t(); }},
      {"div", [](const Tensor& x) { return x.t() / (x * x + 1); }},
  };
  for (const Dtype dtype : {kFloat32, kFloat64}) {
    const Tensor x =
        cat({randn({39, 40}), tensor({0., -0., 100., -100., 1e-3}).repeat({1, 8})}).to(dtype).requires_grad_();
    const Tensor g = randn({40, 40}, dtype);
    for (const auto& [name, f] : ops) {
      const Tensor fused = autograd::grad({f(x)}, {x}, {g})[0];
      const Tensor composed = autograd::grad({f(x)}, {x}, {g}, std::nullopt, true)[0];
      EXPECT_TRUE(composed.requires_grad() || std::string(name) == "relu" || std::string(name) == "leaky_relu") << name;
      EXPECT_TRUE(allclose(fused, composed.detach(),
                           {.rtol = dtype == kFloat32 ? 1e-5 : 1e-13, .atol = 1e-6, .equal_nan = true}))
          << name;
    }
  }
}

}  // namespace
}  // namespace gradus
