#include <gradus/autograd/engine.h>
#include <gradus/autograd/random.h>
#include <gradus/autograd/tensor.h>
#include <gradus/tests/autograd/fused_backward.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gradus {
namespace {

using Doubles = std::vector<double>;
using Integers = std::vector<int64_t>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// x[i] = i, so that every sum is a whole number.
Tensor counting(IntArrayRef sizes, Dtype dtype = kFloat32) {
  int64_t n = 1;
  for (const int64_t size : sizes) n *= size;
  return arange(n).to(dtype).view(sizes);
}

TEST(Sum, OverAllAndOverSomeDimensions) {
  const Tensor x = counting({2, 3, 4});
  EXPECT_EQ(x.sum().item<double>(), 276);
  EXPECT_EQ(x.sum(0).to_vector<double>(), (Doubles{12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34}));
  EXPECT_EQ(x.sum(1).to_vector<double>(), (Doubles{12, 15, 18, 21, 48, 51, 54, 57}));
  EXPECT_EQ(x.sum(-1).to_vector<double>(), (Doubles{6, 22, 38, 54, 70, 86}));
  EXPECT_EQ(x.sum({0, 2}).to_vector<double>(), (Doubles{60, 92, 124}));
  EXPECT_EQ(x.sum({2, 0}, true).sizes(), (IntArrayRef{1, 3, 1}));
  EXPECT_EQ(x.sum(IntArrayRef{}).item<double>(), 276);
  EXPECT_EQ(x.sum(IntArrayRef{}, true).sizes(), (IntArrayRef{1, 1, 1}));
}

TEST(Sum, OfStridedTensors) {
  const Tensor x = counting({2, 3, 4});
  for (const auto& dims : std::vector<std::vector<int64_t>>{{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}, {0, 1, 2}}) {
    const std::vector<Tensor> strided{x.permute({2, 0, 1}), x.transpose(0, 1),
                                      x.transpose(1, 2),    x.slice(2, 1, 4, 2),
                                      x.slice(1, 0, 2),     x.select(1, 1).unsqueeze(1).expand({2, 3, 4})};
    for (const Tensor& view : strided) EXPECT_TRUE(view.sum(dims).equal(view.clone().sum(dims)));
  }
}

TEST(Sum, OfNothingAndOfOne) {
  EXPECT_EQ(zeros({0}).sum().item<double>(), 0);
  EXPECT_EQ(zeros({0, 3}).sum(0).to_vector<double>(), (Doubles{0, 0, 0}));
  EXPECT_EQ(zeros({0, 3}).sum(1).sizes(), (IntArrayRef{0}));
  EXPECT_EQ(zeros({2, 0, 3}).sum({0, 2}).sizes(), (IntArrayRef{0}));
  EXPECT_EQ(tensor(2.5).sum(0).item<double>(), 2.5);
  EXPECT_EQ(tensor(2.5).sum(-1, true).dim(), 0);
}

TEST(Sum, DtypesPromoteToInt64) {
  const Tensor mask = tensor({{true, false, true}, {true, true, true}});
  EXPECT_EQ(mask.sum().dtype(), kInt64);
  EXPECT_EQ(mask.sum().item<int64_t>(), 5);
  EXPECT_EQ(mask.sum(0).to_vector<int64_t>(), (Integers{2, 1, 2}));
  EXPECT_EQ(mask.sum(1, false, kFloat64).to_vector<double>(), (Doubles{2, 3}));
  EXPECT_EQ(tensor({1.5, 0.5}).sum(kInt64).item<int64_t>(), 1);  // converted first
  EXPECT_EQ(tensor({1., 0.5}).sum(kBool).dtype(), kBool);
  EXPECT_TRUE(tensor({1., 0.5}).sum(kBool).item<bool>());
  EXPECT_EQ(mask.prod().dtype(), kInt64);
  EXPECT_EQ(mask.cumsum(1).to_vector<int64_t>(), (Integers{1, 1, 2, 1, 2, 3}));
}

TEST(Sum, OfManyFloatsIsAccurate) {
  manual_seed(0);
  for (const int64_t rows : {1000, 100000, 1000000}) {
    const Tensor x = rand({rows}), wide = rand({rows / 10, 3});
    const double whole = x.to(kFloat64).sum().item<double>();
    EXPECT_NEAR(x.sum().item<double>() / whole, 1, 1e-7) << rows;
    EXPECT_TRUE(wide.sum(0).to(kFloat64).allclose(wide.to(kFloat64).sum(0), {.rtol = 2e-7}));
    EXPECT_TRUE(wide.t().sum(1).equal(wide.sum(0)));
  }
  const Tensor columns = rand({20000, 100});
  EXPECT_TRUE(columns.sum(0).to(kFloat64).allclose(columns.to(kFloat64).sum(0), {.rtol = 2e-7}));
}

TEST(Sum, DimensionErrors) {
  const Tensor x = zeros({2, 3});
  EXPECT_THROW(x.sum(2), IndexError);
  EXPECT_EQ(message_of([&] { x.sum(2); }), "Dimension out of range (expected to be in range of [-2, 1], but got 2)");
  EXPECT_EQ(message_of([&] { tensor(1.).sum(1); }),
            "Dimension out of range (expected to be in range of [-1, 0], but got 1)");
  EXPECT_EQ(message_of([&] { x.sum({0, -2}); }), "dim 0 appears multiple times in the list of dims");
  EXPECT_EQ(message_of([&] { x.amax({1, 1}); }), "dim 1 appears multiple times in the list of dims");
}

TEST(Sum, GradientIsExpanded) {
  Tensor x = zeros({2, 3}, requires_grad());
  x.sum(0).backward(tensor({1., 2., 3.}));
  EXPECT_EQ(x.grad().to_vector<double>(), (Doubles{1, 2, 3, 1, 2, 3}));
  x.mutable_grad() = Tensor();
  x.mean(1, true).backward(tensor({3., 6.}).view({2, 1}));
  EXPECT_EQ(x.grad().to_vector<double>(), (Doubles{1, 1, 1, 2, 2, 2}));
}

TEST(Mean, ValuesAndErrors) {
  EXPECT_EQ(counting({2, 3}).mean().item<double>(), 2.5);
  EXPECT_EQ(counting({2, 3}).mean(0).to_vector<double>(), (Doubles{1.5, 2.5, 3.5}));
  EXPECT_EQ(counting({2, 3, 2}).mean({0, 2}).to_vector<double>(), (Doubles{3.5, 5.5, 7.5}));
  EXPECT_TRUE(std::isnan(zeros({0}).mean().item<double>()));
  EXPECT_TRUE(std::isnan(zeros({0, 1}).mean(0).item<double>()));
  EXPECT_EQ(tensor({1, 2}).mean(kFloat32).item<double>(), 1.5);
  EXPECT_EQ(message_of([] {
              tensor({1, 2}).mean();
            }),
            "mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: "
            "Long");
  EXPECT_EQ(message_of([] {
              tensor({1., 2.}).mean(kInt64);
            }),
            "mean(): could not infer output dtype. Optional dtype must be either a floating point or complex dtype. "
            "Got: Long");
}

TEST(Variance, ValuesOverDimensionsAndCorrections) {
  const Tensor x = tensor({{1., 2., 4.}, {3., 3., 9.}}, kFloat64);
  EXPECT_NEAR(x.var().item<double>(), 7.866666666666667, 1e-14);
  EXPECT_NEAR(x.var(false).item<double>(), 6.555555555555555, 1e-14);
  EXPECT_EQ(x.var(0).to_vector<double>(), (Doubles{2, 0.5, 12.5}));
  EXPECT_EQ(x.var(0, false).to_vector<double>(), (Doubles{1, 0.25, 6.25}));
  EXPECT_EQ(x.std(0, false, true).to_vector<double>(), (Doubles{1, 0.5, 2.5}));
  EXPECT_EQ(x.std(0, false, true).sizes(), (IntArrayRef{1, 3}));
  EXPECT_TRUE(std::isnan(tensor(3.).var().item<double>()));
  EXPECT_EQ(tensor(3.).var(false).item<double>(), 0);
  EXPECT_TRUE(std::isnan(zeros({0}).var().item<double>()));
  EXPECT_THROW(tensor({1, 2}).var(), Error);
}

TEST(Variance, SurvivesALargeMean) {
  const Tensor x = tensor({10000., 10001., 10002.});
  EXPECT_FLOAT_EQ(static_cast<float>(x.var().item<double>()), 1);
}

TEST(Variance, StandardDeviationOfEqualElementsHasGradientZero) {
  const Tensor x = full({3}, 2., requires_grad());
  x.std().backward();
  EXPECT_EQ(x.grad().to_vector<double>(), (Doubles{0, 0, 0}));
}

TEST(Prod, GradientWithZerosToSecondOrder) {
  // One zero: only its own derivative is not 0; the second derivative's rows are the products of the others.
  const Tensor x = tensor({0., 2., 3.}, dtype(kFloat64).requires_grad());
  const Tensor g = autograd::grad({x.prod()}, {x}, {}, true, true)[0];
  EXPECT_EQ(g.to_vector<double>(), (Doubles{6, 0, 0}));
  EXPECT_EQ(autograd::grad({g.sum()}, {x})[0].to_vector<double>(), (Doubles{5, 3, 2}));
  // Two zeros: no first derivative, but a second one.
  const Tensor y = tensor({0., 2., 0.}, dtype(kFloat64).requires_grad());
  const Tensor h = autograd::grad({y.prod(0)}, {y}, {}, true, true)[0];
  EXPECT_EQ(h.to_vector<double>(), (Doubles{0, 0, 0}));
  EXPECT_EQ(autograd::grad({h.sum()}, {y})[0].to_vector<double>(), (Doubles{2, 0, 2}));
}

TEST(Prod, FusedGradientEqualsComposed) {
  manual_seed(0);
  const Tensor zeros_inside = tensor({{2., 0., 3.}, {0., 0., 1.}, {1., 2., 3.}}, kFloat64);
  for (const Tensor& x : {randn({3, 4}, kFloat64), zeros_inside}) {
    expect_fused_equals_composed([](const TensorList& in) { return in[0].prod(); }, {x});
    expect_fused_equals_composed([](const TensorList& in) { return in[0].prod(0); }, {x});
    expect_fused_equals_composed([](const TensorList& in) { return in[0].t().prod(0, true); }, {x});
  }
}

TEST(Prod, Values) {
  EXPECT_EQ(counting({2, 3}).prod(1).to_vector<double>(), (Doubles{0, 60}));
  EXPECT_EQ(zeros({0}).prod().item<double>(), 1);
  EXPECT_EQ(tensor({2, 3}).prod().item<int64_t>(), 6);
  EXPECT_EQ(tensor({2.5, 3.}).prod(kInt64).item<int64_t>(), 6);
}

TEST(LogSumExp, WithInfinities) {
  EXPECT_NEAR(tensor({1000., 1000.}, kFloat64).logsumexp(0).item<double>(), 1000 + std::log(2.), 1e-12);
  EXPECT_EQ(tensor({-kInfinity, -kInfinity}).logsumexp(0).item<double>(), -kInfinity);
  EXPECT_EQ(tensor({kInfinity, 1.}).logsumexp(0).item<double>(), kInfinity);
  EXPECT_EQ(tensor({-kInfinity, 1.}).logsumexp(0).item<double>(), 1);
  EXPECT_TRUE(std::isnan(tensor({kInfinity, kNan}).logsumexp(0).item<double>()));
  EXPECT_EQ(zeros({0}).logsumexp(0).item<double>(), -kInfinity);
  EXPECT_EQ(tensor({1, 2}).logsumexp(0).dtype(), kFloat32);
  EXPECT_EQ(counting({2, 3, 2}).logsumexp({0, 2}, true).sizes(), (IntArrayRef{1, 3, 1}));
}

TEST(Cumsum, AlongEachDimension) {
  const Tensor x = counting({2, 3});
  EXPECT_EQ(x.cumsum(0).to_vector<double>(), (Doubles{0, 1, 2, 3, 5, 7}));
  EXPECT_EQ(x.cumsum(-1).to_vector<double>(), (Doubles{0, 1, 3, 3, 7, 12}));
  EXPECT_EQ(x.t().cumsum(0).to_vector<double>(), (Doubles{0, 3, 1, 7, 3, 12}));
  EXPECT_EQ(tensor(2.).cumsum(0).item<double>(), 2);
  EXPECT_EQ(tensor({1.5, 1.5}).cumsum(0, kInt64).to_vector<int64_t>(), (Integers{1, 2}));
  EXPECT_THROW(x.cumsum(2), IndexError);
}

TEST(AnyAll, OfEveryDtype) {
  EXPECT_TRUE(tensor({0, 2}).any().item<bool>());
  EXPECT_FALSE(tensor({0, 2}).all().item<bool>());
  EXPECT_TRUE(tensor({kNan}).all().item<bool>());  // NaN is not 0
  EXPECT_FALSE(zeros({0}).any().item<bool>());
  EXPECT_TRUE(zeros({0}).all().item<bool>());
  const Tensor mask = tensor({{true, false}, {true, true}});
  EXPECT_TRUE(mask.all(0).equal(tensor({true, false})));
  EXPECT_TRUE(mask.all(1, true).equal(tensor({false, true}).view({2, 1})));
  EXPECT_TRUE(mask.logical_not().any(-1).equal(tensor({true, false})));
  EXPECT_EQ(tensor({1., 0.}).any().dtype(), kBool);
}

}  // namespace
}  // namespace gradus
