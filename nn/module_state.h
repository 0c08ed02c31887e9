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

/// A child with its name: a handle of its own type, and how to copy that type.
struct Child {
  template <class T>
  Child(std::string n, const T& m) : name(std::move(n)), copy(&copy_as<T>) {
    check_exact_type(m, typeid(T));
    module = copy(m);
  }

  std::string name;
  std::shared_ptr<Module> (*copy)(const Module& module);
  std::shared_ptr<Module> module;

 private:
  template <class T>
  static std::shared_ptr<Module> copy_as(const Module& module) {
    return std::make_shared<T>(static_cast<const T&>(module));
  }
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
