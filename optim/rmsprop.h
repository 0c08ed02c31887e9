#pragma once
#include <gradus/optim/optimizer.h>

namespace gradus::optim {

/// Options of RMSprop, with PyTorch's names and defaults.
struct RMSpropOptions {
  Option<double> lr = by_default(1e-2);           ///< Learning rate.
  Option<double> alpha = by_default(0.99);        ///< How much of the running mean of g^2 is kept at each step.
  Option<double> eps = by_default(1e-8);          ///< Added to the root, against division by 0.
  Option<double> weight_decay = by_default(0.0);  ///< L2 penalty: weight_decay * p is added to the gradient.
  Option<double> momentum = by_default(0.0);      ///< Part of the last step that is kept.
  Option<bool> centered = by_default(false);      ///< Divide by the deviation of g in place of its size.
  Option<bool> maximize = by_default(false);      ///< Go up in place of down.

  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("lr", lr), visitor("alpha", alpha), visitor("eps", eps), visitor("weight_decay", weight_decay);
    visitor("momentum", momentum), visitor("centered", centered), visitor("maximize", maximize);
  }
  /// Throws ValueError for values that make no sense.
  void check() const;
};

extern template class OptimizerOf<RMSpropOptions>;  // in rmsprop.cpp, so that a program need not compile it

/// RMSprop (https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html).
///
///   g += weight_decay p;   s <- alpha s + (1 - alpha) g^2;   centered: a <- alpha a + (1 - alpha) g;
///   d = sqrt(s) + eps,   centered d = sqrt(s - a^2) + eps;
///   p <- p - lr g / d,   with momentum b <- momentum b + g / d,  p <- p - lr b
class RMSprop : public OptimizerOf<RMSpropOptions> {
 public:
  /// Throws ValueError for an empty list, a tensor that is no leaf, a negative lr, alpha, eps, momentum or
  /// weight_decay.
  explicit RMSprop(std::vector<Tensor> params, RMSpropOptions options = {});
  /// Groups of parameters: `RMSprop({{weights, {.lr = 0.1}}, {biases}})`.
  explicit RMSprop(std::vector<Group> groups, RMSpropOptions defaults = {});

 protected:
  void update(size_t group, Tensor& p, const Tensor& g, State& state) override;
  std::vector<std::string> buffer_names() const override { return {"square_avg", "momentum_buffer", "grad_avg"}; }
};

}  // namespace gradus::optim
