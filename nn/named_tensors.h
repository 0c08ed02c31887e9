#pragma once
#include <gradus/autograd/tensor.h>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradus::nn {

/// Tensors with names, in the order they were added: what named_parameters() and state_dict() return.
/// `for (auto& [name, tensor] : model.named_parameters())`.
class NamedTensors {
 public:
  using value_type = std::pair<std::string, Tensor>;
  using iterator = std::vector<value_type>::iterator;
  using const_iterator = std::vector<value_type>::const_iterator;

  NamedTensors() = default;
  NamedTensors(std::initializer_list<value_type> items) : items_(items) {}
  /// Throws Error if two have the same name.
  explicit NamedTensors(std::vector<value_type> items);

  /// Adds a tensor at the end. Throws Error if the name is taken.
  void insert(std::string name, const Tensor& tensor);
  /// Removes a tensor. Throws IndexError if there is none of that name.
  void erase(std::string_view name);
  /// The tensor of that name. Throws IndexError if there is none.
  Tensor& operator[](std::string_view name);
  const Tensor& operator[](std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != items_.end(); }
  std::vector<std::string> keys() const;
  size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  iterator begin() { return items_.begin(); }
  iterator end() { return items_.end(); }
  const_iterator begin() const { return items_.begin(); }
  const_iterator end() const { return items_.end(); }
  /// The same names with copies of the numbers: a snapshot that further training does not change.
  NamedTensors clone() const;

 private:
  const_iterator find(std::string_view name) const;
  std::vector<value_type> items_;
};

/// All that a module has learned: parameters and buffers by dotted name, `model.0.weight`.
using StateDict = NamedTensors;

}  // namespace gradus::nn
