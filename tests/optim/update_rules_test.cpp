// The update rules, held against the formulas written once more for single numbers, in double.
#include <gradus/autograd/tensor.h>
#include <gradus/autograd/threads.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

namespace gradus::optim {
namespace {

constexpr int kSteps = 20;
constexpr int64_t kRows = 3, kSize = kRows * 15;  // more than the registers hold, and a rest

double gradient_at(int step, int64_t i) {
  return std::sin(1.3 * step + static_cast<double>(i)) + 0.2 * static_cast<double>(i % 6);
}
double start_at(int64_t i) { return 0.5 * static_cast<double>(i % 7) - 1; }

// One number's update: its value before, its gradient, the step from 1, and room for what is remembered.
using Rule = std::function<double(double p, double g, int t, double (&memory)[3])>;

std::vector<double> expected(const Rule& rule) {
  std::vector<double> result;
  for (int64_t i = 0; i < kSize; ++i) {
    double p = start_at(i), memory[3] = {};
    for (int t = 1; t <= kSteps; ++t) p = rule(p, gradient_at(t, i), t, memory);
    result.push_back(p);
  }
  return result;
}

// Contiguous parameters take the fused loop, on as many threads as have computed the gradient; transposed ones take the
// formula in Tensor ops.
enum class Way { kFused, kThreads, kComposed };
constexpr int kThreads = 3;

template <class Optimizer, class Options>
std::vector<double> actual(const Options& options, Dtype dtype, Way way) {
  std::vector<double> start;
  for (int64_t i = 0; i < kSize; ++i) start.push_back(start_at(i));
  Tensor p = tensor(start, TensorOptions(dtype)).view({kRows, -1});
  if (way == Way::kComposed) p = p.t().contiguous().t();
  p = p.detach().requires_grad_();
  Optimizer optimizer({p}, options);
  if (way == Way::kThreads) set_num_threads(kThreads);
  for (int t = 1; t <= kSteps; ++t) {
    std::vector<double> g;
    for (int64_t i = 0; i < kSize; ++i) g.push_back(gradient_at(t, i));
    p.mutable_grad() = tensor(g, TensorOptions(dtype)).view({kRows, -1});
    if (way == Way::kThreads) p.mutable_grad().impl()->parts = kThreads;
    optimizer.step();
  }
  set_num_threads(1);
  return p.detach().to_vector<double>();
}

template <class Optimizer, class Options>
void expect_rule(const Options& options, const Rule& rule) {
  const std::vector<double> want = expected(rule);
  for (const Dtype dtype : {kFloat64, kFloat32}) {
    for (const Way way : {Way::kFused, Way::kThreads, Way::kComposed}) {
      const std::vector<double> got = actual<Optimizer>(options, dtype, way);
      const double atol = dtype == kFloat64 ? 1e-12 : 1e-6, rtol = dtype == kFloat64 ? 1e-10 : 1e-4;
      for (size_t i = 0; i < want.size(); ++i) {
        EXPECT_NEAR(got[i], want[i], atol + rtol * std::abs(want[i]))
            << "element " << i << ", " << to_string(dtype) << (way == Way::kFused ? ", fused" : ", composed");
      }
    }
  }
}

void expect_sgd(const SGDOptions& o) {
  expect_rule<SGD>(o, [o](double p, double g, int t, double(&memory)[3]) {
    g = (o.maximize ? -g : g) + o.weight_decay * p;
    if (o.momentum == 0) return p - o.lr * g;
    double& v = memory[0];
    v = t == 1 ? g : o.momentum * v + (1 - o.dampening) * g;
    return p - o.lr * (o.nesterov ? g + o.momentum * v : v);
  });
}

TEST(UpdateRules, SGD) {
  expect_sgd({.lr = 0.1});
  expect_sgd({.lr = 0.1, .maximize = true});
  expect_sgd({.lr = 0.1, .weight_decay = 0.3});
  expect_sgd({.lr = 0.1, .weight_decay = 0.3, .maximize = true});
  expect_sgd({.lr = 0.1, .momentum = 0.9});
  expect_sgd({.lr = 0.1, .momentum = 0.9, .dampening = 0.4, .weight_decay = 0.3});
  expect_sgd({.lr = 0.1, .momentum = 0.9, .nesterov = true});
  expect_sgd({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true, .maximize = true});
}

template <class Optimizer, class Options>
void expect_adam(const Options& o) {
  constexpr bool decoupled = std::is_same_v<Optimizer, AdamW>;
  expect_rule<Optimizer>(o, [o](double p, double g, int t, double(&memory)[3]) {
    auto& [m, v, largest] = memory;
    if (o.maximize) g = -g;
    if constexpr (decoupled) {
      p *= 1 - o.lr * o.weight_decay;
    } else {
      g += o.weight_decay * p;
    }
    const auto [beta1, beta2] = *o.betas;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    largest = o.amsgrad ? std::max(largest, v) : v;
    const double m_hat = m / (1 - std::pow(beta1, t)), v_hat = largest / (1 - std::pow(beta2, t));
    return p - o.lr * m_hat / (std::sqrt(v_hat) + o.eps);
  });
}

TEST(UpdateRules, Adam) {
  expect_adam<Adam>(AdamOptions{});
  expect_adam<Adam>(AdamOptions{.lr = 0.1, .eps = 0.5});  // the place of eps shows
  expect_adam<Adam>(AdamOptions{.lr = 0.1, .betas = {0.5, 0.6}, .amsgrad = true});
  expect_adam<Adam>(AdamOptions{.lr = 0.1, .weight_decay = 0.3, .maximize = true});
}

TEST(UpdateRules, AdamW) {
  expect_adam<AdamW>(AdamWOptions{});
  expect_adam<AdamW>(AdamWOptions{.lr = 0.1, .eps = 0.5, .weight_decay = 0.3});
  expect_adam<AdamW>(AdamWOptions{.lr = 0.1, .betas = {0.5, 0.6}, .amsgrad = true, .maximize = true});
}

void expect_rmsprop(const RMSpropOptions& o) {
  expect_rule<RMSprop>(o, [o](double p, double g, int, double(&memory)[3]) {
    auto& [square, mean, buffer] = memory;
    g = (o.maximize ? -g : g) + o.weight_decay * p;
    square = o.alpha * square + (1 - o.alpha) * g * g;
    mean = o.alpha * mean + (1 - o.alpha) * g;
    const double denominator = std::sqrt(o.centered ? square - mean * mean : square) + o.eps;
    buffer = o.momentum * buffer + g / denominator;
    return p - o.lr * buffer;
  });
}

TEST(UpdateRules, RMSprop) {
  expect_rmsprop({});
  expect_rmsprop({.lr = 0.1, .alpha = 0.8, .eps = 0.5});
  expect_rmsprop({.lr = 0.1, .alpha = 0.8, .weight_decay = 0.3, .maximize = true});
  expect_rmsprop({.lr = 0.1, .alpha = 0.8, .momentum = 0.9});
  expect_rmsprop({.lr = 0.1, .alpha = 0.8, .eps = 1e-3, .centered = true});
  expect_rmsprop({.lr = 0.1, .alpha = 0.8, .eps = 1e-3, .momentum = 0.9, .centered = true});
}

TEST(UpdateRules, DefaultsArePyTorchs) {
  EXPECT_EQ(*SGDOptions{}.lr, 1e-3);
  EXPECT_EQ(*AdamOptions{}.lr, 1e-3);
  EXPECT_EQ(*AdamOptions{}.betas, std::pair(0.9, 0.999));
  EXPECT_EQ(*AdamOptions{}.eps, 1e-8);
  EXPECT_EQ(*AdamOptions{}.weight_decay, 0);
  EXPECT_EQ(*AdamWOptions{}.weight_decay, 1e-2);
  EXPECT_EQ(*RMSpropOptions{}.lr, 1e-2);
  EXPECT_EQ(*RMSpropOptions{}.alpha, 0.99);
}

TEST(UpdateRules, AFirstStepOfAdamIsAsLongAsTheLearningRate) {
  for (const double g : {1e-3, 1.0, 1e3}) {
    Tensor p = tensor({1.0}, requires_grad());
    Adam adam({p}, {.lr = 0.1});
    p.mutable_grad() = tensor({g});
    adam.step();
    EXPECT_NEAR(p.item<double>(), 0.9, 1e-5) << "gradient " << g;
  }
}

TEST(UpdateRules, WithoutWeightDecayAnInfiniteParameterStaysInfinite) {
  Tensor p = tensor({std::numeric_limits<double>::infinity()}, requires_grad());
  Adam adam({p}, {.lr = 0.1});
  p.mutable_grad() = tensor({1.0});
  adam.step();
  EXPECT_TRUE(std::isinf(p.item<double>()));
}

TEST(UpdateRules, MeansDecayToZeroAndDoNotLingerAmongDenormalNumbers) {
  Tensor p = tensor({1.0, 2.0}, requires_grad());
  Adam adam({p}, {.betas = {0.5, 0.6}});
  SGD sgd({p}, {.momentum = 0.5});
  RMSprop rmsprop({p}, {.alpha = 0.5, .momentum = 0.5, .centered = true});
  for (int step = 0; step < 300; ++step) {
    p.mutable_grad() = step == 0 ? ones({2}) : zeros({2});
    for (Optimizer* optimizer :
         {static_cast<Optimizer*>(&adam), static_cast<Optimizer*>(&sgd), static_cast<Optimizer*>(&rmsprop)}) {
      optimizer->step();
    }
  }
  for (const Optimizer* optimizer :
       {static_cast<Optimizer*>(&adam), static_cast<Optimizer*>(&sgd), static_cast<Optimizer*>(&rmsprop)}) {
    const OptimizerState state = optimizer->state_dict();
    for (const auto& [name, value] : state.state[0]) {
      if (name == "step") continue;
      EXPECT_TRUE(value.equal(zeros({2}))) << name << " " << value;
    }
  }
}

TEST(UpdateRules, MixedDtypesTakeTheFormula) {
  Tensor p = tensor({1.0, 2.0}, requires_grad());
  Adam adam({p}, {.lr = 0.1});
  p.mutable_grad() = tensor({1.0, -1.0}, kFloat64);
  adam.step();
  EXPECT_EQ(p.dtype(), kFloat32);
  EXPECT_TRUE(p.detach().allclose(tensor({0.9, 2.1})));
}

TEST(UpdateRules, EachOptimizerFindsTheBottomOfAParabola) {
  const auto distance = [](auto make) {
    Tensor p = tensor({4.0, -3.0}, requires_grad());
    auto optimizer = make(std::vector<Tensor>{p});
    for (int i = 0; i < 500; ++i) {
      optimizer.zero_grad();
      ((p - tensor({1.0, 2.0})) * (p - tensor({1.0, 2.0}))).sum().backward();
      optimizer.step();
    }
    return (p.detach() - tensor({1.0, 2.0})).abs().max().item<double>();
  };
  EXPECT_LT(distance([](auto params) { return SGD(params, {.lr = 0.1}); }), 1e-4);
  EXPECT_LT(distance([](auto params) { return SGD(params, {.lr = 0.05, .momentum = 0.8}); }), 1e-4);
  EXPECT_LT(distance([](auto params) { return Adam(params, {.lr = 0.1}); }), 1e-3);
  EXPECT_LT(distance([](auto params) { return AdamW(params, {.lr = 0.1, .weight_decay = 0}); }), 1e-3);
  EXPECT_LT(distance([](auto params) { return RMSprop(params, {.lr = 0.02}); }), 0.05);
}

}  // namespace
}  // namespace gradus::optim
