#include <gradus/optim/adam.h>
#include <gradus/optim/lr_scheduler.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>

#include <cmath>
#include <set>

#include "parity.h"

namespace gradus::parity {
namespace {

using namespace optim;
using Parameters = std::vector<Tensor>;
using OptimizerPtr = std::unique_ptr<Optimizer>;
using MakeOptimizer = std::function<OptimizerPtr(const Parameters&)>;

/// `make<SGD>({.lr = 0.1})`.
template <class O, class Options>
MakeOptimizer make(Options options) {
  return [options](const Parameters& p) -> OptimizerPtr { return std::make_unique<O>(p, options); };
}
MakeOptimizer sgd(SGDOptions options) { return make<SGD>(options); }
MakeOptimizer adam(AdamOptions options) { return make<Adam>(options); }
MakeOptimizer adamw(AdamWOptions options) { return make<AdamW>(options); }
MakeOptimizer rmsprop(RMSpropOptions options) { return make<RMSprop>(options); }

/// The optimizers of cases/optim.py.
std::map<std::string, MakeOptimizer> optimizers() {
  return {
      {"SGD", sgd({.lr = 0.1})},
      {"SGD momentum", sgd({.lr = 0.1, .momentum = 0.9})},
      {"SGD dampening", sgd({.lr = 0.1, .momentum = 0.9, .dampening = 0.5})},
      {"SGD nesterov", sgd({.lr = 0.1, .momentum = 0.9, .nesterov = true})},
      {"SGD weight_decay", sgd({.lr = 0.1, .weight_decay = 0.1})},
      {"SGD maximize", sgd({.lr = 0.1, .momentum = 0.5, .weight_decay = 0.1, .maximize = true})},
      {"SGD dampening maximize",
       sgd({.lr = 0.1, .momentum = 0.9, .dampening = 0.5, .weight_decay = 0.1, .maximize = true})},
      {"SGD nesterov maximize",
       sgd({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true, .maximize = true})},
      {"SGD groups",
       [](const Parameters& p) -> OptimizerPtr {
         const std::vector<SGD::Group> groups{{{p[0]}}, {{p[1], p[2], p[3]}, {.lr = 0.01, .momentum = 0.0}}};
         return std::make_unique<SGD>(groups, SGDOptions{.lr = 0.1, .momentum = 0.9});
       }},
      {"Adam", adam({})},
      {"Adam options", adam({.lr = 0.05, .betas = {0.8, 0.9}, .eps = 1e-3})},
      {"Adam weight_decay", adam({.lr = 0.05, .weight_decay = 0.1})},
      {"Adam amsgrad", adam({.lr = 0.05, .amsgrad = true})},
      {"Adam maximize", adam({.lr = 0.05, .weight_decay = 0.1, .amsgrad = true, .maximize = true})},
      {"Adam groups",
       [](const Parameters& p) -> OptimizerPtr {
         const std::vector<Adam::Group> groups{{{p[0]}}, {{p[1], p[2], p[3]}, {.betas = {0.5, 0.6}, .amsgrad = true}}};
         return std::make_unique<Adam>(groups, AdamOptions{.lr = 0.05});
       }},
      {"AdamW", adamw({})},
      {"AdamW options", adamw({.lr = 0.05, .betas = {0.8, 0.9}, .eps = 1e-3, .weight_decay = 0.5})},
      {"AdamW amsgrad", adamw({.lr = 0.05, .amsgrad = true})},
      {"AdamW maximize", adamw({.lr = 0.05, .maximize = true})},
      {"RMSprop", rmsprop({})},
      {"RMSprop options", rmsprop({.lr = 0.02, .alpha = 0.8, .eps = 1e-3})},
      {"RMSprop momentum", rmsprop({.lr = 0.02, .momentum = 0.9})},
      {"RMSprop centered", rmsprop({.lr = 0.02, .centered = true})},
      {"RMSprop weight_decay", rmsprop({.lr = 0.02, .weight_decay = 0.1})},
      {"RMSprop all", rmsprop({.lr = 0.02, .weight_decay = 0.1, .momentum = 0.5, .centered = true, .maximize = true})},
  };
}

using Step = std::function<void(double metric)>;
using MakeSchedule = std::function<Step(Optimizer&)>;

/// A schedule of type S, as the function that goes on by an epoch.
template <class S, class... Arguments>
MakeSchedule schedule(Arguments... arguments) {
  return [=](Optimizer& optimizer) -> Step {
    const auto s = std::make_shared<S>(optimizer, arguments...);
    return [s](double metric) {
      if constexpr (std::is_same_v<S, lr_scheduler::ReduceLROnPlateau>) {
        s->step(metric);
      } else {
        s->step();
      }
    };
  };
}

/// The schedules of cases/optim.py.
std::map<std::string, MakeSchedule> schedules() {
  using namespace lr_scheduler;
  using Milestones = std::vector<int64_t>;
  const auto reciprocal = [](int64_t epoch) { return 1 / (1 + static_cast<double>(epoch)); };
  return {
      {"StepLR", schedule<StepLR>(3)},
      {"StepLR gamma", schedule<StepLR>(2, StepLROptions{.gamma = 0.5})},
      {"MultiStepLR", schedule<MultiStepLR>(Milestones{2, 5, 5, 9}, StepLROptions{.gamma = 0.5})},
      {"ExponentialLR", schedule<ExponentialLR>(0.9)},
      {"CosineAnnealingLR", schedule<CosineAnnealingLR>(5)},
      {"CosineAnnealingLR eta_min", schedule<CosineAnnealingLR>(6, CosineAnnealingLROptions{.eta_min = 0.05})},
      {"LambdaLR", schedule<LambdaLR>(LambdaLR::Lambda(reciprocal))},
      {"ReduceLROnPlateau", schedule<ReduceLROnPlateau>(ReduceLROnPlateauOptions{.patience = 1})},
      {"ReduceLROnPlateau options",
       schedule<ReduceLROnPlateau>(ReduceLROnPlateauOptions{.factor = 0.5,
                                                            .patience = 0,
                                                            .threshold = 0.05,
                                                            .threshold_mode = ThresholdMode::kAbs,
                                                            .cooldown = 2,
                                                            .min_lr = {0.02}})},
      {"ReduceLROnPlateau max",
       schedule<ReduceLROnPlateau>(ReduceLROnPlateauOptions{.mode = Mode::kMax, .factor = 0.5, .patience = 2})},
  };
}

/// spread() of make_parity.py.
Tensor spread(IntArrayRef sizes, int seed, Dtype dtype, double low = -2, double high = 2) {
  Tensor x = empty(sizes, kFloat64);
  for (int64_t i = 0; i < x.numel(); ++i) {
    const double part = std::fmod(static_cast<double>(i + 1) * 0.6180339887498949 + seed * 0.3819660112501051, 1);
    x.view({-1})[i] = std::nearbyint((low + (high - low) * part) * 64) / 64;
  }
  return x.to(dtype);
}

void check_optimizer(const Json& json, const MakeOptimizer& make_optimizer, Dtype dtype) {
  const Json& expected = json.at("expected").at(std::string(to_string(dtype)));
  ASSERT_TRUE(expected.contains("20"));
  const Parameters parameters{spread({3, 2}, 1, dtype), spread(2, 2, dtype), spread(2, 3, dtype), spread(2, 4, dtype)};
  for (Tensor parameter : parameters) parameter.requires_grad_();
  const Tensor &weight = parameters[0], &still = parameters[2];
  Tensor bias = parameters[1];
  const Tensor x = spread({5, 3}, 5, dtype), target = spread({5, 2}, 6, dtype, -0.5, 0.5);
  const OptimizerPtr optimizer = make_optimizer(parameters);
  const double atol = dtype == kFloat64 ? 1e-9 : 1e-6, rtol = dtype == kFloat64 ? 1e-7 : 1e-4;
  for (int step = 1; step <= 20; ++step) {
    optimizer->zero_grad();
    const Tensor loss = (gradus::matmul(x, weight) + bias).tanh().sub(target).pow(2).mean() + (still * 0).sum();
    loss.backward();
    if (step % 3 == 0) bias.mutable_grad() = Tensor();  // a step without it
    optimizer->step();
    if (!expected.contains(std::to_string(step))) continue;
    for (size_t i = 0; i < parameters.size(); ++i) {
      const Tensor right = tensor_of(expected.at(std::to_string(step))[i]);
      EXPECT_TRUE(parameters[i].detach().allclose(right, {.rtol = rtol, .atol = atol}))
          << "parameter " << i << " after step " << step << "\ngradus:\n"
          << parameters[i] << "\nPyTorch:\n"
          << right;
    }
  }
}

void check_schedule(const Json& json, const MakeSchedule& make_schedule) {
  const Tensor a = zeros({1}, requires_grad()), b = zeros({1}, requires_grad());
  SGD optimizer(std::vector<SGD::Group>{{{a}}, {{b}, {.lr = 0.3}}}, {.lr = 0.1});
  const Step step = make_schedule(optimizer);
  const Json& rates = json.at("rates");
  for (size_t epoch = 0; epoch < rates.size(); ++epoch) {
    for (size_t group = 0; group < 2; ++group) {
      const double expected = rates[epoch][group];
      EXPECT_NEAR(optimizer.lr(group), expected, 1e-9 + 1e-7 * expected) << "epoch " << epoch << ", group " << group;
    }
    if (epoch + 1 == rates.size()) break;
    optimizer.step();
    step(json.contains("metrics") ? json.at("metrics")[epoch].get<double>() : 0);
  }
}

TEST(OptimParity, EqualsPyTorch) {
  const auto known = optimizers();
  const auto known_schedules = schedules();
  std::set<std::string> in_file, in_table;
  for (const auto& entry : known) in_table.insert(entry.first);
  for (const auto& entry : known_schedules) in_table.insert(entry.first);
  for (const Json& json : load("optim")) {
    const std::string name = json.at("function");
    SCOPED_TRACE(name);
    in_file.insert(name);
    if (known.contains(name)) {
      check_optimizer(json, known.at(name), kFloat64);
      check_optimizer(json, known.at(name), kFloat32);
    } else if (known_schedules.contains(name)) {
      check_schedule(json, known_schedules.at(name));
    }
  }
  EXPECT_EQ(in_file, in_table);
}

}  // namespace
}  // namespace gradus::parity
