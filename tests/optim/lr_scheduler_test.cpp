#include <gradus/optim/lr_scheduler.h>

#include <gradus/autograd/tensor.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace gradus::optim::lr_scheduler {
namespace {

SGD two_groups() {
  const Tensor a = tensor({1.0}, requires_grad()), b = tensor({1.0}, requires_grad());
  return SGD({{{a}}, {{b}, {.lr = 0.5}}}, {.lr = 0.1});
}

// The learning rates of epochs 0 to 24 by step() from epoch to epoch, held against lr = base * factor(epoch).
template <class Make, class Factor>
void expect_schedule(Make make, Factor factor) {
  SGD sgd = two_groups();
  auto scheduler = make(sgd);
  for (int epoch = 0; epoch < 25; ++epoch) {
    EXPECT_EQ(scheduler->last_epoch(), epoch);
    EXPECT_NEAR(sgd.lr(0), 0.1 * factor(epoch), 1e-12) << "epoch " << epoch;
    EXPECT_NEAR(sgd.lr(1), 0.5 * factor(epoch), 1e-12) << "epoch " << epoch;
    EXPECT_EQ(scheduler->get_last_lr(), (std::vector<double>{sgd.lr(0), sgd.lr(1)}));
    sgd.step();
    scheduler->step();
  }
  scheduler->step(17);  // the closed form
  EXPECT_EQ(scheduler->last_epoch(), 17);
  EXPECT_NEAR(sgd.lr(1), 0.5 * factor(17), 1e-12);
}

TEST(LRScheduler, StepLR) {
  expect_schedule([](Optimizer& optimizer) { return std::make_unique<StepLR>(optimizer, 7); },
                  [](int epoch) { return std::pow(0.1, epoch / 7); });
}

TEST(LRScheduler, MultiStepLR) {
  expect_schedule(
      [](Optimizer& optimizer) {
        return std::make_unique<MultiStepLR>(optimizer, std::vector<int64_t>{12, 3, 12}, StepLROptions{.gamma = 0.5});
      },
      [](int epoch) { return epoch < 3    ? 1
                             : epoch < 12 ? 0.5
                                          : 0.125; });
}

TEST(LRScheduler, ExponentialLR) {
  expect_schedule([](Optimizer& optimizer) { return std::make_unique<ExponentialLR>(optimizer, 0.9); },
                  [](int epoch) { return std::pow(0.9, epoch); });
}

TEST(LRScheduler, CosineAnnealingLR) {  // 25 epochs pass the lowest point, where the lr rises again
  expect_schedule([](Optimizer& optimizer) { return std::make_unique<CosineAnnealingLR>(optimizer, 10); },
                  [](int epoch) { return (1 + std::cos(std::numbers::pi * epoch / 10)) / 2; });
}

TEST(LRScheduler, CosineAnnealingLRStaysAboveEtaMin) {
  SGD sgd = two_groups();
  CosineAnnealingLR scheduler(sgd, 4, {.eta_min = 0.02});
  for (int epoch = 0; epoch < 4; ++epoch) sgd.step(), scheduler.step();
  EXPECT_NEAR(sgd.lr(0), 0.02, 1e-12);
  EXPECT_NEAR(sgd.lr(1), 0.02, 1e-12);
}

TEST(LRScheduler, LambdaLR) {
  const auto halve = [](int64_t epoch) { return 1 / (1 + static_cast<double>(epoch)); };
  expect_schedule([&](Optimizer& optimizer) { return std::make_unique<LambdaLR>(optimizer, halve); }, halve);
  SGD sgd = two_groups();
  LambdaLR one_each(sgd, std::vector<LambdaLR::Lambda>{halve, [](int64_t) { return 3; }});
  EXPECT_DOUBLE_EQ(sgd.lr(1), 1.5);
  EXPECT_THROW(LambdaLR(sgd, std::vector<LambdaLR::Lambda>(3, halve)), ValueError);
}

TEST(LRScheduler, SchedulesCombine) {
  SGD sgd = two_groups();
  StepLR first(sgd, 2, {.gamma = 0.5});
  ExponentialLR second(sgd, 0.9);
  for (int epoch = 0; epoch < 4; ++epoch) sgd.step(), first.step(), second.step();
  EXPECT_NEAR(sgd.lr(0), 0.1 * std::pow(0.5, 2) * std::pow(0.9, 4), 1e-12);
}

TEST(LRScheduler, ResumesFromAnEpoch) {
  SGD sgd = two_groups();
  EXPECT_THROW(StepLR(sgd, 2, {.last_epoch = 3}), ValueError);  // no initial lr is known
  StepLR first(sgd, 2);
  for (int epoch = 0; epoch < 4; ++epoch) sgd.step(), first.step();
  SGD resumed = two_groups();
  resumed.load_state_dict(sgd.state_dict());
  EXPECT_NEAR(resumed.lr(0), 0.001, 1e-12);
  EXPECT_EQ(resumed.initial_lr(1), 0.5);
  StepLR again(resumed, 2, {.last_epoch = 4});
  EXPECT_EQ(again.last_epoch(), 5);
  resumed.step(), again.step();
  EXPECT_NEAR(resumed.lr(0), 0.0001, 1e-12);

  StepLR by_state(resumed, 2);
  by_state.load_state_dict(first.state_dict());
  EXPECT_EQ(by_state.last_epoch(), 4);
  EXPECT_EQ(by_state.get_last_lr(), first.get_last_lr());
}

TEST(LRScheduler, WarnsAboutTheWrongOrder) {
  SGD sgd = two_groups();
  StepLR scheduler(sgd, 2);
  testing::internal::CaptureStderr();
  scheduler.step();
  EXPECT_NE(testing::internal::GetCapturedStderr().find("before optimizer.step()"), std::string::npos);
}

TEST(LRScheduler, RefusesNonsense) {
  SGD sgd = two_groups();
  EXPECT_THROW(StepLR(sgd, 0), ValueError);
  EXPECT_THROW(CosineAnnealingLR(sgd, 0), ValueError);
  EXPECT_THROW(ReduceLROnPlateau(sgd, {.factor = 1}), ValueError);
  EXPECT_THROW(ReduceLROnPlateau(sgd, {.min_lr = {0, 0, 0}}), ValueError);
}

TEST(ReduceLROnPlateau, ReducesAfterMoreThanPatienceBadEpochs) {
  SGD sgd = two_groups();
  ReduceLROnPlateau scheduler(sgd, {.factor = 0.5, .patience = 2, .cooldown = 1});
  const double metrics[] = {1.0, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9};
  const double lrs[] = {0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.025};
  for (size_t i = 0; i < std::size(metrics); ++i) {
    scheduler.step(metrics[i]);
    EXPECT_NEAR(sgd.lr(0), lrs[i], 1e-12) << "epoch " << i;
    EXPECT_EQ(scheduler.get_last_lr(), (std::vector<double>{sgd.lr(0), sgd.lr(1)}));
  }
}

TEST(ReduceLROnPlateau, KnowsModesAndThresholds) {
  const auto reduced = [](ReduceLROnPlateauOptions options, double first, double second) {
    options.patience = 0;
    SGD sgd = two_groups();
    ReduceLROnPlateau scheduler(sgd, options);
    scheduler.step(first);
    scheduler.step(second);
    return sgd.lr(0) < 0.1;
  };
  EXPECT_FALSE(reduced({}, 1, 0.99));
  EXPECT_TRUE(reduced({}, 1, 0.99995));  // better by less than the threshold
  EXPECT_TRUE(reduced({}, 1, 1.1));
  EXPECT_FALSE(reduced({.mode = Mode::kMax}, 1, 1.1));
  EXPECT_TRUE(reduced({.mode = Mode::kMax}, 1, 1.00005));
  EXPECT_TRUE(reduced({.threshold = 0.2, .threshold_mode = ThresholdMode::kAbs}, 1, 0.9));
  EXPECT_FALSE(reduced({.mode = Mode::kMax, .threshold = 0.2, .threshold_mode = ThresholdMode::kAbs}, 1, 1.3));
  EXPECT_TRUE(reduced({}, 1, std::nan("")));
}

TEST(ReduceLROnPlateau, StopsAtMinLrAndGoesOnFromItsState) {
  SGD sgd = two_groups();
  ReduceLROnPlateau scheduler(sgd, {.patience = 0, .min_lr = {0.05, 0.2}});
  for (const double metric : {1, 1, 1}) scheduler.step(metric);
  EXPECT_EQ(scheduler.get_last_lr(), (std::vector<double>{0.05, 0.2}));
  EXPECT_EQ(scheduler.last_epoch(), 3);

  SGD other = two_groups();
  ReduceLROnPlateau again(other, {.patience = 0});
  again.load_state_dict(scheduler.state_dict());
  again.step(0.5);
  EXPECT_EQ(again.num_bad_epochs(), 0);
  EXPECT_EQ(again.last_epoch(), 4);
  EXPECT_EQ(other.lr(0), 0.1);
}

}  // namespace
}  // namespace gradus::optim::lr_scheduler
