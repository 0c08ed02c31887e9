#pragma once
#include <gradus/autograd/leaf_grad.h>
#include <gradus/optim/options.h>

#include <functional>
#include <optional>

namespace gradus::optim {

/// What an optimizer remembers, as state_dict() gives it: PyTorch's layout. Tensors are shared, not copied.
struct OptimizerState {
  struct Group {
    OptionValues options;
    std::vector<size_t> params;  ///< Positions in `state`.
  };
  std::vector<std::map<std::string, Tensor>>
      state;  ///< By parameter, in the order of the groups: "exp_avg", "step" ...
  std::vector<Group> param_groups;
};

/// Base of all optimizers (https://pytorch.org/docs/stable/optim.html): parameters in groups, what is remembered for
/// each of them, and step().
class Optimizer {
 public:
  virtual ~Optimizer();
  Optimizer(Optimizer&&) = default;
  Optimizer& operator=(Optimizer&&) = default;

  /// Forgets the gradients, so that step() skips their parameters; with set_to_none false they become zeros, for which
  /// step() still applies momentum and weight decay.
  void zero_grad(bool set_to_none = true);

  /// Updates every parameter that has a gradient.
  void step();

  /// Computes the loss (and its gradients) by `closure`, then updates. Returns the loss.
  Tensor step(const std::function<Tensor()>& closure);

  /// What is remembered for each parameter, and the options of each group.
  OptimizerState state_dict() const;

  /// Takes over a state made by state_dict(); tensors are copied. Throws ValueError if the groups differ in number or
  /// size.
  void load_state_dict(const OptimizerState& state);

  /// How many parameter groups there are.
  size_t num_groups() const { return groups_.size(); }
  /// The parameters of one group.
  const std::vector<Tensor>& params(size_t group = 0) const { return groups_.at(group).params; }
  /// The learning rate of one group.
  double lr(size_t group = 0) const;
  void set_lr(size_t group, double lr);
  /// The learning rate a group started with, which a scheduler notes here.
  std::optional<double>& initial_lr(size_t group) { return groups_.at(group).initial_lr; }
  /// How often step() was called.
  int64_t step_count() const { return step_count_; }

 protected:
  /// What is remembered for one parameter: its own count of steps, and buffers of its shape in the order of
  /// buffer_names().
  struct State {
    int64_t step = 0;
    Tensor buffers[3];
  };
  struct Group {
    std::vector<Tensor> params;
    std::vector<State> states;  // one a parameter
    std::optional<double> initial_lr;
  };

  Optimizer() = default;
  /// Throws ValueError for a parameter that is undefined, no leaf, or in another group already.
  void add_params(const std::vector<Tensor>& params);

  /// Moves the parameter `p` by its gradient `g`, both defined; recording is off.
  virtual void update(size_t group, Tensor& p, const Tensor& g, State& state) = 0;
  /// The same by the factors of the gradient; false, with nothing changed, if the matrix is needed.
  virtual bool update(size_t /*group*/, Tensor& /*p*/, const OuterProduct& /*g*/, State& /*state*/) { return false; }
  /// PyTorch's names of the buffers.
  virtual std::vector<std::string> buffer_names() const = 0;
  /// True if a step count is a part of the state ("step").
  virtual bool counts_steps() const { return true; }
  virtual OptionValues option_numbers(size_t group) const = 0;
  virtual void set_option_numbers(size_t group, const OptionValues& values) = 0;

 private:
  std::vector<Group> groups_;
  int64_t step_count_ = 0;
};

/// An optimizer whose groups have the options `Options`: a struct of Option members with a `visit` that names them and
/// a `check` that throws ValueError for values that make no sense.
template <class Options>
class OptimizerOf : public Optimizer {
 public:
  using Group = ParamGroup<Options>;

  /// The options of one group, to read and to change: `optimizer.options().lr = 0.01`.
  Options& options(size_t group = 0) { return options_.at(group); }
  const Options& options(size_t group = 0) const { return options_.at(group); }

  /// Adds parameters to be optimized; options that the group does not give are the optimizer's. Throws ValueError for
  /// what the constructor refuses too.
  void add_param_group(Group group) {
    fill_options(group.options, option_values(defaults_));
    group.options.check();
    add_params(group.params);
    options_.push_back(group.options);
  }

 protected:
  OptimizerOf(std::vector<Group> groups, const Options& defaults) : defaults_(defaults) {
    defaults_.check();
    if (groups.empty()) add_params({});
    for (Group& group : groups) add_param_group(std::move(group));
  }

  OptionValues option_numbers(size_t group) const override { return option_values(options(group)); }
  void set_option_numbers(size_t group, const OptionValues& values) override {
    options(group).visit([&](const char* name, auto& option) {
      if (const auto found = values.find(name); found != values.end()) option.set_numbers(found->second);
    });
  }

 private:
  Options defaults_;
  std::vector<Options> options_;
};

}  // namespace gradus::optim
