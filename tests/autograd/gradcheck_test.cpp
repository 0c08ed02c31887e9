#include <gradus/autograd/function.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/random.h>
#include <gradus/tests/error_of.h>
#include <gtest/gtest.h>
#include <limits>
#include <utility>

namespace gradus {
namespace {

constexpr autograd::GradcheckOptions kReport{.raise_exception = false};

Tensor input(IntArrayRef sizes) { return randn(sizes, kFloat64).requires_grad_(); }

void expect_message(const autograd::GradcheckResult& result, const std::string& text) {
  EXPECT_FALSE(result);
  EXPECT_NE(result.message.find(text), std::string::npos) << result.message;
}

TEST(Gradcheck, PassesForRightDerivatives) {
  manual_seed(1);
  const Tensor x = input({2, 3}), y = input({3});
  const auto product = [](const Tensor& a, const Tensor& b) { return a * b + a; };
  EXPECT_TRUE(gradcheck(product, {x, y}));
  EXPECT_TRUE(gradgradcheck(product, {x, y}));
  EXPECT_EQ(gradcheck(product, {x, y}).message, "");
}

TEST(Gradcheck, TakesListsAndSeveralOutputs) {
  manual_seed(2);
  const auto outputs = [](const TensorList& x) -> TensorList { return {x[0] * x[1], x[1].exp()}; };
  EXPECT_TRUE(gradcheck(outputs, {input({2}), input({2})}));
  EXPECT_TRUE(gradgradcheck(outputs, {input({2}), input({2})}));
  EXPECT_TRUE(gradcheck([](const auto& x) { return x * x; }, {input({2})}));
  EXPECT_TRUE(gradcheck(static_cast<Tensor (*)(const Tensor&)>(&gradus::exp), {input({2})}));
}

TEST(Gradcheck, TakesStridedAndZeroDimensionalInputs) {
  manual_seed(3);
  const Tensor transposed = randn({3, 2}, kFloat64).t().requires_grad_(), number = input({});
  EXPECT_TRUE(gradcheck([](const Tensor& x, const Tensor& y) { return x * x * y; }, {transposed, number}));
}

// out = a * b with a derivative of b that lacks its factor.
struct BrokenMul : Function<BrokenMul> {
  static constexpr auto name = "broken_mul";
  static Tensor forward(Context& ctx, const Tensor& a, const Tensor& b) {
    ctx.save_for_backward(a, b);
    return a * b;
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g * ctx.saved(1), g.clone()}; }
};

TEST(Gradcheck, NamesOpInputElementAndBothNumbers) {
  const Tensor a = tensor({1., 2., 5.}, kFloat64).requires_grad_(), b = tensor({3., 4., 6.}, kFloat64).requires_grad_();
  const auto result =
      gradcheck([](const Tensor& x, const Tensor& y) { return BrokenMul::apply(x, y) + 1; }, {a, b}, kReport);
  expect_message(result, "Jacobian mismatch for output 0 with respect to input 1");
  expect_message(result, "AddBackward0, BrokenMulBackward0");
  expect_message(result, "d output[1] / d input[1]: backward gives 1, the central difference 2");
  expect_message(result, "2 of 9 elements differ");
  expect_message(result, "\nnumerical:tensor([[1.0000, 0.0000, 0.0000],");
  expect_message(result, "\nanalytical:tensor([[1., 0., 0.],");
}

TEST(Gradcheck, DefaultsArePyTorchs) {
  const autograd::GradcheckOptions options;
  EXPECT_EQ(options.eps, 1e-6);
  EXPECT_EQ(options.atol, 1e-5);
  EXPECT_EQ(options.rtol, 1e-3);
  EXPECT_EQ(options.nondet_tol, 0);
  EXPECT_TRUE(options.raise_exception);
  EXPECT_TRUE(options.check_undefined_grad);
}

TEST(Gradcheck, ThrowsUnlessAskedForTheResult) {
  const Tensor a = input({2}), b = input({2});
  const auto broken = [](const Tensor& x, const Tensor& y) { return BrokenMul::apply(x, y); };
  EXPECT_THROW(gradcheck(broken, {a, b}), autograd::GradcheckError);
  EXPECT_EQ(error_of([&] { gradcheck(broken, {a, b}); }), gradcheck(broken, {a, b}, kReport).message);
}

// out = x^3 whose backward is right, but cannot be differentiated again: it hides 3 x^2 from the graph.
struct OnceDifferentiableCube : Function<OnceDifferentiableCube> {
  static constexpr auto name = "once_differentiable_cube";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return x * x * x;
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0).detach();
    return {g * (3 * x * x)};
  }
};

TEST(Gradcheck, SecondOrderFindsADerivativeThatHidesFromTheGraph) {
  manual_seed(4);
  const auto cube = [](const Tensor& x) { return OnceDifferentiableCube::apply(x); };
  EXPECT_TRUE(gradcheck(cube, {input({3})}));
  expect_message(gradgradcheck(cube, {input({3})}, kReport), "with respect to input 0");
}

TEST(Gradcheck, SecondOrderTakesGivenGradients) {
  const Tensor x = tensor({2.}, kFloat64).requires_grad_(), g = tensor({0.5}, kFloat64).requires_grad_();
  EXPECT_TRUE(gradgradcheck([](const Tensor& t) { return t * t * t; }, {x}, {g}));
}

// The gradient is right at every other call.
struct Forgetful : Function<Forgetful> {
  static constexpr auto name = "forgetful";
  static inline int calls = 0;
  static Tensor forward(Context&, const Tensor& x) { return x * 2; }
  static TensorList backward(Context&, const Tensor& g) { return {g * (calls++ < 2 ? 2.0 : 2.001)}; }
};

TEST(Gradcheck, FindsABackwardThatIsNotReentrant) {
  Forgetful::calls = 0;
  const auto f = [](const Tensor& x) { return Forgetful::apply(x); };
  expect_message(gradcheck(f, {input({2})}, kReport), "Backward is not reentrant");
  Forgetful::calls = 0;
  EXPECT_TRUE(gradcheck(f, {input({2})}, {.nondet_tol = 0.01}));
}

// Right as long as the incoming gradient is 1.
struct IgnoresGradient : Function<IgnoresGradient> {
  static constexpr auto name = "ignores_gradient";
  static Tensor forward(Context&, const Tensor& x) { return x * 2; }
  static TensorList backward(Context&, const Tensor& g) { return {ones_like(g) * 2}; }
};

TEST(Gradcheck, FindsABackwardThatIgnoresItsGradient) {
  expect_message(gradcheck([](const Tensor& x) { return IgnoresGradient::apply(x); }, {input({1})}, kReport),
                 "backward not multiplied by grad_output");
}

// Counts how often its backward runs.
struct TwoOutputs : Function<TwoOutputs> {
  static constexpr auto name = "two_outputs";
  static inline int runs = 0;
  static TensorList forward(Context&, const Tensor& x) { return {x * 2, x * 3}; }
  static TensorList backward(Context&, const TensorList& g) {
    ++runs;
    return {g[0] * 2 + g[1] * 3};
  }
};

TEST(Gradcheck, RunsBackwardWithEachOutputsGradientUndefined) {
  const auto runs = [](bool check_undefined_grad) {
    TwoOutputs::runs = 0;
    EXPECT_TRUE(gradcheck([](const Tensor& x) { return TwoOutputs::apply(x); }, {input({2})},
                          {.check_undefined_grad = check_undefined_grad}));
    return TwoOutputs::runs;
  };
  EXPECT_EQ(runs(true), runs(false) + 2);
}

// Throws after as many runs as the checks with defined gradients need.
struct NeedsFirstGradient : Function<NeedsFirstGradient> {
  static constexpr auto name = "needs_first_gradient";
  static inline int runs = 0, good_runs = 0;
  static TensorList forward(Context&, const Tensor& x) { return {x * 2, x * 3}; }
  static TensorList backward(Context&, const TensorList& g) {
    if (++runs > good_runs) throw Error("no gradient for output 0");
    return {g[0] * 2 + g[1] * 3};
  }
};

TEST(Gradcheck, ReportsABackwardThatThrowsWithoutAGradient) {
  const auto f = [](const Tensor& x) { return NeedsFirstGradient::apply(x); };
  NeedsFirstGradient::good_runs = std::numeric_limits<int>::max();
  gradcheck(f, {input({1})}, {.check_undefined_grad = false});
  NeedsFirstGradient::good_runs = std::exchange(NeedsFirstGradient::runs, 0);
  const auto result = gradcheck(f, {input({1})}, kReport);
  expect_message(result, "Expected backward function to handle undefined output grads");
  expect_message(result, "no gradient for output 0");
}

TEST(Gradcheck, OutputsWithoutGradientMustBeConstant) {
  manual_seed(5);
  EXPECT_TRUE(gradcheck([](const Tensor& x) { return ones_like(x); }, {input({2})}));
  expect_message(gradcheck([](const Tensor& x) { return x.detach() * 2; }, {input({2})}, kReport),
                 "Numerical gradient for function expected to be zero");
}

TEST(Gradcheck, NanIsAMismatch) {
  const Tensor x = tensor({-1.}, kFloat64).requires_grad_();
  expect_message(gradcheck([](const Tensor& t) { return t.log(); }, {x}, kReport), "Jacobian mismatch");
}

TEST(Gradcheck, RefusesInputsItCannotCheck) {
  const auto twice = [](const Tensor& x) { return x * 2; };
  const auto two = [](const Tensor& x, const Tensor& y) { return x * y; };
  EXPECT_THROW(gradcheck(twice, {ones({2}, kFloat64)}), ValueError);
  const Tensor overlapping = ones({1, 3}, kFloat64).expand({2, 3}).requires_grad_();
  EXPECT_NE(error_of([&] { gradcheck(twice, {overlapping}); }).find("share memory"), std::string::npos);
  EXPECT_NE(error_of([&] { gradcheck(two, {input({2})}); }).find("takes 2 tensors, but 1"), std::string::npos);
}

TEST(Gradcheck, WarnsForFloat32) {
  testing::internal::CaptureStderr();
  const Tensor x = ones({2}).requires_grad_();
  gradcheck([](const Tensor& t) { return t * 2; }, {x}, kReport);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("input 0 requires gradient and is float32"), std::string::npos);
}

TEST(Gradcheck, LeavesInputsAndGeneratorAsTheyWere) {
  manual_seed(6);
  const Tensor x = input({3});
  const std::vector<double> before = x.to_vector<double>();
  const uint32_t version = x.version();
  manual_seed(7);
  gradgradcheck([](const Tensor& t) { return t * t; }, {x});
  const double next = rand({1}, kFloat64).item<double>();
  manual_seed(7);
  EXPECT_EQ(next, rand({1}, kFloat64).item<double>());
  EXPECT_EQ(x.to_vector<double>(), before);
  EXPECT_EQ(x.version(), version);
  EXPECT_FALSE(x.grad().defined());
}

}  // namespace
}  // namespace gradus
