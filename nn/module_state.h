#pragma once
#include <gradus/autograd/tensor.h>
#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

// What the handles of one module share.
namespace gradus::nn {
class Module;
}

namespace gradus::nn::detail {

/// Throws Error if `module` is only the base of what it really is: copying it would cut it short.
void check_exact_type(const Module& module, const std::type_info& type);

/// The class of a module, and how to copy a handle of that class.
struct Kind {
  template <class T>
  static Kind of(const T&) {
    return {typeid(T), [](const Module& module) -> std::shared_ptr<Module> {
              return std::make_shared<T>(static_cast<const T&>(module));
            }};
  }

  const std::type_info& type;
  std::shared_ptr<Module> (*copy)(const Module& module);
};

/// A child with its name: a handle of its own type, and how to copy that type.
struct Child {
  /// Throws Error if `m` is more than its `kind`.
  Child(std::string n, const Module& m, Kind kind);

  std::string name;
  std::shared_ptr<Module> (*copy)(const Module& module);
  std::shared_ptr<Module> module;
};

struct Hooks {
  using PreHook = std::function<TensorList(Module&, const TensorList& inputs)>;
  using Hook = std::function<Tensor(Module&, const TensorList& inputs, const Tensor& output)>;
  std::vector<std::pair<int64_t, PreHook>> before;
  std::vector<std::pair<int64_t, Hook>> after;
  int64_t next_id = 1;
};

struct ModuleState : RefCounted {
  ~ModuleState();
  static void destroy(ModuleState* state) { delete state; }

  std::shared_ptr<Hooks> hooks;  // null until the first hook: one look decides the way of a call
  bool training = true;
  std::vector<std::pair<std::string, Tensor>> parameters, buffers;  // may be undefined
  std::vector<Child> children;
};

/// What a copied handle refers to: the same, or inside nn::clone the clone's own.
Ptr<ModuleState> copied(const Ptr<ModuleState>& state);
Tensor copied(const Tensor& tensor);

}  // namespace gradus::nn::detail
