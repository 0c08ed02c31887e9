#pragma once
#include <gradus/optim/optimizer.h>

#include <functional>
#include <limits>
#include <map>
#include <vector>

/// Schedules that change the learning rates of an optimizer from epoch to epoch
/// (https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate). A schedule keeps a reference to its
/// optimizer, which must stay where it is; call its step() once an epoch, after the optimizer's.
namespace gradus::optim::lr_scheduler {

/// What a schedule remembers: numbers by name.
using SchedulerState = std::map<std::string, std::vector<double>>;

/// Base of the schedules that depend on the number of the epoch. Making one starts epoch last_epoch + 1.
class LRScheduler {
 public:
  virtual ~LRScheduler() = default;
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;

  /// Goes on to the next epoch: changes the learning rates from what they are now, so that schedules may be combined.
  void step();
  /// Goes to an epoch of your choice, by the closed form.
  void step(int64_t epoch);
  /// The learning rate of each group that the last step() set.
  const std::vector<double>& get_last_lr() const { return last_lr_; }
  /// The number of the current epoch, from 0.
  int64_t last_epoch() const { return last_epoch_; }

  /// Where the schedule stands; load_state_dict takes it over.
  SchedulerState state_dict() const;
  void load_state_dict(const SchedulerState& state);

 protected:
  /// `last_epoch` -1 starts anew and notes the learning rates as initial ones. Throws ValueError if it is larger and a
  /// group has no initial one.
  LRScheduler(Optimizer& optimizer, int64_t last_epoch);
  /// The step into the first epoch: every schedule's constructor ends in it.
  void start();

  /// The learning rate of a group in the epoch last_epoch(), from what it is now.
  virtual double next_lr(size_t group) const = 0;
  /// The same from the initial one.
  virtual double closed_form_lr(size_t group) const = 0;

  double lr(size_t group) const { return optimizer_->lr(group); }
  double base_lr(size_t group) const { return base_lrs_.at(group); }
  size_t num_groups() const { return base_lrs_.size(); }
  bool first_step() const { return steps_ <= 1; }

 private:
  void set_lrs(double (LRScheduler::*lr_of)(size_t) const);

  Optimizer* optimizer_;
  int64_t last_epoch_, steps_ = 0, optimizer_steps_at_start_;
  std::vector<double> base_lrs_, last_lr_;
};

/// Where a schedule starts: -1 for anew, or the epoch that was reached before.
struct LastEpoch {
  int64_t last_epoch = -1;
};

struct StepLROptions {
  double gamma = 0.1;  ///< What the learning rate is multiplied by.
  int64_t last_epoch = -1;
};
/// lr = initial lr * gamma^floor(epoch / step_size).
class StepLR : public LRScheduler {
 public:
  /// Throws ValueError for a step_size below 1.
  StepLR(Optimizer& optimizer, int64_t step_size, StepLROptions options = {});

 protected:
  double next_lr(size_t group) const override;
  double closed_form_lr(size_t group) const override;

 private:
  int64_t step_size_;
  double gamma_;
};

/// lr = initial lr * gamma^(how many milestones are reached). A milestone given twice counts twice.
class MultiStepLR : public LRScheduler {
 public:
  MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, StepLROptions options = {});

 protected:
  double next_lr(size_t group) const override;
  double closed_form_lr(size_t group) const override;

 private:
  std::vector<int64_t> milestones_;  // sorted
  double gamma_;
};

/// lr = initial lr * gamma^epoch.
class ExponentialLR : public LRScheduler {
 public:
  ExponentialLR(Optimizer& optimizer, double gamma, LastEpoch options = {});

 protected:
  double next_lr(size_t group) const override;
  double closed_form_lr(size_t group) const override;

 private:
  double gamma_;
};

struct CosineAnnealingLROptions {
  double eta_min = 0;  ///< The smallest learning rate.
  int64_t last_epoch = -1;
};
/// lr = eta_min + (initial lr - eta_min) (1 + cos(pi epoch / T_max)) / 2  (Loshchilov and Hutter 2017).
class CosineAnnealingLR : public LRScheduler {
 public:
  /// Throws ValueError for a T_max below 1.
  CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, CosineAnnealingLROptions options = {});

 protected:
  double next_lr(size_t group) const override;
  double closed_form_lr(size_t group) const override;

 private:
  int64_t T_max_;
  double eta_min_;
};

/// lr = initial lr * lr_lambda(epoch).
class LambdaLR : public LRScheduler {
 public:
  using Lambda = std::function<double(int64_t)>;
  LambdaLR(Optimizer& optimizer, Lambda lr_lambda, LastEpoch options = {});
  /// One function a group. Throws ValueError for another number of them.
  LambdaLR(Optimizer& optimizer, std::vector<Lambda> lr_lambdas, LastEpoch options = {});

 protected:
  double next_lr(size_t group) const override { return closed_form_lr(group); }
  double closed_form_lr(size_t group) const override;

 private:
  std::vector<Lambda> lambdas_;
};

/// Whether a smaller or a larger metric is better.
enum class Mode { kMin, kMax };
/// Whether a metric must be better by a part of the best one, or by an absolute amount.
enum class ThresholdMode { kRel, kAbs };

struct ReduceLROnPlateauOptions {
  Mode mode = Mode::kMin;
  double factor = 0.1;      ///< What the learning rate is multiplied by; below 1.
  int64_t patience = 10;    ///< Epochs without improvement that are tolerated.
  double threshold = 1e-4;  ///< What counts as an improvement.
  ThresholdMode threshold_mode = ThresholdMode::kRel;
  int64_t cooldown = 0;              ///< Epochs to wait after a reduction.
  std::vector<double> min_lr = {0};  ///< Lower bound: one for all groups, or one a group.
  double eps = 1e-8;                 ///< A reduction by less is left out.
};
/// Multiplies the learning rates by `factor` when a metric has not improved for more than `patience` epochs.
class ReduceLROnPlateau {
 public:
  /// Throws ValueError for a factor of 1 or more and a number of min_lr that fits no groups.
  explicit ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options = {});
  ReduceLROnPlateau(const ReduceLROnPlateau&) = delete;
  ReduceLROnPlateau& operator=(const ReduceLROnPlateau&) = delete;

  /// Ends an epoch with this metric.
  void step(double metric);
  const std::vector<double>& get_last_lr() const { return last_lr_; }
  int64_t last_epoch() const { return last_epoch_; }
  int64_t num_bad_epochs() const { return num_bad_epochs_; }

  /// Where the schedule stands; load_state_dict takes it over.
  SchedulerState state_dict() const;
  void load_state_dict(const SchedulerState& state);

 private:
  bool is_better(double metric) const;
  void reduce();
  void note_lrs();

  Optimizer* optimizer_;
  ReduceLROnPlateauOptions options_;
  double best_;
  int64_t num_bad_epochs_ = 0, cooldown_counter_ = 0, last_epoch_ = 0;
  std::vector<double> last_lr_;
};

}  // namespace gradus::optim::lr_scheduler
