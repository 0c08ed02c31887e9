#include <gradus/autograd/autograd_meta.h>
#include <gradus/autograd/check.h>
#include <gradus/nn/module.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace gradus::nn {

namespace detail {
ModuleState::~ModuleState() = default;

void check_exact_type(const Module& module, const std::type_info& type) {
  GRADUS_CHECK(typeid(module) == type,
               "this {} is known by a base class only, and copying that would cut it short: pass it by its own type",
               module.name());
}

Child::Child(std::string n, const Module& m, Kind kind) : name(std::move(n)), copy(kind.copy) {
  check_exact_type(m, kind.type);
  module = copy(m);
}
}  // namespace detail

Module::Module() : state_(new detail::ModuleState) {}
Module::Module(const Module& other) : state_(detail::copied(other.state_)) {}
Module::~Module() = default;

static std::string join(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "." + name;
}

// -- calling ----------------------------------------------------------------------------------------------------------

// forward may be const or not: each form passes on to the other kind, and the const one is where it ends.
Tensor Module::forward(const Tensor& x) { return std::as_const(*this).forward(x); }
Tensor Module::forward(const Tensor& x, const Tensor& y) { return std::as_const(*this).forward(x, y); }
Tensor Module::forward(const Tensor& x, const Tensor& y, const Tensor& z) {
  return std::as_const(*this).forward(x, y, z);
}
Tensor Module::forward(const Tensor&) const { throw_missing_forward(1); }
Tensor Module::forward(const Tensor&, const Tensor&) const { throw_missing_forward(2); }
Tensor Module::forward(const Tensor&, const Tensor&, const Tensor&) const { throw_missing_forward(3); }

void Module::throw_missing_forward(size_t count) const {
  static constexpr const char* kParameters[] = {"const Tensor& x", "const Tensor& x, const Tensor& y",
                                                "const Tensor& x, const Tensor& y, const Tensor& z"};
  throw Error(fmt::format(
      "Module [{}] is missing the required \"forward\" function for {} tensor{}: declare `Tensor forward({})`", name(),
      count, count == 1 ? "" : "s", kParameters[count - 1]));
}

/// Tells a trace, if one is running, that the calls in this scope are those of a module, and what its parameters are
/// named.
class Module::ObservedCall {
 public:
  explicit ObservedCall(const Module& module) : enclosing_(innermost) {
    if (!autograd::observer) return;
    observed_ = true;
    const std::string own_name = enclosing_ ? module.name_below(*enclosing_->module_) : "";
    path_ = !enclosing_ ? "" : own_name.empty() ? module.name() : join(enclosing_->path_, own_name);
    module_ = &module;
    innermost = this;
    for (const auto& [name, parameter] : module.state_->parameters) {
      autograd::observer->tensor_named(parameter, join(path_, name));
    }
    autograd::observer->scope_begins(own_name.empty() ? module.name() : own_name + ": " + module.name());
  }
  ~ObservedCall() {
    if (!observed_) return;
    innermost = enclosing_;
    if (autograd::observer) autograd::observer->scope_ends();
  }
  ObservedCall(const ObservedCall&) = delete;
  ObservedCall& operator=(const ObservedCall&) = delete;

 private:
  static inline thread_local const ObservedCall* innermost = nullptr;
  const ObservedCall* enclosing_;
  bool observed_ = false;
  const Module* module_ = nullptr;
  std::string path_;  // dotted, as in named_parameters() of the outermost module
};

std::string Module::name_below(const Module& ancestor) const {
  for (const auto& [name, module] : ancestor.named_modules()) {
    if (module.state_ == state_) return name;
  }
  return "";
}

Tensor Module::call(TensorList inputs) const {
  const ObservedCall observed(*this);
  const detail::Hooks hooks = state_->hooks ? *state_->hooks : detail::Hooks();  // a copy: a hook may remove itself
  for (const auto& [id, hook] : hooks.before) {
    if (TensorList changed = hook(self(), inputs); !changed.empty()) inputs = std::move(changed);
  }
  GRADUS_CHECK(inputs.size() <= 3, "a forward pre-hook of {} gave {} inputs; forward takes 1 to 3", name(),
               inputs.size());
  Tensor output = inputs.size() == 1   ? self().forward(inputs[0])
                  : inputs.size() == 2 ? self().forward(inputs[0], inputs[1])
                                       : self().forward(inputs[0], inputs[1], inputs[2]);
  for (const auto& [id, hook] : hooks.after) {
    if (Tensor changed = hook(self(), inputs, output); changed.defined()) output = std::move(changed);
  }
  return output;
}

void RemovableHandle::remove() {
  if (remove_) std::exchange(remove_, nullptr)();
}

detail::Hooks& Module::hooks() {
  if (!state_->hooks) state_->hooks = std::make_shared<detail::Hooks>();
  return *state_->hooks;
}

namespace {

template <class Hook>
RemovableHandle add_to(std::vector<std::pair<int64_t, Hook>> detail::Hooks::*list,
                       const std::shared_ptr<detail::Hooks>& hooks, Hook hook) {
  const int64_t id = hooks->next_id++;
  ((*hooks).*list).emplace_back(id, std::move(hook));
  return RemovableHandle([weak = std::weak_ptr(hooks), list, id] {
    if (const auto alive = weak.lock())
      std::erase_if((*alive).*list, [id](const auto& entry) { return entry.first == id; });
  });
}

}  // namespace

RemovableHandle Module::add_pre_hook(detail::Hooks::PreHook hook) {
  hooks();
  return add_to(&detail::Hooks::before, state_->hooks, std::move(hook));
}

RemovableHandle Module::add_hook(detail::Hooks::Hook hook) {
  hooks();
  return add_to(&detail::Hooks::after, state_->hooks, std::move(hook));
}

// -- what a module is made of -----------------------------------------------------------------------------------------

void Module::check_name(std::string_view kind, const std::string& name) const {
  GRADUS_CHECK(!name.empty(), "{} name must not be empty", kind);
  GRADUS_CHECK(name.find('.') == std::string::npos, "{} name must not contain a dot (got '{}')", kind, name);
  const auto has = [&](const auto& list) {
    return std::any_of(list.begin(), list.end(), [&](const auto& entry) { return entry.first == name; });
  };
  const bool taken = has(state_->parameters) || has(state_->buffers) ||
                     std::any_of(state_->children.begin(), state_->children.end(),
                                 [&](const detail::Child& child) { return child.name == name; });
  GRADUS_CHECK(!taken, "{} '{}' already defined", kind, name);
}

Parameter Module::register_parameter(std::string name, const Tensor& tensor, bool requires_grad) {
  check_name("Parameter", name);
  Parameter parameter(tensor, requires_grad);
  state_->parameters.emplace_back(std::move(name), parameter);
  return parameter;
}

Buffer Module::register_buffer(std::string name, const Tensor& tensor) {
  check_name("Buffer", name);
  state_->buffers.emplace_back(std::move(name), tensor);
  return Buffer(tensor);
}

void Module::throw_rebound(size_t i) const {
  const std::string& parameter = state_->parameters[i].first;
  throw Error(
      fmt::format("{0}.{1} was assigned another parameter, but the registered one is what is trained and saved: "
                  "write {1}.copy_(...) under a NoGradGuard",
                  name(), parameter));
}

void Module::add_child(std::string name, const Module& module, detail::Kind kind) {
  add_child({std::move(name), module, kind});
}

void Module::add_child(detail::Child child) {
  check_name("Submodule", child.name);
  for (const Module& module : child.module->modules()) {
    GRADUS_CHECK(module.state_ != state_, "a module cannot be its own child: '{}' of {}", child.name, name());
  }
  state_->children.push_back(std::move(child));
}

namespace {

std::vector<Tensor> tensors_of(const NamedTensors& named) {
  std::vector<Tensor> tensors;
  tensors.reserve(named.size());
  for (const auto& item : named) tensors.push_back(item.second);
  return tensors;
}

}  // namespace

NamedTensors Module::named(NamedList list, const std::string& prefix, bool recurse) const {
  NamedTensors result;
  std::unordered_set<const TensorImpl*> seen;
  const auto add = [&](const std::string& path, const Module& module) {
    for (const auto& [name, tensor] : (*module.state_).*list) {
      if (tensor.defined() && seen.insert(tensor.impl()).second) result.insert(join(path, name), tensor);
    }
  };
  if (recurse) {
    for (const auto& [path, module] : named_modules(prefix)) add(path, module);
  } else {
    add(prefix, *this);
  }
  return result;
}

NamedTensors Module::named_parameters(std::string prefix, bool recurse) const {
  return named(&detail::ModuleState::parameters, prefix, recurse);
}

NamedTensors Module::named_buffers(std::string prefix, bool recurse) const {
  return named(&detail::ModuleState::buffers, prefix, recurse);
}

std::vector<Tensor> Module::parameters(bool recurse) const { return tensors_of(named_parameters("", recurse)); }
std::vector<Tensor> Module::buffers(bool recurse) const { return tensors_of(named_buffers("", recurse)); }

std::vector<std::pair<std::string, Module&>> Module::named_children() const {
  std::vector<std::pair<std::string, Module&>> result;
  std::unordered_set<const detail::ModuleState*> seen;
  for (const detail::Child& child : state_->children) {
    if (seen.insert(child.module->state_.get()).second) result.emplace_back(child.name, *child.module);
  }
  return result;
}

std::vector<std::pair<std::string, Module&>> Module::named_modules(std::string prefix) const {
  std::vector<std::pair<std::string, Module&>> result;
  std::unordered_set<const detail::ModuleState*> seen;
  const auto add = [&](const auto& again, const std::string& path, Module& module) -> void {
    if (!seen.insert(module.state_.get()).second) return;
    result.emplace_back(path, module);
    for (const detail::Child& child : module.state_->children) again(again, join(path, child.name), *child.module);
  };
  add(add, prefix, self());
  return result;
}

std::vector<std::reference_wrapper<Module>> Module::children() const {
  std::vector<std::reference_wrapper<Module>> result;
  for (const auto& [name, module] : named_children()) result.emplace_back(module);
  return result;
}

std::vector<std::reference_wrapper<Module>> Module::modules() const {
  std::vector<std::reference_wrapper<Module>> result;
  for (const auto& [name, module] : named_modules()) result.emplace_back(module);
  return result;
}

// -- changing all of it -----------------------------------------------------------------------------------------------

Module& Module::train(bool mode) {
  state_->training = mode;
  for (const detail::Child& child : state_->children) child.module->train(mode);
  return *this;
}

void Module::zero_grad(bool set_to_none) {
  for (auto& [name, parameter] : state_->parameters) {
    if (parameter.defined()) parameter.impl()->autograd_meta().grad.zero(set_to_none);
  }
  for (const detail::Child& child : state_->children) child.module->zero_grad(set_to_none);
}

Module& Module::requires_grad_(bool value) {
  for (auto& [name, parameter] : state_->parameters) {
    if (parameter.defined()) parameter.requires_grad_(value);
  }
  for (const detail::Child& child : state_->children) child.module->requires_grad_(value);
  return *this;
}

namespace {

/// Gives a leaf other numbers of another dtype, as `tensor.data = ...` does in PyTorch: all handles see them.
void convert(Tensor& tensor, Dtype dtype) {
  if (!tensor.defined() || !tensor.is_floating_point() || tensor.dtype() == dtype) return;
  const Tensor converted = tensor.detach().to(dtype);
  TensorImpl& impl = *tensor.impl();
  impl.storage = converted.impl()->storage;
  impl.data = converted.impl()->data;
  impl.layout = converted.impl()->layout;
  impl.dtype = dtype;
  if (!impl.meta) return;
  if (impl.meta->grad.defined()) impl.meta->grad.tensor() = impl.meta->grad.tensor().detach().to(dtype);
  if (impl.meta->accumulator) impl.meta->accumulator->outputs[0] = {impl.layout, Tensor(), dtype};
}

}  // namespace

Module& Module::to(Dtype dtype) {
  GRADUS_CHECK_TYPE(is_floating_point(dtype), "Module.to only accepts floating point dtypes, but got desired dtype={}",
                    gradus::to_string(dtype));
  for (auto& [name, parameter] : state_->parameters) convert(parameter, dtype);
  for (auto& [name, buffer] : state_->buffers) convert(buffer, dtype);
  for (const detail::Child& child : state_->children) child.module->to(dtype);
  return *this;
}

// -- saving -----------------------------------------------------------------------------------------------------------

StateDict Module::state_dict(std::string prefix) const {
  StateDict state;
  for (const auto* list : {&state_->parameters, &state_->buffers}) {
    for (const auto& [name, tensor] : *list) {
      if (tensor.defined()) state.insert(join(prefix, name), tensor.detach());
    }
  }
  for (const detail::Child& child : state_->children) {
    for (const auto& [name, tensor] : child.module->state_dict(join(prefix, child.name))) state.insert(name, tensor);
  }
  return state;
}

IncompatibleKeys Module::load_state_dict(const StateDict& state, bool strict) {
  IncompatibleKeys keys;
  std::vector<std::string> errors;
  std::vector<std::pair<Tensor, Tensor>> copies;  // to, from
  StateDict own = state_dict();
  for (auto& [name, tensor] : own) {
    if (!state.contains(name)) {
      keys.missing_keys.push_back(name);
      continue;
    }
    const Tensor& source = state[name];
    if (source.sizes() == tensor.sizes()) {
      copies.emplace_back(tensor, source);
    } else {
      errors.push_back(fmt::format(
          "size mismatch for {}: copying a param with shape {} from checkpoint, the shape in current model is {}.",
          name, source.sizes(), tensor.sizes()));
    }
  }
  for (const auto& item : state) {
    if (!own.contains(item.first)) keys.unexpected_keys.push_back(item.first);
  }
  const auto complain = [&](const char* what, const std::vector<std::string>& names) {
    if (strict && !names.empty()) {
      errors.insert(errors.begin(), fmt::format("{} key(s) in state_dict: \"{}\". ", what, fmt::join(names, "\", \"")));
    }
  };
  complain("Unexpected", keys.unexpected_keys);
  complain("Missing", keys.missing_keys);
  GRADUS_CHECK(errors.empty(), "Error(s) in loading state_dict for {}:\n\t{}", name(), fmt::join(errors, "\n\t"));
  const NoGradGuard no_grad;
  for (auto& [to, from] : copies) to.copy_(from);
  return keys;
}

}  // namespace gradus::nn
