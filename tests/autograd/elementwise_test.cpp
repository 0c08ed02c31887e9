// Values of the elementwise ops: broadcasting, dtypes, special values, accuracy, errors.
#include <gradus/autograd/kernels/elementwise.h>
#include <gradus/autograd/kernels/loops.h>
#include <gradus/autograd/random.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace gradus {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
using Numbers = std::vector<double>;

Numbers values(const Tensor& x) { return x.to_vector<double>(); }

void expect_same(const Tensor& got, const Numbers& expected) {
  const Numbers numbers = values(got);
  ASSERT_EQ(numbers.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(numbers[i])) << "element " << i << " is " << numbers[i];
    } else {
      EXPECT_FLOAT_EQ(static_cast<float>(numbers[i]), static_cast<float>(expected[i])) << "element " << i;
    }
  }
}

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

void expect_message(const std::function<void()>& call, const std::string& part) {
  const std::string message = message_of(call);
  EXPECT_NE(message.find(part), std::string::npos) << message;
}

// -- broadcasting and strides -----------------------------------------------------------------------------------------

// a - b for every layout of b against a (4, 5) matrix, compared with plain index arithmetic.
TEST(Elementwise, BroadcastsEveryWayInEveryDtype) {
  for (const Dtype dtype : {kInt64, kFloat32, kFloat64}) {
    const Tensor a = arange(20).view({4, 5}).to(dtype), transposed = arange(20).view({5, 4}).to(dtype).t();
    const Tensor row = tensor({1, 2, 3, 4, 5}).to(dtype), column = tensor({10, 20, 30, 40}).view({4, 1}).to(dtype);
    const Tensor number = tensor(7).to(dtype), wide = arange(40).view({4, 10}).to(dtype).slice(1, 0, 10, 2);
    const auto check = [&](const Tensor& x, const Tensor& y) {
      const Tensor got = x - y, ex = x.expand({4, 5}).contiguous(), ey = y.expand({4, 5}).contiguous();
      ASSERT_EQ(got.sizes(), (IntArrayRef{4, 5}));
      ASSERT_EQ(got.dtype(), dtype);
      const Numbers p = values(ex), q = values(ey), r = values(got);
      for (size_t i = 0; i < 20; ++i) ASSERT_EQ(r[i], p[i] - q[i]) << i;
    };
    for (const Tensor& other : {a, transposed, row, column, number, wide}) {
      check(a, other);
      check(other, a);
      check(transposed, other);
      check(other, wide);
    }
  }
}

TEST(Elementwise, LargeStridedOperandsAgreeWithSmallOnes) {
  manual_seed(3);
  const Tensor a = randn({40, 50}), b = randn({50, 40});
  EXPECT_TRUE(equal(a * b.t(), a * b.t().contiguous()));
  EXPECT_TRUE(equal(exp(b.t()), exp(b).t()));
  EXPECT_TRUE(equal(maximum(a.t(), b), maximum(a, b.t()).t()));
  EXPECT_TRUE(equal(where(a.t() > 0, a.t(), b), where(a > 0, a, b.t()).t()));
}

TEST(Elementwise, TakesEmptyTensorsAndNumbers) {
  EXPECT_EQ((empty({0, 3}) + ones({3})).sizes(), (IntArrayRef{0, 3}));
  EXPECT_EQ(exp(empty({2, 0})).sizes(), (IntArrayRef{2, 0}));
  EXPECT_EQ((tensor(2.0) * tensor(3.0)).sizes(), (IntArrayRef{}));
  EXPECT_EQ((tensor({2.0}).view({1, 1}) * tensor({3.0})).sizes(), (IntArrayRef{1, 1}));
  EXPECT_EQ(where(empty({0}) > 0, empty({0}), 1).numel(), 0);
}

TEST(Elementwise, RefusesShapesThatDoNotBroadcast) {
  expect_message(
      [] {
        zeros({2, 3}) + zeros({2, 4});
      },
      "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1");
  expect_message(
      [] {
        zeros({2}).add_(zeros({3, 2}));
      },
      "output with shape [2] doesn't match the broadcast shape [3, 2]");
}

// -- dtypes -----------------------------------------------------------------------------------------------------------

TEST(Elementwise, PromotesAsPyTorchDoes) {
  const Tensor b = tensor({true}), i = tensor({2}), f = tensor({2.5f}), d = tensor({2.5}, kFloat64);
  EXPECT_EQ((b + i).dtype(), kInt64);
  EXPECT_EQ((i + f).dtype(), kFloat32);
  EXPECT_EQ((f + d).dtype(), kFloat64);
  EXPECT_EQ((f + tensor(1.0, kFloat64)).dtype(), kFloat32);  // no dimensions: the same category does not promote
  EXPECT_EQ((i + 1.5).dtype(), kFloat32);
  EXPECT_EQ((d * 2).dtype(), kFloat64);
  EXPECT_EQ((b * 2).dtype(), kInt64);
  EXPECT_EQ((i / i).dtype(), kFloat32);
  EXPECT_EQ(exp(i).dtype(), kFloat32);
  EXPECT_EQ(sigmoid(b).dtype(), kFloat32);
  EXPECT_EQ(square(b).dtype(), kInt64);
  EXPECT_EQ(pow(i, 2.0).dtype(), kFloat32);
  EXPECT_EQ(clamp(i, 0.5).dtype(), kFloat32);
  EXPECT_EQ(where(b, f, i).dtype(), kFloat32);
  EXPECT_EQ(masked_fill(i, b, 1.5).dtype(), kInt64);
  EXPECT_EQ((tensor(2) / tensor(3)).item<float>(), 2.f / 3.f);
}

TEST(Elementwise, NumbersBesideFloat64AreNotRoundedToFloat32) {
  const Tensor x = tensor({1.0}, kFloat64);
  EXPECT_EQ((x + 0.1).item<double>(), 1.1);
  EXPECT_EQ((x * 0.1).item<double>(), 0.1);
  EXPECT_EQ((0.3 / x).item<double>(), 0.3);
  EXPECT_EQ(x.add(x, {.alpha = 0.1}).item<double>(), 1.1);
  EXPECT_EQ(clamp(x, std::nullopt, 0.1).item<double>(), 0.1);
  EXPECT_EQ(leaky_relu(-x, 0.1).item<double>(), -0.1);
}

TEST(Elementwise, BoolsAddAsOrAndMultiplyAsAnd) {
  const Tensor a = tensor({true, true, false, false}), b = tensor({true, false, true, false});
  EXPECT_EQ((a + b).dtype(), kBool);
  EXPECT_EQ(values(a + b), (Numbers{1, 1, 1, 0}));
  EXPECT_EQ(values(a * b), (Numbers{1, 0, 0, 0}));
  expect_message([&] { a - b; }, "Subtraction, the `-` operator, with two bool tensors is not supported.");
  expect_message([&] { -a; }, "Negation, the `-` operator, on a bool tensor is not supported.");
  expect_message([&] { relu(a); }, "Boolean inputs not supported for relu");
  EXPECT_EQ(values(sign(a)), (Numbers{1, 1, 0, 0}));
}

TEST(Elementwise, IntegersStayExactAndWrapAround) {
  const int64_t large = (int64_t{1} << 53) + 1;
  EXPECT_EQ((tensor({large}) + 1).item<int64_t>(), large + 1);
  const int64_t most = std::numeric_limits<int64_t>::max();
  EXPECT_EQ((tensor({most}) + 1).item<int64_t>(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ((tensor({most}) * 2).item<int64_t>(), -2);
  EXPECT_EQ(values(relu(tensor({-2, 3}))), (Numbers{0, 3}));
  EXPECT_EQ(values(abs(tensor({-2, 3}))), (Numbers{2, 3}));
  EXPECT_EQ(values(floor(tensor({-2, 3}))), (Numbers{-2, 3}));
  EXPECT_EQ(values(addcmul(tensor({1}), tensor({2}), tensor({3}), 4)), (Numbers{25}));
}

TEST(Elementwise, RefusesWhatIntegersCannotDo) {
  const Tensor i = tensor({1, 2});
  expect_message([&] { i.add(i, {.alpha = 0.5}); }, "argument alpha must not be a floating point number");
  expect_message([&] { leaky_relu(i); }, "leaky_relu: undefined for dtype int64");
  expect_message([&] { softplus(i); }, "softplus: undefined for dtype int64");
  expect_message([&] { addcdiv(i, i, i); }, "addcdiv: undefined for dtype int64");
  expect_message([&] { pow(i, -1); }, "Integers to negative integer powers are not allowed");
  expect_message([&] { lerp(zeros({2}), zeros({2}, kFloat64), 0.5); }, "expected dtype float32 for `end` but got");
  expect_message([&] { where(i, i, i); },
                 "where expected condition to be a boolean tensor, but got a tensor with dtype");
  expect_message([&] { masked_fill(zeros({2}), i, 1); }, "masked_fill only supports bool masks");
  expect_message([&] { masked_fill(zeros({2}), i > 1, zeros({2})); }, "only supports a 0-dimensional value tensor");
  expect_message([&] { clamp(zeros({2}), std::nullopt); }, "at least one of min and max must be given");
}

TEST(Elementwise, InPlaceResultsMustFitTheDtype) {
  Tensor i = tensor({1, 2}), b = tensor({true, false}), f = tensor({1.f, 2.f});
  expect_message([&] { i.add_(f); }, "result type Float can't be cast to the desired output type Long");
  expect_message([&] { i /= 2; }, "result type Float can't be cast to the desired output type Long");
  expect_message([&] { i.sqrt_(); }, "result type Float can't be cast to the desired output type Long");
  expect_message([&] { b += 1; }, "result type Long can't be cast to the desired output type Bool");
  EXPECT_EQ(i.version(), 0u);
  f += tensor({0.5, 0.25}, kFloat64);
  EXPECT_EQ(f.dtype(), kFloat32);
  EXPECT_EQ(values(f), (Numbers{1.5, 2.25}));
}

// -- in place ---------------------------------------------------------------------------------------------------------

TEST(Elementwise, InPlaceFormsWriteIntoTheTensor) {
  const auto check = [](const char* name, const std::function<Tensor&(Tensor&)>& in_place,
                        const std::function<Tensor(const Tensor&)>& fresh) {
    manual_seed(5);
    for (const Tensor& start : {rand({3, 5}) + 0.5, (rand({5, 3}) + 0.5).t(), rand({3, 10}).slice(1, 0, 10, 2) + 0.5}) {
      Tensor x = start.clone();
      Tensor strided = start.t().clone().t();  // not contiguous
      const float* data = x.data_ptr<float>();
      EXPECT_TRUE(in_place(x).is_same(x));
      in_place(strided);
      EXPECT_EQ(x.data_ptr<float>(), data);
      EXPECT_EQ(x.version(), 1u);
      EXPECT_TRUE(equal(x, fresh(start))) << name;
      EXPECT_TRUE(equal(strided, fresh(start))) << name;
    }
  };
  using T = Tensor;
  check(
      "x += x", [](T& x) -> T& { return x += x; }, [](const T& x) { return x + x; });
  check(
      "x -= 0.25", [](T& x) -> T& { return x -= 0.25; }, [](const T& x) { return x - 0.25; });
  check(
      "x *= x", [](T& x) -> T& { return x *= x; }, [](const T& x) { return x * x; });
  check(
      "x /= 3", [](T& x) -> T& { return x /= 3; }, [](const T& x) { return x / 3; });
  check(
      "x.add_(x, {.alpha = 3})", [](T& x) -> T& { return x.add_(x, {.alpha = 3}); },
      [](const T& x) { return x.add(x, {.alpha = 3}); });
  check(
      "x.sub_(2, {.alpha = 3})", [](T& x) -> T& { return x.sub_(2, {.alpha = 3}); }, [](const T& x) { return x - 6; });
  check(
      "x.pow_(3)", [](T& x) -> T& { return x.pow_(3); }, [](const T& x) { return x.pow(3); });
  check(
      "x.neg_()", [](T& x) -> T& { return x.neg_(); }, [](const T& x) { return -x; });
  check(
      "x.exp_()", [](T& x) -> T& { return x.exp_(); }, [](const T& x) { return x.exp(); });
  check(
      "x.log_()", [](T& x) -> T& { return x.log_(); }, [](const T& x) { return x.log(); });
  check(
      "x.sqrt_()", [](T& x) -> T& { return x.sqrt_(); }, [](const T& x) { return x.sqrt(); });
  check(
      "x.rsqrt_()", [](T& x) -> T& { return x.rsqrt_(); }, [](const T& x) { return x.rsqrt(); });
  check(
      "x.abs_()", [](T& x) -> T& { return x.abs_(); }, [](const T& x) { return x.abs(); });
  check(
      "x.sin_()", [](T& x) -> T& { return x.sin_(); }, [](const T& x) { return x.sin(); });
  check(
      "x.cos_()", [](T& x) -> T& { return x.cos_(); }, [](const T& x) { return x.cos(); });
  check(
      "x.tanh_()", [](T& x) -> T& { return x.tanh_(); }, [](const T& x) { return x.tanh(); });
  check(
      "x.sigmoid_()", [](T& x) -> T& { return x.sigmoid_(); }, [](const T& x) { return x.sigmoid(); });
  check(
      "x.relu_()", [](T& x) -> T& { return x.relu_(); }, [](const T& x) { return x.relu(); });
  check(
      "x.clamp_(0.7, 1.2)", [](T& x) -> T& { return x.clamp_(0.7, 1.2); },
      [](const T& x) { return x.clamp(0.7, 1.2); });
  check(
      "x.masked_fill_(x > 1, 9)", [](T& x) -> T& { return x.masked_fill_(x > 1, 9); },
      [](const T& x) { return x.masked_fill(x > 1, 9); });
  check(
      "x.addcmul_(x, x, 2)", [](T& x) -> T& { return x.addcmul_(x, x, 2); },
      [](const T& x) { return x.addcmul(x, x, 2); });
  check(
      "x.addcdiv_(x, x, 2)", [](T& x) -> T& { return x.addcdiv_(x, x, 2); },
      [](const T& x) { return x.addcdiv(x, x, 2); });
  check(
      "x.lerp_(x * 2, 0.25)", [](T& x) -> T& { return x.lerp_(x * 2, 0.25); },
      [](const T& x) { return x.lerp(x * 2, 0.25); });
}

TEST(Elementwise, InPlaceReadsOverlappingOperandsBeforeWriting) {
  Tensor x = arange(1, 5).to(kFloat32);
  x.slice(0, 1, 4).add_(x.slice(0, 0, 3));
  EXPECT_EQ(values(x), (Numbers{1, 3, 5, 7}));
  Tensor m = arange(4).view({2, 2}).to(kFloat32);
  m += m.t();
  EXPECT_EQ(values(m), (Numbers{0, 3, 3, 6}));
  Tensor y = tensor({2.f, 3.f});
  y *= y.select(0, 0);
  EXPECT_EQ(values(y), (Numbers{4, 6}));
}

// -- special values ---------------------------------------------------------------------------------------------------

TEST(Elementwise, NanGoesThrough) {
  const Tensor x = tensor({kNan, 1.0});
  const Tensor y = tensor({1.0, kNan});
  for (const Tensor& result : {maximum(x, y), minimum(x, y), x + y, x * y, x / y, where(x == x, y, x)}) {
    expect_same(result, {kNan, kNan});
  }
  for (const Tensor& result :
       {relu(x), leaky_relu(x), clamp(x, -2, 2), abs(x), exp(x) / std::exp(1), sigmoid(x) / sigmoid(tensor(1.0)),
        square(x), round(x), softplus(x) / softplus(tensor(1.0)), tanh(x) / tanh(tensor(1.0)), log(x) + 1,
        logsigmoid(x) / logsigmoid(tensor(1.0)), pow(x, 2.5), sqrt(x), expm1(x) / expm1(tensor(1.0))}) {
    expect_same(result, {kNan, 1});
  }
  expect_same(clamp(y, kNan, 2), {kNan, kNan});
  expect_same(sign(x), {0, 1});
}

TEST(Elementwise, InfinitiesAndZeros) {
  expect_same(tensor({1., -1., 0.}) / 0, {kInf, -kInf, kNan});
  expect_same(exp(tensor({kInf, -kInf, 1000., -1000.})), {kInf, 0, kInf, 0});
  expect_same(log(tensor({0., -1., kInf})), {-kInf, kNan, kInf});
  expect_same(log1p(tensor({-1., -2., kInf})), {-kInf, kNan, kInf});
  expect_same(sqrt(tensor({-1., 0., kInf})), {kNan, 0, kInf});
  expect_same(rsqrt(tensor({0., kInf})), {kInf, 0});
  expect_same(sigmoid(tensor({1000., -1000., 0., kInf, -kInf})), {1, 0, 0.5, 1, 0});
  expect_same(tanh(tensor({1000., -1000., 0., kInf, -kInf})), {1, -1, 0, 1, -1});
  expect_same(logsigmoid(tensor({1000., -1000., kInf, -kInf})), {0, -1000, 0, -kInf});
  expect_same(softplus(tensor({1000., -1000., 20.5, kInf, -kInf})), {1000, 0, 20.5, kInf, 0});
  expect_same(sin(tensor({kInf, 0.})), {kNan, 0});
  expect_same(expm1(tensor({kInf, -kInf})), {kInf, -1});
  EXPECT_TRUE(std::signbit(log1p(tensor(-0.0)).item<double>()));
  EXPECT_TRUE(std::signbit(expm1(tensor(-0.0)).item<double>()));
}

TEST(Elementwise, RoundsHalfToEven) {
  expect_same(round(tensor({0.5, 1.5, 2.5, -0.5, -1.5, 2.4, 2.6})), {0, 2, 2, 0, -2, 2, 3});
  expect_same(floor(tensor({-1.5, 1.5})), {-2, 1});
  expect_same(ceil(tensor({-1.5, 1.5})), {-1, 2});
}

TEST(Elementwise, ClampTakesTheUpperLimitWhereLimitsCross) {
  expect_same(clamp(tensor({0., 2., 4.}), 3, 1), {1, 1, 1});
  expect_same(clamp(tensor({0., 2., 4.}), tensor({1., 3., 3.}), tensor({2., 1., 3.})), {1, 1, 3});
  expect_same(clamp(tensor({0., 2.}), tensor(1.0), Tensor()), {1, 2});
  EXPECT_EQ(values(clamp(tensor({-5, 5}), -2, 2)), (Numbers{-2, 2}));
}

TEST(Elementwise, LerpHitsBothEnds) {
  const Tensor a = tensor({1e8f, 0.1f}), b = tensor({1.f, 0.7f});
  EXPECT_TRUE(equal(lerp(a, b, 0), a));
  EXPECT_TRUE(equal(lerp(a, b, 1), b));
}

TEST(Elementwise, Powers) {
  expect_same(pow(tensor({0., -2., 2.}), 0), {1, 1, 1});
  expect_same(pow(tensor({-8.0, -2.0}), 3), {-512, -8});
  expect_same(pow(tensor({-8.0, 2.0}), 1.5), {kNan, std::pow(2, 1.5)});
  expect_same(pow(tensor({0., 4.}), -0.5), {kInf, 0.5});
  expect_same(pow(tensor({0., 2.}), -2), {kInf, 0.25});
  expect_same(pow(2, tensor({-1., 0.5, 3.})), {0.5, std::sqrt(2), 8});
  expect_same(pow(tensor({0., 0., 2., -2.}), tensor({0., 2., -1., 3.})), {1, 0, 0.5, -8});
  EXPECT_EQ(values(pow(tensor({2, -3, 1, -1, -1, 5, 0}), tensor({10, 3, -5, -4, -3, -1, 0}))),
            (Numbers{1024, -27, 1, 1, -1, 0, 1}));
}

// -- accuracy ---------------------------------------------------------------------------------------------------------

template <class T>
double ulps_between(T got, long double exact) {
  const T rounded = static_cast<T>(exact);
  if (got == rounded || (std::isnan(got) && std::isnan(rounded))) return 0;
  const T ulp = std::nextafter(std::abs(rounded), std::numeric_limits<T>::infinity()) - std::abs(rounded);
  return static_cast<double>(std::abs(static_cast<long double>(got) - exact) / ulp);
}

using Kernel = Tensor (*)(const Tensor&, const Tensor&);

struct AccuracyCase {
  const char* name;
  Kernel kernel;
  long double (*exact)(long double);
  double low, high;
};

template <class T>
void expect_accurate(const AccuracyCase& c, double allowed) {
  manual_seed(11);
  const Tensor x = (rand({20011}, kFloat64) * (c.high - c.low) + c.low).to(dtype_of<T>::value);
  const Tensor y = c.kernel(x, {});
  for (int64_t i = 0; i < x.numel(); ++i) {
    const long double exact = c.exact(x.data_ptr<T>()[i]);
    if (std::abs(exact) < std::numeric_limits<T>::min()) continue;
    ASSERT_LE(ulps_between(y.data_ptr<T>()[i], exact), allowed) << c.name << "(" << x.data_ptr<T>()[i] << ")";
  }
}

const AccuracyCase kAccuracyCases[] = {
    {"exp", kernels::exp, [](long double x) { return std::exp(x); }, -87.3, 88.7},
    {"exp", kernels::exp, [](long double x) { return std::exp(x); }, -1, 1},
    {"expm1", kernels::expm1, [](long double x) { return std::expm1(x); }, -30, 88},
    {"expm1", kernels::expm1, [](long double x) { return std::expm1(x); }, -1e-3, 1e-3},
    {"log", kernels::log, [](long double x) { return std::log(x); }, 1e-6, 3},
    {"log", kernels::log, [](long double x) { return std::log(x); }, 1, 1e20},
    {"log1p", kernels::log1p, [](long double x) { return std::log1p(x); }, -0.99, 10},
    {"log1p", kernels::log1p, [](long double x) { return std::log1p(x); }, -1e-3, 1e-3},
    {"log2", kernels::log2, [](long double x) { return std::log2(x); }, 1e-6, 1e6},
    {"log10", kernels::log10, [](long double x) { return std::log10(x); }, 1e-6, 1e6},
    {"sin", kernels::sin, [](long double x) { return std::sin(x); }, -1000, 1000},
    {"cos", kernels::cos, [](long double x) { return std::cos(x); }, -1000, 1000},
    {"tan", kernels::tan, [](long double x) { return std::tan(x); }, -10, 10},
    {"tanh", kernels::tanh, [](long double x) { return std::tanh(x); }, -10, 10},
    {"tanh", kernels::tanh, [](long double x) { return std::tanh(x); }, -1e-3, 1e-3},
    {"sigmoid", kernels::sigmoid, [](long double x) { return 1 / (1 + std::exp(-x)); }, -87, 30},
    {"logsigmoid", kernels::logsigmoid, [](long double x) { return -std::log1p(std::exp(-x)); }, -50, 50},
};

TEST(Elementwise, Float32FunctionsAreWithin3Ulp) {
  for (const AccuracyCase& c : kAccuracyCases) expect_accurate<float>(c, 3);
}

TEST(Elementwise, Float64FunctionsAreWithin4Ulp) {
  for (const AccuracyCase& c : kAccuracyCases) expect_accurate<double>(c, 4);
}

TEST(Elementwise, ExpReachesSubnormalsAndTheLargestNumber) {
  for (const float x : {-88.f, -100.f, -103.f, -103.9f, 88.72f, 88.7228f}) {
    const float expected = std::exp(x), got = exp(tensor(x, kFloat32)).item<float>();
    EXPECT_LE(std::abs(got - expected), std::max(expected * 2e-7f, std::numeric_limits<float>::denorm_min())) << x;
  }
  EXPECT_EQ(exp(tensor(-104.f, kFloat32)).item<float>(), 0.f);
  EXPECT_EQ(exp(tensor(88.73f, kFloat32)).item<float>(), std::numeric_limits<float>::infinity());
  for (const double x : {-708.5, -730.0, -745.0, 709.5, 709.78}) {
    const double expected = std::exp(x), got = exp(tensor(x, kFloat64)).item<double>();
    EXPECT_LE(std::abs(got - expected), std::max(expected * 1e-15, std::numeric_limits<double>::denorm_min())) << x;
  }
}

// The last elements go through the same vector function: no value depends on its place.
TEST(Elementwise, ValuesDoNotDependOnTheirPlace) {
  manual_seed(7);
  const Tensor x = randn({37}) * 5;
  for (const Kernel kernel :
       {Kernel(kernels::exp), Kernel(kernels::tanh), Kernel(kernels::sigmoid), Kernel(kernels::sin)}) {
    const Tensor whole = kernel(x, {});
    for (int64_t i = 0; i < 37; ++i) {
      ASSERT_EQ(kernel(x.select(0, i), {}).item<float>(), whole.select(0, i).item<float>());
      ASSERT_EQ(kernel(x.slice(0, i), {}).select(0, 0).item<float>(), whole.select(0, i).item<float>());
    }
  }
}

// More elements than the caches hold go through loops of their own.
TEST(Elementwise, LargeResultsAreThoseOfTheirParts) {
  manual_seed(13);
  const Tensor x = randn({1049, 1021}), row = randn({1021}), column = randn({1049, 1});
  const auto all = [&](const Tensor& rows, const Tensor& of_rows) {
    return TensorList{rows + rows,    rows + row,  of_rows * rows,       rows * 2,
                      rows.gt(row),   rows.exp(),  rows.softmax(1),      (rows * 1).mul_(row),
                      rows.sigmoid(), rows.tanh(), rows.to(kFloat64) + 1};
  };
  const TensorList large = all(x, column);
  for (int64_t first = 0; first < 1049; first += 300) {
    const int64_t end = std::min<int64_t>(first + 300, 1049);
    const TensorList part = all(x.slice(0, first, end), column.slice(0, first, end));
    for (size_t i = 0; i < part.size(); ++i) EXPECT_TRUE(large[i].slice(0, first, end).equal(part[i])) << i;
  }
}

// Not every processor's map goes through the loop that asks ahead.
TEST(Elementwise, AskingAheadComputesTheSame) {
  for (const int64_t n : {0, 1, 15, 16, 17, 1000}) {
    manual_seed(14);
    const Tensor x = randn({n + 1}), y = randn({n + 1});
    Tensor out = zeros({n + 1});
    kernels::map_far(
        n, out.data_ptr<float>(), [](float a, float b) { return a * b; }, x.data_ptr<float>(), y.data_ptr<float>());
    EXPECT_TRUE(out.slice(0, 0, n).equal((x * y).slice(0, 0, n))) << n;
    EXPECT_EQ(out[n].item<float>(), 0) << n;
  }
}

}  // namespace
}  // namespace gradus
