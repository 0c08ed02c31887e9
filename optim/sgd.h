#pragma once
#include <gradus/optim/optimizer.h>

namespace gradus::optim {

/// Options of SGD, with PyTorch's names and defaults.
struct SGDOptions {
  Option<double> lr = by_default(1e-3);           ///< Learning rate.
  Option<double> momentum = by_default(0.0);      ///< Part of the velocity that is kept at each step.
  Option<double> dampening = by_default(0.0);     ///< Part of the gradient that does not reach the velocity.
  Option<double> weight_decay = by_default(0.0);  ///< L2 penalty: weight_decay * p is added to the gradient.
  Option<bool> nesterov = by_default(false);      ///< Nesterov's momentum: look ahead along the velocity.
  Option<bool> maximize = by_default(false);      ///< Go up in place of down.

  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("lr", lr), visitor("momentum", momentum), visitor("dampening", dampening);
    visitor("weight_decay", weight_decay), visitor("nesterov", nesterov), visitor("maximize", maximize);
  }
  /// Throws ValueError for values that make no sense.
  void check() const;
};

extern template class OptimizerOf<SGDOptions>;  // in sgd.cpp, so that a program need not compile it

/// Stochastic gradient descent (https://pytorch.org/docs/stable/generated/torch.optim.SGD.html).
///
///   g += weight_decay p;   v <- momentum v + (1 - dampening) g   (at the first step v <- g);
///   p <- p - lr v,   with nesterov p <- p - lr (g + momentum v)
class SGD : public OptimizerOf<SGDOptions> {
 public:
  /// Throws ValueError for an empty list, a tensor that is no leaf, a negative lr, momentum or weight_decay.
  explicit SGD(std::vector<Tensor> params, SGDOptions options = {});
  /// Groups of parameters: `SGD({{weights, {.lr = 0.1}}, {biases}}, {.momentum = 0.9})`.
  explicit SGD(std::vector<Group> groups, SGDOptions defaults = {});

 protected:
  void update(size_t group, Tensor& p, const Tensor& g, State& state) override;
  bool update(size_t group, Tensor& p, const OuterProduct& g, State& state) override;
  std::vector<std::string> buffer_names() const override { return {"momentum_buffer"}; }
  bool counts_steps() const override { return false; }
};

}  // namespace gradus::optim
