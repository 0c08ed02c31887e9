#include <gradus/autograd/check.h>
#include <gradus/nn/clone.h>

#include <unordered_map>

namespace gradus::nn::detail {
namespace {

/// The copies made so far, by original.
struct Copies {
  std::unordered_map<const ModuleState*, Ptr<ModuleState>> states;
  std::unordered_map<const TensorImpl*, Tensor> tensors;
};
thread_local Copies* copies = nullptr;  // set while nn::clone runs

}  // namespace

Ptr<ModuleState> copied(const Ptr<ModuleState>& state) {
  if (!copies) return state;
  Ptr<ModuleState>& slot = copies->states[state.get()];
  if (slot) return slot;
  const Ptr<ModuleState> copy(new ModuleState);
  slot = copy;
  if (state->hooks) copy->hooks = std::make_shared<Hooks>(*state->hooks);
  copy->training = state->training;
  for (const auto& [name, tensor] : state->parameters) copy->parameters.emplace_back(name, copied(tensor));
  for (const auto& [name, tensor] : state->buffers) copy->buffers.emplace_back(name, copied(tensor));
  for (const Child& child : state->children) {
    copy->children.push_back(child);
    copy->children.back().module = child.copy(*child.module);
  }
  return copy;
}

Tensor copied(const Tensor& tensor) {
  if (!copies || !tensor.defined()) return tensor;
  Tensor& copy = copies->tensors[tensor.impl()];
  if (!copy.defined()) {
    copy = tensor.detach().clone();
    copy.requires_grad_(tensor.requires_grad());
  }
  return copy;
}

CloneScope::CloneScope() {
  GRADUS_CHECK(!copies,
               "nn::clone was called while a module was being cloned, by the copy constructor of a part of it");
  copies = new Copies;
}

CloneScope::~CloneScope() {
  delete copies;
  copies = nullptr;
}

HandleCounts::HandleCounts(const Module& module) {
  for (const NamedTensors& tensors : {module.named_parameters(), module.named_buffers()}) {
    for (const auto& [name, tensor] : tensors) entries_.push_back({name, tensor.impl(), 0});
  }
  for (Entry& entry : entries_) entry.handles = entry.tensor->use_count();
}

void HandleCounts::check_unchanged(const Module& module) const {
  for (const Entry& entry : entries_) {
    GRADUS_CHECK(entry.tensor->use_count() <= entry.handles,
                 "the clone of {} still refers to '{}' of the original: keep parameters as nn::Parameter, buffers as "
                 "nn::Buffer, and optimisers outside of the module",
                 module.name(), entry.name);
  }
}

}  // namespace gradus::nn::detail
