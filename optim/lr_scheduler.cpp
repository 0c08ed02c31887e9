#include <gradus/autograd/check.h>
#include <gradus/optim/lr_scheduler.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gradus::optim::lr_scheduler {

using std::numbers::pi;

LRScheduler::LRScheduler(Optimizer& optimizer, int64_t last_epoch)
    : optimizer_(&optimizer), last_epoch_(last_epoch), optimizer_steps_at_start_(optimizer.step_count()) {
  for (size_t group = 0; group < optimizer.num_groups(); ++group) {
    std::optional<double>& initial = optimizer.initial_lr(group);
    GRADUS_CHECK_VALUE(last_epoch == -1 || initial.has_value(),
                       "param 'initial_lr' is not specified in param_groups[{}] when resuming an optimizer: load the "
                       "optimizer's state_dict first, or start with last_epoch = -1",
                       group);
    if (!initial) initial = optimizer.lr(group);
    base_lrs_.push_back(*initial);
  }
}

void LRScheduler::start() {
  ++steps_;
  ++last_epoch_;
  set_lrs(&LRScheduler::next_lr);
}

void LRScheduler::step() {
  if (steps_ == 1 && optimizer_->step_count() == optimizer_steps_at_start_) {
    warn(
        "lr_scheduler.step() was called before optimizer.step(): call them in the opposite order, otherwise the first "
        "value of the learning rate schedule is skipped");
  }
  start();
}

void LRScheduler::step(int64_t epoch) {
  ++steps_;
  last_epoch_ = epoch;
  set_lrs(&LRScheduler::closed_form_lr);
}

void LRScheduler::set_lrs(double (LRScheduler::*lr_of)(size_t) const) {
  last_lr_.clear();
  for (size_t group = 0; group < num_groups(); ++group) last_lr_.push_back((this->*lr_of)(group));
  for (size_t group = 0; group < num_groups(); ++group) optimizer_->set_lr(group, last_lr_[group]);
}

SchedulerState LRScheduler::state_dict() const {
  return {{"last_epoch", {static_cast<double>(last_epoch_)}},
          {"_step_count", {static_cast<double>(steps_)}},
          {"base_lrs", base_lrs_},
          {"_last_lr", last_lr_}};
}

void LRScheduler::load_state_dict(const SchedulerState& state) {
  GRADUS_CHECK_VALUE(state.at("base_lrs").size() == base_lrs_.size(),
                     "loaded state dict has a different number of parameter groups ({}, the optimizer has {})",
                     state.at("base_lrs").size(), base_lrs_.size());
  last_epoch_ = static_cast<int64_t>(state.at("last_epoch").at(0));
  steps_ = static_cast<int64_t>(state.at("_step_count").at(0));
  base_lrs_ = state.at("base_lrs");
  last_lr_ = state.at("_last_lr");
}

StepLR::StepLR(Optimizer& optimizer, int64_t step_size, StepLROptions options)
    : LRScheduler(optimizer, options.last_epoch), step_size_(step_size), gamma_(options.gamma) {
  GRADUS_CHECK_VALUE(step_size > 0, "Invalid step_size: {}", step_size);
  start();
}
double StepLR::next_lr(size_t group) const {
  return last_epoch() == 0 || last_epoch() % step_size_ != 0 ? lr(group) : lr(group) * gamma_;
}
double StepLR::closed_form_lr(size_t group) const {
  return base_lr(group) * std::pow(gamma_, static_cast<double>(last_epoch() / step_size_));
}

MultiStepLR::MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, StepLROptions options)
    : LRScheduler(optimizer, options.last_epoch), milestones_(std::move(milestones)), gamma_(options.gamma) {
  std::sort(milestones_.begin(), milestones_.end());
  start();
}
double MultiStepLR::next_lr(size_t group) const {
  const auto times = std::count(milestones_.begin(), milestones_.end(), last_epoch());
  return lr(group) * std::pow(gamma_, static_cast<double>(times));
}
double MultiStepLR::closed_form_lr(size_t group) const {
  const auto passed = std::upper_bound(milestones_.begin(), milestones_.end(), last_epoch());
  return base_lr(group) * std::pow(gamma_, static_cast<double>(passed - milestones_.begin()));
}

ExponentialLR::ExponentialLR(Optimizer& optimizer, double gamma, LastEpoch options)
    : LRScheduler(optimizer, options.last_epoch), gamma_(gamma) {
  start();
}
double ExponentialLR::next_lr(size_t group) const { return last_epoch() == 0 ? lr(group) : lr(group) * gamma_; }
double ExponentialLR::closed_form_lr(size_t group) const {
  return base_lr(group) * std::pow(gamma_, static_cast<double>(last_epoch()));
}

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, CosineAnnealingLROptions options)
    : LRScheduler(optimizer, options.last_epoch), T_max_(T_max), eta_min_(options.eta_min) {
  GRADUS_CHECK_VALUE(T_max > 0, "Invalid T_max: {}", T_max);
  start();
}
double CosineAnnealingLR::next_lr(size_t group) const {
  const double epoch = static_cast<double>(last_epoch()), period = static_cast<double>(T_max_);
  if (last_epoch() == 0) return lr(group);
  if (first_step()) return closed_form_lr(group);
  if ((last_epoch() - 1 - T_max_) % (2 * T_max_) == 0) {  // just past the lowest point, where the ratio below is 0 / 0
    return lr(group) + (base_lr(group) - eta_min_) * (1 - std::cos(pi / period)) / 2;
  }
  const double ratio = (1 + std::cos(pi * epoch / period)) / (1 + std::cos(pi * (epoch - 1) / period));
  return ratio * (lr(group) - eta_min_) + eta_min_;
}
double CosineAnnealingLR::closed_form_lr(size_t group) const {
  const double phase = pi * static_cast<double>(last_epoch()) / static_cast<double>(T_max_);
  return eta_min_ + (base_lr(group) - eta_min_) * (1 + std::cos(phase)) / 2;
}

LambdaLR::LambdaLR(Optimizer& optimizer, Lambda lr_lambda, LastEpoch options)
    : LambdaLR(optimizer, std::vector<Lambda>(optimizer.num_groups(), std::move(lr_lambda)), options) {}
LambdaLR::LambdaLR(Optimizer& optimizer, std::vector<Lambda> lr_lambdas, LastEpoch options)
    : LRScheduler(optimizer, options.last_epoch), lambdas_(std::move(lr_lambdas)) {
  GRADUS_CHECK_VALUE(lambdas_.size() == num_groups(), "Expected {} lr_lambdas, but got {}", num_groups(),
                     lambdas_.size());
  start();
}
double LambdaLR::closed_form_lr(size_t group) const { return base_lr(group) * lambdas_[group](last_epoch()); }

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options)
    : optimizer_(&optimizer),
      options_(std::move(options)),
      best_((options_.mode == Mode::kMin ? 1 : -1) * std::numeric_limits<double>::infinity()) {
  GRADUS_CHECK_VALUE(options_.factor < 1, "Factor should be < 1.0, but it is {}", options_.factor);
  const size_t groups = optimizer.num_groups();
  GRADUS_CHECK_VALUE(options_.min_lr.size() == 1 || options_.min_lr.size() == groups,
                     "expected {} min_lrs (one a parameter group, or one for all), got {}", groups,
                     options_.min_lr.size());
  if (options_.min_lr.size() == 1) options_.min_lr.assign(groups, options_.min_lr.front());
  note_lrs();
}

void ReduceLROnPlateau::step(double metric) {
  ++last_epoch_;
  if (is_better(metric)) {
    best_ = metric;
    num_bad_epochs_ = 0;
  } else {
    ++num_bad_epochs_;
  }
  if (cooldown_counter_ > 0) {
    --cooldown_counter_;
    num_bad_epochs_ = 0;
  }
  if (num_bad_epochs_ > options_.patience) {
    reduce();
    cooldown_counter_ = options_.cooldown;
    num_bad_epochs_ = 0;
  }
  note_lrs();
}

bool ReduceLROnPlateau::is_better(double metric) const {
  const double sign = options_.mode == Mode::kMin ? -1 : 1;
  if (options_.threshold_mode == ThresholdMode::kAbs) return sign * metric > sign * best_ + options_.threshold;
  return sign * metric > sign * best_ * (1 + sign * options_.threshold);
}

void ReduceLROnPlateau::reduce() {
  for (size_t group = 0; group < options_.min_lr.size(); ++group) {
    const double old_lr = optimizer_->lr(group), new_lr = std::max(old_lr * options_.factor, options_.min_lr[group]);
    if (old_lr - new_lr > options_.eps) optimizer_->set_lr(group, new_lr);
  }
}

void ReduceLROnPlateau::note_lrs() {
  last_lr_.clear();
  for (size_t group = 0; group < optimizer_->num_groups(); ++group) last_lr_.push_back(optimizer_->lr(group));
}

SchedulerState ReduceLROnPlateau::state_dict() const {
  return {{"best", {best_}},
          {"num_bad_epochs", {static_cast<double>(num_bad_epochs_)}},
          {"cooldown_counter", {static_cast<double>(cooldown_counter_)}},
          {"last_epoch", {static_cast<double>(last_epoch_)}},
          {"_last_lr", last_lr_}};
}

void ReduceLROnPlateau::load_state_dict(const SchedulerState& state) {
  best_ = state.at("best").at(0);
  num_bad_epochs_ = static_cast<int64_t>(state.at("num_bad_epochs").at(0));
  cooldown_counter_ = static_cast<int64_t>(state.at("cooldown_counter").at(0));
  last_epoch_ = static_cast<int64_t>(state.at("last_epoch").at(0));
  last_lr_ = state.at("_last_lr");
}

}  // namespace gradus::optim::lr_scheduler
