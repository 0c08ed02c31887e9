#include <gradus/autograd/engine.h>
#include <gradus/autograd/random.h>
#include <gradus/autograd/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gradus {
namespace {

using Doubles = std::vector<double>;
using Integers = std::vector<int64_t>;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Extreme, ValuesAndIndices) {
  const Tensor x = tensor({{3., 9., 9.}, {7., 1., 8.}});
  EXPECT_EQ(x.max().item<double>(), 9);
  EXPECT_EQ(x.min().item<double>(), 1);
  const auto [values, indices] = x.max(1);
  EXPECT_EQ(values.to_vector<double>(), (Doubles{9, 8}));
  EXPECT_EQ(indices.to_vector<int64_t>(), (Integers{1, 2}));  // the first of two
  EXPECT_EQ(indices.dtype(), kInt64);
  const auto [lowest, where_lowest] = x.min(0, true);
  EXPECT_EQ(lowest.to_vector<double>(), (Doubles{3, 1, 8}));
  EXPECT_EQ(where_lowest.to_vector<int64_t>(), (Integers{0, 1, 1}));
  EXPECT_EQ(where_lowest.sizes(), (IntArrayRef{1, 3}));
  EXPECT_EQ(x.amax({0, 1}, true).sizes(), (IntArrayRef{1, 1}));
  EXPECT_EQ(x.amin(1).to_vector<double>(), (Doubles{3, 1}));
  EXPECT_EQ(x.argmax().item<int64_t>(), 1);
  EXPECT_EQ(x.t().argmax().item<int64_t>(), 2);  // counted in the order of the view
  EXPECT_EQ(x.argmin(std::nullopt, true).sizes(), (IntArrayRef{1, 1}));
  EXPECT_EQ(x.argmin(1).to_vector<int64_t>(), (Integers{0, 1}));
  EXPECT_EQ(std::get<1>(tensor(3.).max(0)).item<int64_t>(), 0);
}

TEST(Extreme, OfIntegersAndBools) {
  EXPECT_EQ(tensor({3, 9, -2}).max().item<int64_t>(), 9);
  EXPECT_EQ(tensor({3, 9, -2}).argmin().item<int64_t>(), 2);
  EXPECT_TRUE(tensor({false, true}).max().item<bool>());
  EXPECT_FALSE(tensor({false, true}).amin().item<bool>());
  EXPECT_EQ(std::get<1>(tensor({false, true, true}).max(0)).item<int64_t>(), 1);
  EXPECT_THROW(tensor({false, true}).argmax(), Error);
}

TEST(Extreme, NanWins) {
  const Tensor x = tensor({1., kNan, 3., kNan});
  EXPECT_TRUE(std::isnan(x.max().item<double>()));
  EXPECT_TRUE(std::isnan(x.min().item<double>()));
  EXPECT_TRUE(std::isnan(x.amax(0).item<double>()));
  EXPECT_EQ(x.argmax().item<int64_t>(), 1);
  EXPECT_EQ(std::get<1>(x.min(0)).item<int64_t>(), 1);
  // The same in columns, and far along a row.
  const Tensor columns = tensor({{1., kNan}, {kNan, 2.}, {kNan, 5.}});
  EXPECT_EQ(columns.argmax(0).to_vector<int64_t>(), (Integers{1, 0}));
  const Tensor row = arange(100, kFloat32).clone();
  row[70] = kNan;
  EXPECT_EQ(row.argmax().item<int64_t>(), 70);
  EXPECT_EQ(row.argmin().item<int64_t>(), 70);
}

TEST(Extreme, AgreesWithALoopAtEveryLength) {
  manual_seed(0);
  for (const int64_t n : {1, 2, 15, 16, 17, 31, 33, 64, 100, 257}) {
    const Tensor x = randint(-5, 5, {n, 3}, kFloat32);
    const std::vector<double> numbers = x.select(1, 1).to_vector<double>();
    const auto best = std::max_element(numbers.begin(), numbers.end());
    EXPECT_EQ(x.argmax(0)[1].item<int64_t>(), best - numbers.begin());
    EXPECT_EQ(x.t().contiguous().argmax(1)[1].item<int64_t>(), best - numbers.begin());
    EXPECT_EQ(x.amax(0)[1].item<double>(), *best);
  }
}

TEST(Extreme, OfNothingIsAnError) {
  EXPECT_EQ(message_of([] { zeros({0}).max(); }),
            "max(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the "
            "'dim' argument.");
  EXPECT_THROW(zeros({0, 3}).min(0), IndexError);
  EXPECT_THROW(zeros({0, 3}).amax(0), IndexError);
  EXPECT_THROW(zeros({0}).amin(), Error);
  EXPECT_THROW(zeros({0}).argmax(), IndexError);
  EXPECT_THROW(zeros({0, 3}).argmin(0), IndexError);
  EXPECT_EQ(zeros({0, 3}).argmax(1).sizes(), (IntArrayRef{0}));
  EXPECT_EQ(std::get<0>(zeros({0, 3}).max(1)).sizes(), (IntArrayRef{0}));
}

Doubles gradient(const std::function<Tensor(const Tensor&)>& f, const Tensor& x) {
  const Tensor leaf = x.detach().requires_grad_();
  return autograd::grad({f(leaf)}, {leaf})[0].to_vector<double>();
}

TEST(Extreme, GradientAmongTies) {
  const Tensor x = tensor({1., 3., 3.});
  EXPECT_EQ(gradient([](const Tensor& a) { return a.max(); }, x), (Doubles{0, 0.5, 0.5}));
  EXPECT_EQ(gradient([](const Tensor& a) { return a.amax(0); }, x), (Doubles{0, 0.5, 0.5}));
  EXPECT_EQ(gradient([](const Tensor& a) { return std::get<0>(a.max(0)); }, x), (Doubles{0, 1, 0}));
  EXPECT_EQ(gradient([](const Tensor& a) { return a.max(); }, tensor({1., kNan, 3., kNan})), (Doubles{0, 0.5, 0, 0.5}));
}

TEST(Extreme, NamesOfTheNodes) {
  const Tensor x = ones({2}, requires_grad());
  EXPECT_EQ(x.max().grad_fn()->name(), "MaxBackward0");
  const auto [values, indices] = x.min(0);
  EXPECT_EQ(values.grad_fn()->name(), "MinBackward0");
  EXPECT_FALSE(indices.requires_grad());
}

}  // namespace
}  // namespace gradus
