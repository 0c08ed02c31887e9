#include <gradus/autograd/check.h>
#include <gradus/nn/flatten.h>
#include <gradus/nn/repr.h>

namespace gradus::nn {

std::string Flatten::extra_repr() const {
  return fmt::format("start_dim={}, end_dim={}", options_.start_dim, options_.end_dim);
}

std::string Unflatten::extra_repr() const {
  return fmt::format("dim={}, unflattened_size={}", dim_, repr(IntArrayRef(unflattened_size_)));
}

}  // namespace gradus::nn
