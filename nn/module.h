#pragma once
#include <gradus/autograd/observer.h>
#include <gradus/nn/module_state.h>
#include <gradus/nn/named_tensors.h>
#include <gradus/nn/parameter.h>
#include <concepts>
#include <functional>
#include <iosfwd>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace gradus::nn {

/// Takes a hook away again: `auto handle = model.register_forward_hook(...); ... handle.remove();`.
class RemovableHandle {
 public:
  RemovableHandle() = default;
  explicit RemovableHandle(std::function<void()> remove) : remove_(std::move(remove)) {}
  /// Does nothing if the hook is gone already.
  void remove();

 private:
  std::function<void()> remove_;
};

/// What load_state_dict(state, strict = false) left alone.
struct IncompatibleKeys {
  std::vector<std::string> missing_keys;
  std::vector<std::string> unexpected_keys;
};

/// Base of every layer, loss and network (https://pytorch.org/docs/stable/generated/torch.nn.Module.html):
///
///   class Classifier : public nn::Module {
///    public:
///     Classifier() { register_module("model", model); }
///     Tensor forward(const Tensor& x) { return model(x); }
///     nn::Sequential model{nn::Linear(784, 200), nn::Sigmoid(), nn::Linear(200, 10), nn::Sigmoid()};
///   };
///   Classifier classifier;
///   Tensor outputs = classifier(inputs);
///
/// A module is a handle, as a Tensor is: copies share parameters, buffers, children, hooks and the training flag.
/// nn::clone(module) makes a module of its own. Other data members of a class of yours are copied with each handle.
/// Networks are called through operator(), which runs the hooks and then forward. forward takes one, two or three
/// tensors, each by const reference, and returns one; it may be const or not. What takes or returns something else
/// gets another name. A class's own `train(inputs, targets)` hides train(bool) unless it says `using Module::train;`.
class Module {
 public:
  virtual ~Module();

  // -- calling -------------------------------------------------------------------------------------------------------
  /// Runs the forward pre-hooks, forward and the forward hooks. Throws Error if there is no forward for so many
  /// tensors.
  Tensor operator()(const Tensor& x) const { return is_plain() ? self().forward(x) : call({x}); }
  Tensor operator()(const Tensor& x, const Tensor& y) const { return is_plain() ? self().forward(x, y) : call({x, y}); }
  Tensor operator()(const Tensor& x, const Tensor& y, const Tensor& z) const {
    return is_plain() ? self().forward(x, y, z) : call({x, y, z});
  }

  /// `hook(module, inputs)` runs before forward; it returns nothing, or the Tensor or TensorList to use as inputs.
  template <class Hook>
  RemovableHandle register_forward_pre_hook(Hook hook) {
    return add_pre_hook([hook = std::move(hook)](Module& module, const TensorList& inputs) -> TensorList {
      if constexpr (std::is_void_v<decltype(hook(module, inputs))>) {
        hook(module, inputs);
        return {};
      } else {
        return hook(module, inputs);
      }
    });
  }
  /// `hook(module, inputs, output)` runs after forward; it returns nothing, or the Tensor to use as output.
  template <class Hook>
  RemovableHandle register_forward_hook(Hook hook) {
    return add_hook([hook = std::move(hook)](Module& module, const TensorList& inputs, const Tensor& output) -> Tensor {
      if constexpr (std::is_void_v<decltype(hook(module, inputs, output))>) {
        hook(module, inputs, output);
        return {};
      } else {
        return hook(module, inputs, output);
      }
    });
  }

  // -- what a module is made of --------------------------------------------------------------------------------------
  /// Adds a parameter and returns the handle to keep as a member:
  /// `nn::Parameter scale = register_parameter("scale", ones({3}));`. Undefined: a parameter this module does without.
  /// Throws Error for a name that is empty, has a dot or is taken.
  Parameter register_parameter(std::string name, const Tensor& tensor, bool requires_grad = true);
  /// Adds a tensor that is saved with the module but not trained. Throws as register_parameter.
  Buffer register_buffer(std::string name, const Tensor& tensor);
  /// Adds a child and returns it, so that a member can be initialised by it. The child is kept as a handle of its own
  /// type: it prints, runs and has its options as `module` has. Throws as register_parameter.
  template <std::derived_from<Module> T>
  T register_module(std::string name, const T& module) {
    add_child(std::move(name), module, detail::Kind::of(module));
    return module;
  }

  /// All parameters, each once, in the order of named_parameters.
  std::vector<Tensor> parameters(bool recurse = true) const;
  /// Parameters by dotted name: those of this module first, then each child's; one that is shared appears once.
  NamedTensors named_parameters(std::string prefix = "", bool recurse = true) const;
  std::vector<Tensor> buffers(bool recurse = true) const;
  NamedTensors named_buffers(std::string prefix = "", bool recurse = true) const;
  /// Direct children, each once. These references live as long as this module does.
  std::vector<std::reference_wrapper<Module>> children() const;
  std::vector<std::pair<std::string, Module&>> named_children() const;
  /// This module and all below it, parents first, each once.
  std::vector<std::reference_wrapper<Module>> modules() const;
  std::vector<std::pair<std::string, Module&>> named_modules(std::string prefix = "") const;
  /// This module as a T, or null if it is none.
  template <std::derived_from<Module> T>
  T* as() {
    return dynamic_cast<T*>(this);
  }
  template <std::derived_from<Module> T>
  const T* as() const {
    return dynamic_cast<const T*>(this);
  }

  // -- changing all of it --------------------------------------------------------------------------------------------
  /// Training or evaluation, for this module and all below it: Dropout acts while training only.
  Module& train(bool mode = true);
  Module& eval() { return train(false); }
  bool is_training() const { return state_->training; }
  /// Drops the gradients of all parameters, or fills them with zeros.
  void zero_grad(bool set_to_none = true);
  /// Converts floating-point parameters and buffers, and gradients, in place: every handle on them sees it.
  /// Throws TypeError unless dtype is float32 or float64.
  Module& to(Dtype dtype);
  Module& requires_grad_(bool value = true);
  /// Calls `function` with every child and then this module, children first: `net.apply([](nn::Module& m) {...})`,
  /// or only with those of one type: `net.apply<nn::Linear>([](nn::Linear& linear) {...})`.
  template <std::derived_from<Module> T = Module, std::invocable<T&> F>
  Module& apply(F function) {
    apply_to<T>(function);
    return *this;
  }

  // -- saving, in memory ---------------------------------------------------------------------------------------------
  /// Parameters and buffers by dotted name; per module, parameters before buffers. The tensors share memory with the
  /// module; state_dict().clone() keeps a snapshot.
  StateDict state_dict(std::string prefix = "") const;
  /// Copies `state` into parameters and buffers, in place. Throws one Error with every missing and unexpected name
  /// (with strict) and every size that differs, before anything is copied.
  IncompatibleKeys load_state_dict(const StateDict& state, bool strict = true);

  // -- printing ------------------------------------------------------------------------------------------------------
  /// The class's name without namespaces: "Linear".
  virtual std::string name() const;
  /// What stands in the parentheses: "in_features=784, out_features=200, bias=True".
  virtual std::string extra_repr() const { return {}; }
  /// The tree as PyTorch prints it.
  virtual std::string to_string() const;

 protected:
  Module();
  Module(const Module& other);
  Module& operator=(const Module& other) = default;

  // What a class of yours defines, for the number of tensors it takes.
  virtual Tensor forward(const Tensor& x);
  virtual Tensor forward(const Tensor& x) const;
  virtual Tensor forward(const Tensor& x, const Tensor& y);
  virtual Tensor forward(const Tensor& x, const Tensor& y) const;
  virtual Tensor forward(const Tensor& x, const Tensor& y, const Tensor& z);
  virtual Tensor forward(const Tensor& x, const Tensor& y, const Tensor& z) const;

  /// Throws Error unless `member` is still the parameter registered as number `i`.
  void check_registered(size_t i, const Parameter& member) const {
    if (!member.is_same(state_->parameters[i].second)) [[unlikely]]
      throw_rebound(i);
  }
  /// `text` with two more spaces before every line but the first.
  static std::string indented(const std::string& text);
  void add_child(detail::Child child);
  void add_child(std::string name, const Module& module, detail::Kind kind);  // not inline: it compiles sooner
  const std::vector<detail::Child>& child_list() const { return state_->children; }

 private:
  template <class T, class F>
  void apply_to(F& function) {
    for (const detail::Child& child : state_->children) child.module->apply_to<T>(function);
    if (T* typed = dynamic_cast<T*>(this)) function(*typed);
  }
  bool is_plain() const { return !state_->hooks && !autograd::observer; }
  Module& self() const { return const_cast<Module&>(*this); }  // a handle: const says nothing about what it refers to
  Tensor call(TensorList inputs) const;
  class ObservedCall;
  std::string name_below(const Module& ancestor) const;
  RemovableHandle add_pre_hook(detail::Hooks::PreHook hook);
  RemovableHandle add_hook(detail::Hooks::Hook hook);
  detail::Hooks& hooks();
  using NamedList = std::vector<std::pair<std::string, Tensor>> detail::ModuleState::*;
  NamedTensors named(NamedList list, const std::string& prefix, bool recurse) const;
  [[noreturn]] void throw_rebound(size_t i) const;
  [[noreturn]] void throw_missing_forward(size_t count) const;
  void check_name(std::string_view kind, const std::string& name) const;

  Ptr<detail::ModuleState> state_;
};

std::ostream& operator<<(std::ostream& stream, const Module& module);

}  // namespace gradus::nn
