#include <gradus/autograd/check.h>
#include <gradus/nn/named_tensors.h>

#include <algorithm>
#include <unordered_set>

namespace gradus::nn {

NamedTensors::NamedTensors(std::vector<value_type> items) : items_(std::move(items)) {
  std::unordered_set<std::string_view> names;
  for (const auto& item : items_) GRADUS_CHECK(names.insert(item.first).second, "'{}' already defined", item.first);
}

void NamedTensors::insert(std::string name, const Tensor& tensor) {
  GRADUS_CHECK(!contains(name), "'{}' already defined", name);
  items_.emplace_back(std::move(name), tensor);
}

void NamedTensors::erase(std::string_view name) {
  const auto found = find(name);
  GRADUS_CHECK_INDEX(found != items_.end(), "no tensor is named '{}'", name);
  items_.erase(found);
}

Tensor& NamedTensors::operator[](std::string_view name) { return const_cast<Tensor&>(std::as_const(*this)[name]); }

const Tensor& NamedTensors::operator[](std::string_view name) const {
  const auto found = find(name);
  GRADUS_CHECK_INDEX(found != items_.end(), "no tensor is named '{}'; there are: {}", name, fmt::join(keys(), ", "));
  return found->second;
}

std::vector<std::string> NamedTensors::keys() const {
  std::vector<std::string> keys;
  for (const auto& item : items_) keys.push_back(item.first);
  return keys;
}

NamedTensors NamedTensors::clone() const {
  NamedTensors copy;
  for (const auto& [name, tensor] : items_) copy.items_.emplace_back(name, tensor.detach().clone());
  return copy;
}

NamedTensors::const_iterator NamedTensors::find(std::string_view name) const {
  return std::find_if(items_.begin(), items_.end(), [&](const auto& item) { return item.first == name; });
}

}  // namespace gradus::nn
