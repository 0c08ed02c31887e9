#pragma once
#include <gradus/nn/module.h>
#include <initializer_list>
#include <iterator>

namespace gradus::nn {

/// A module with the name it shall have in a container: `Sequential({{"hidden", Linear(784, 200)}, ...})`.
class NamedModule {
 public:
  template <std::derived_from<Module> T>
  NamedModule(std::string name, const T& module) : child(std::move(name), module, detail::Kind::of(module)) {}
  detail::Child child;
};

/// Walks over the children of a container: `for (nn::Module& layer : model)`.
class ChildIterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = Module;
  using difference_type = std::ptrdiff_t;
  using pointer = Module*;
  using reference = Module&;

  ChildIterator() = default;
  explicit ChildIterator(const detail::Child* child) : child_(child) {}
  Module& operator*() const { return *child_->module; }
  Module* operator->() const { return child_->module.get(); }
  ChildIterator& operator++() {
    ++child_;
    return *this;
  }
  ChildIterator operator++(int) { return ChildIterator(child_++); }
  friend bool operator==(ChildIterator, ChildIterator) = default;

 private:
  const detail::Child* child_ = nullptr;
};

/// What Sequential and ModuleList have in common: children "0", "1", ... that are counted, indexed and walked over.
class ModuleContainer : public Module {
 public:
  size_t size() const { return child_list().size(); }
  bool empty() const { return child_list().empty(); }
  /// Child i; negative counts from the end. Throws IndexError.
  Module& operator[](int64_t i) const;
  /// Child i by its own type: `model.at<nn::Linear>(0).weight`. Throws IndexError, and TypeError if it is no T.
  template <std::derived_from<Module> T>
  T& at(int64_t i) const {
    Module& module = (*this)[i];
    if (T* typed = module.as<T>()) return *typed;
    throw_wrong_type(i);
  }
  ChildIterator begin() const { return ChildIterator(child_list().data()); }
  ChildIterator end() const { return ChildIterator(child_list().data() + size()); }

 protected:
  ModuleContainer() = default;
  /// Adds a child named by its number.
  void add_next(const Module& module, detail::Kind kind);

 private:
  [[noreturn]] void throw_wrong_type(int64_t i) const;
};

/// Modules run one after the other (https://pytorch.org/docs/stable/generated/torch.nn.Sequential.html):
/// `Sequential model{Linear(784, 200), Sigmoid(), Linear(200, 10), Sigmoid()};`. Children are named "0", "1", ...
/// unless names are given. A Sequential may hold others; Sequential(other) alone is a copy, a handle on the same
/// children.
class Sequential : public ModuleContainer {
 public:
  Sequential() = default;
  template <std::derived_from<Module>... Modules>
  requires(sizeof...(Modules) > 0) explicit Sequential(const Modules&... modules) { (push_back(modules), ...); }
  Sequential(std::initializer_list<NamedModule> modules);

  /// Adds a module at the end, for all handles on this one. Throws Error for a name that is taken.
  template <std::derived_from<Module> T>
  Sequential& push_back(const T& module) {
    add_next(module, detail::Kind::of(module));
    return *this;
  }
  template <std::derived_from<Module> T>
  Sequential& push_back(std::string name, const T& module) {
    add_child(std::move(name), module, detail::Kind::of(module));
    return *this;
  }
  /// push_back under its Python name.
  template <std::derived_from<Module> T>
  Sequential& append(const T& module) {
    return push_back(module);
  }

  Tensor forward(const Tensor& x) const override;
};

/// Modules in a list, to be called one by one (https://pytorch.org/docs/stable/generated/torch.nn.ModuleList.html):
/// `for (nn::Module& layer : layers) x = layer(x);`.
class ModuleList : public ModuleContainer {
 public:
  ModuleList() = default;
  template <std::derived_from<Module>... Modules>
  requires(sizeof...(Modules) > 0) explicit ModuleList(const Modules&... modules) { (push_back(modules), ...); }

  /// Adds a module at the end, for all handles on this one.
  template <std::derived_from<Module> T>
  ModuleList& push_back(const T& module) {
    add_next(module, detail::Kind::of(module));
    return *this;
  }
  /// push_back under its Python name.
  template <std::derived_from<Module> T>
  ModuleList& append(const T& module) {
    return push_back(module);
  }
  /// As PyTorch 2: modules that print alike and follow one another stand in one line, `(0-2): 3 x Linear(...)`.
  std::string to_string() const override;
};

/// Modules by name (https://pytorch.org/docs/stable/generated/torch.nn.ModuleDict.html).
class ModuleDict : public Module {
 public:
  ModuleDict() = default;
  ModuleDict(std::initializer_list<NamedModule> modules);

  /// Adds a module. Throws Error for a name that is taken.
  template <std::derived_from<Module> T>
  ModuleDict& insert(std::string name, const T& module) {
    add_child(std::move(name), module, detail::Kind::of(module));
    return *this;
  }
  /// Throws IndexError if there is none of that name.
  Module& operator[](std::string_view name) const;
  /// The module by its own type. Throws IndexError, and TypeError if it is no T.
  template <std::derived_from<Module> T>
  T& at(std::string_view name) const {
    Module& module = (*this)[name];
    if (T* typed = module.as<T>()) return *typed;
    throw_wrong_type(name);
  }
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  std::vector<std::string> keys() const;
  size_t size() const { return child_list().size(); }
  bool empty() const { return child_list().empty(); }

 private:
  Module* find(std::string_view name) const;
  [[noreturn]] void throw_wrong_type(std::string_view name) const;
};

}  // namespace gradus::nn
