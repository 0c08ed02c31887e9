#pragma once
#include <gradus/nn/module.h>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

namespace gradus::nn {
namespace detail {

/// While one lives, copying a module handle, a Parameter or a Buffer in this thread makes a new module state or
/// tensor in place of a second handle; what is shared in the original is shared in the copy.
class CloneScope {
 public:
  CloneScope();
  ~CloneScope();
  CloneScope(const CloneScope&) = delete;
  CloneScope& operator=(const CloneScope&) = delete;
};

/// The number of handles on each tensor of a module, to find the ones that a clone has kept.
class HandleCounts {
 public:
  explicit HandleCounts(const Module& module);
  /// Throws Error if there are more handles now.
  void check_unchanged(const Module& module) const;

 private:
  struct Entry {
    std::string name;
    const TensorImpl* tensor;
    uint32_t handles;
  };
  std::vector<Entry> entries_;
};

}  // namespace detail

/// A deep copy (Python's copy.deepcopy(module)): parameters, buffers and children of its own with equal values, the
/// same options, hooks and training flag, no gradients. Every class that can be copied can be cloned, if it keeps its
/// parameters as nn::Parameter and its children as members of their own type. Throws Error if the copy still refers
/// to a tensor of the original, as a plain Tensor member does, or an optimiser.
template <std::derived_from<Module> T>
T clone(const T& module) {
  detail::check_exact_type(module, typeid(T));
  const detail::HandleCounts handles(module);
  T copy = [&] {
    const detail::CloneScope scope;
    return T(module);
  }();
  handles.check_unchanged(module);
  return copy;
}

}  // namespace gradus::nn
