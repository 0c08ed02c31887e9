#include <gradus/autograd/functional.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/random.h>
#include <gradus/tests/error_of.h>
#include <gtest/gtest.h>

namespace gradus {
namespace {

using namespace autograd::functional;
using Values = std::vector<double>;

Tensor numbers(const Values& values) { return tensor(values, kFloat64); }

void expect_values(const Tensor& actual, IntArrayRef sizes, const Values& expected) {
  ASSERT_EQ(actual.sizes(), sizes);
  const Values values = actual.to_vector<double>();
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(values[i], expected[i], 1e-12) << i;
}

TEST(Jacobian, OfOneTensorHasTheSizesOfBoth) {
  const Tensor x = numbers({1, 2, 3});
  const Tensor j = jacobian([](const Tensor& t) { return t * t; }, x);
  expect_values(j, {3, 3}, {2, 0, 0, 0, 4, 0, 0, 0, 6});
  EXPECT_FALSE(j.requires_grad());
  EXPECT_FALSE(x.requires_grad());
  expect_values(jacobian([](const Tensor& t) { return t.sum(); }, x), {3}, {1, 1, 1});
  EXPECT_EQ(jacobian([](const Tensor& t) { return t.view({3, 1}) * t; }, x).sizes(), IntArrayRef({3, 3, 3}));
}

TEST(Jacobian, OfSeveralTensorsIsATable) {
  const Tensor x = numbers({2, 3}), y = numbers({5});
  const auto f = [](const TensorList& t) -> TensorList { return {t[0] * t[1], t[1] * 2}; };
  const std::vector<TensorList> j = jacobian(f, {x, y});
  ASSERT_EQ(j.size(), 2u);
  expect_values(j[0][0], {2, 2}, {5, 0, 0, 5});
  expect_values(j[0][1], {2, 1}, {2, 3});
  expect_values(j[1][0], {1, 2}, {0, 0});
  expect_values(j[1][1], {1, 1}, {2});
}

TEST(Jacobian, CreateGraphMakesItDifferentiable) {
  const Tensor x = numbers({1, 2}).requires_grad_();
  const Tensor j = jacobian([](const Tensor& t) { return t * t * t; }, x, {.create_graph = true});
  expect_values(j.detach(), {2, 2}, {3, 0, 0, 12});
  j.sum().backward();
  expect_values(x.grad(), {2}, {6, 12});
}

TEST(Jacobian, StrictNamesWhatPlaysNoPart) {
  const Tensor x = numbers({1}), y = numbers({2});
  const auto first = [](const Tensor& a, const Tensor&) { return a * 2; };
  EXPECT_EQ(jacobian(first, {x, y})[0][1].item<double>(), 0);
  EXPECT_NE(error_of([&] {
              jacobian(first, {x, y}, {.strict = true});
            }).find("independent of input 1"),
            std::string::npos);
  const auto constant = [](const Tensor& a) { return ones_like(a); };
  expect_values(jacobian(constant, x), {1, 1}, {0});
  EXPECT_NE(error_of([&] { jacobian(constant, x, {.strict = true}); }).find("Output 0"), std::string::npos);
}

TEST(Jacobian, EmptyOutputGivesAnEmptyJacobian) {
  EXPECT_EQ(jacobian([](const Tensor& t) { return t.narrow(0, 0, 0); }, numbers({1, 2})).sizes(), IntArrayRef({0, 2}));
}

TEST(Hessian, OfAQuadraticIsItsMatrix) {
  const Tensor a = tensor({{2., 1.}, {0., 3.}}, kFloat64);
  const auto f = [&](const Tensor& x) { return x.dot(a.mv(x)); };
  expect_values(hessian(f, numbers({0.5, -1})), {2, 2}, {4, 1, 1, 6});
}

TEST(Hessian, OfSeveralTensorsHasMixedDerivatives) {
  const auto f = [](const Tensor& x, const Tensor& y) { return (x * x * y).sum(); };
  const auto h = hessian(f, {numbers({2}), numbers({3})});
  expect_values(h[0][0], {1, 1}, {6});
  expect_values(h[0][1], {1, 1}, {4});
  expect_values(h[1][0], {1, 1}, {4});
  expect_values(h[1][1], {1, 1}, {0});
}

TEST(Hessian, OfALinearFunctionIsZeroOrAnErrorIfStrict) {
  const auto f = [](const Tensor& x) { return x.sum(); };
  expect_values(hessian(f, numbers({1, 2})), {2, 2}, {0, 0, 0, 0});
  EXPECT_NE(error_of([&] { hessian(f, numbers({1, 2}), {.strict = true}); }), "no error");
  EXPECT_THROW(hessian([](const Tensor& x) { return x * 2; }, numbers({1, 2})), ValueError);
}

TEST(Products, AreThoseWithTheJacobian) {
  manual_seed(1);
  const Tensor a = randn({3, 2}, kFloat64), x = randn({2}, kFloat64), v = randn({3}, kFloat64),
               u = randn({2}, kFloat64);
  const auto f = [&](const Tensor& t) { return a.mv(t).exp(); };
  const Tensor j = jacobian(f, x);
  const auto [output, row] = vjp(f, x, v);
  expect_values(output, {3}, f(x).to_vector<double>());
  expect_values(row, {2}, j.t().mv(v).to_vector<double>());
  const auto [same_output, column] = jvp(f, x, u);
  expect_values(same_output, {3}, output.to_vector<double>());
  expect_values(column, {3}, j.mv(u).to_vector<double>());
}

TEST(Products, OfALinearFunction) {
  const auto [output, column] = jvp([](const Tensor& t) { return t * 3; }, numbers({1, 2}), numbers({4, 5}));
  expect_values(column, {2}, {12, 15});
}

TEST(Products, VectorMayBeLeftOutForOneElement) {
  EXPECT_EQ(vjp([](const Tensor& t) { return (t * t).sum(); }, numbers({1, 2})).second.to_vector<double>(),
            (Values{2, 4}));
  EXPECT_EQ(jvp([](const Tensor& t) { return t * t; }, numbers({3})).second.to_vector<double>(), (Values{6}));
  EXPECT_THROW(vjp([](const Tensor& t) { return t * t; }, numbers({1, 2})), ValueError);
  EXPECT_THROW(vjp([](const Tensor& t) { return t * t; }, numbers({1, 2}), numbers({1})), ValueError);
}

TEST(Products, CreateGraphMakesThemDifferentiable) {
  manual_seed(2);
  const auto through_vjp = [](const Tensor& x, const Tensor& v) {
    return vjp([](const Tensor& t) { return t * t * t; }, x, v, {.create_graph = true}).second;
  };
  EXPECT_TRUE(gradcheck(through_vjp, {randn({2}, kFloat64).requires_grad_(), randn({2}, kFloat64).requires_grad_()}));
}

}  // namespace
}  // namespace gradus
