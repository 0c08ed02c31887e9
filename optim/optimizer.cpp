#include <gradus/autograd/autograd_meta.h>
#include <gradus/autograd/check.h>
#include <gradus/optim/optimizer.h>

#include <algorithm>

namespace gradus::optim {

namespace {

bool contains(const std::vector<Tensor>& tensors, const Tensor& x) {
  return std::any_of(tensors.begin(), tensors.end(), [&](const Tensor& y) { return y.is_same(x); });
}

}  // namespace

Optimizer::~Optimizer() = default;

double Optimizer::lr(size_t group) const { return option_numbers(group).at("lr").at(0); }

void Optimizer::set_lr(size_t group, double lr) { set_option_numbers(group, {{"lr", {lr}}}); }

void Optimizer::add_params(const std::vector<Tensor>& params) {
  GRADUS_CHECK_VALUE(!params.empty(), "optimizer got an empty parameter list");
  bool duplicates = false;
  for (size_t i = 0; i < params.size(); ++i) {
    const Tensor& p = params[i];
    GRADUS_CHECK_TYPE(p.defined(),
                      "optimizer can only optimize Tensors, but one of the params (number {}) is an undefined Tensor",
                      i);
    GRADUS_CHECK_VALUE(p.is_leaf() || p.retains_grad(),
                       "can't optimize a non-leaf Tensor: parameter {} of shape {} is the result of an operation; "
                       "give the tensor it was computed from, or detach() it",
                       i, p.sizes());
    for (const Group& group : groups_) {
      GRADUS_CHECK_VALUE(!contains(group.params, p),
                         "some parameters appear in more than one parameter group (parameter {} of shape {})", i,
                         p.sizes());
    }
    for (size_t j = 0; j < i; ++j) duplicates = duplicates || params[j].is_same(p);
  }
  if (duplicates) {
    warn("optimizer contains a parameter group with duplicate parameters: each occurrence is updated at every step");
  }
  groups_.push_back({params, std::vector<State>(params.size()), std::nullopt});
}

void Optimizer::zero_grad(bool set_to_none) {
  for (Group& group : groups_) {
    for (Tensor& p : group.params) p.impl()->autograd_meta().grad.zero(set_to_none);
  }
}

void Optimizer::step() {
  const NoGradGuard no_grad;
  ++step_count_;
  for (size_t i = 0; i < groups_.size(); ++i) {
    Group& group = groups_[i];
    for (size_t j = 0; j < group.params.size(); ++j) {
      Tensor& p = group.params[j];
      LeafGrad& grad = p.impl()->autograd_meta().grad;
      if (!grad.defined()) continue;
      if (grad.product() && update(i, p, *grad.product(), group.states[j])) continue;
      update(i, p, grad.tensor(), group.states[j]);
    }
  }
}

Tensor Optimizer::step(const std::function<Tensor()>& closure) {
  Tensor loss;
  {
    const EnableGradGuard recording;
    loss = closure();
  }
  step();
  return loss;
}

OptimizerState Optimizer::state_dict() const {
  OptimizerState result;
  const std::vector<std::string> names = buffer_names();
  for (size_t i = 0; i < groups_.size(); ++i) {
    OptimizerState::Group group{option_numbers(i), {}};
    if (groups_[i].initial_lr) group.options["initial_lr"] = {*groups_[i].initial_lr};
    for (const State& state : groups_[i].states) {
      std::map<std::string, Tensor> entries;
      for (size_t k = 0; k < names.size(); ++k) {
        if (state.buffers[k].defined()) entries[names[k]] = state.buffers[k];
      }
      if (counts_steps() && state.step > 0) entries["step"] = tensor(state.step);
      group.params.push_back(result.state.size());
      result.state.push_back(std::move(entries));
    }
    result.param_groups.push_back(std::move(group));
  }
  return result;
}

void Optimizer::load_state_dict(const OptimizerState& state) {
  GRADUS_CHECK_VALUE(state.param_groups.size() == groups_.size(),
                     "loaded state dict has a different number of parameter groups ({}, the optimizer has {})",
                     state.param_groups.size(), groups_.size());
  for (size_t i = 0; i < groups_.size(); ++i) {
    GRADUS_CHECK_VALUE(state.param_groups[i].params.size() == groups_[i].params.size(),
                       "loaded state dict contains a parameter group that doesn't match the size of optimizer's group "
                       "(group {}: {} parameters, the optimizer has {})",
                       i, state.param_groups[i].params.size(), groups_[i].params.size());
    for (const size_t position : state.param_groups[i].params) {
      GRADUS_CHECK_VALUE(position < state.state.size(),
                         "loaded state dict names parameter {} in group {}, but holds the state of {}", position, i,
                         state.state.size());
    }
  }
  const NoGradGuard no_grad;
  const std::vector<std::string> names = buffer_names();
  for (size_t i = 0; i < groups_.size(); ++i) {
    const OptimizerState::Group& loaded = state.param_groups[i];
    set_option_numbers(i, loaded.options);
    const auto initial_lr = loaded.options.find("initial_lr");
    if (initial_lr != loaded.options.end()) groups_[i].initial_lr = initial_lr->second.at(0);
    for (size_t j = 0; j < loaded.params.size(); ++j) {
      const std::map<std::string, Tensor>& entries = state.state[loaded.params[j]];
      State own;
      for (size_t k = 0; k < names.size(); ++k) {
        const auto entry = entries.find(names[k]);
        if (entry != entries.end()) own.buffers[k] = entry->second.to(groups_[i].params[j].dtype(), /*copy=*/true);
      }
      if (const auto step = entries.find("step"); step != entries.end()) own.step = step->second.item<int64_t>();
      groups_[i].states[j] = std::move(own);
    }
  }
}

}  // namespace gradus::optim
