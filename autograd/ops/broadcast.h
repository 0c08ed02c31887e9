#pragma once
#include <gradus/autograd/tensor.h>
#include <array>

namespace gradus {

/// The shapes of an op's operands where they differ, kept for backward, which must sum a gradient over the dimensions
/// that broadcasting stretched.
template <size_t N>
class OperandShapes {
 public:
  template <class... T>
  void remember(const T&... operands) {
    static_assert(sizeof...(T) == N);
    const std::array<const Tensor*, N> all{&operands...};
    bool same = true;
    for (const Tensor* operand : all) {
      same = same && (operand->impl()->layout == all[0]->impl()->layout || operand->sizes() == all[0]->sizes());
    }
    if (same) return;
    for (size_t i = 0; i < N; ++i) layouts_[i] = all[i]->impl()->layout;
  }
  /// g, of the result's shape, summed to the shape of operand i.
  Tensor sum_to(Tensor g, size_t i) const {
    if (layouts_[i]) return gradus::sum_to(g, layouts_[i]->sizes());
    return g;
  }

 private:
  std::array<Ptr<const Layout>, N> layouts_;  // null if all shapes are one
};

}  // namespace gradus
