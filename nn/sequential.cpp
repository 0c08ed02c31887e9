#include <gradus/autograd/check.h>
#include <gradus/nn/sequential.h>

namespace gradus::nn {

Module& ModuleContainer::operator[](int64_t i) const {
  const int64_t count = static_cast<int64_t>(size());
  GRADUS_CHECK_INDEX(-count <= i && i < count, "index {} is out of range: {} has {} modules", i, name(), count);
  return *child_list()[static_cast<size_t>(i < 0 ? i + count : i)].module;
}

void ModuleContainer::add_next(const Module& module, detail::Kind kind) {
  add_child(std::to_string(size()), module, kind);
}

void ModuleContainer::throw_wrong_type(int64_t i) const {
  throw TypeError(fmt::format("module {} of {} is a {}, not of the type asked for", i, name(), (*this)[i].name()));
}

Sequential::Sequential(std::initializer_list<NamedModule> modules) {
  for (const NamedModule& named : modules) add_child(named.child);
}

Tensor Sequential::forward(const Tensor& x) const {
  Tensor y = x;
  for (const detail::Child& child : child_list()) y = (*child.module)(y);
  return y;
}

std::string ModuleList::to_string() const {
  std::string lines;
  for (size_t first = 0, next; first < size(); first = next) {
    const std::string text = child_list()[first].module->to_string();
    for (next = first + 1; next < size() && child_list()[next].module->to_string() == text;) ++next;
    const std::string entry = next == first + 1 ? fmt::format("({}): {}", first, text)
                                                : fmt::format("({}-{}): {} x {}", first, next - 1, next - first, text);
    lines += "\n  " + indented(entry);
  }
  return name() + "(" + (lines.empty() ? ")" : lines + "\n)");
}

ModuleDict::ModuleDict(std::initializer_list<NamedModule> modules) {
  for (const NamedModule& named : modules) add_child(named.child);
}

Module* ModuleDict::find(std::string_view name) const {
  for (const detail::Child& child : child_list()) {
    if (child.name == name) return child.module.get();
  }
  return nullptr;
}

Module& ModuleDict::operator[](std::string_view name) const {
  Module* module = find(name);
  GRADUS_CHECK_INDEX(module, "no module is named '{}'; there are: {}", name, fmt::join(keys(), ", "));
  return *module;
}

std::vector<std::string> ModuleDict::keys() const {
  std::vector<std::string> keys;
  for (const detail::Child& child : child_list()) keys.push_back(child.name);
  return keys;
}

void ModuleDict::throw_wrong_type(std::string_view name) const {
  throw TypeError(fmt::format("module '{}' is a {}, not of the type asked for", name, (*this)[name].name()));
}

}  // namespace gradus::nn
