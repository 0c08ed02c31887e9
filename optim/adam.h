#pragma once
#include <gradus/optim/optimizer.h>

namespace gradus::optim {

/// Options of Adam, with PyTorch's names and defaults.
struct AdamOptions {
  Option<double> lr = by_default(1e-3);  ///< Learning rate: about the size of a step.
  /// How much of the running means of g and g^2 is kept at each step.
  Option<std::pair<double, double>> betas = by_default(std::pair(0.9, 0.999));
  Option<double> eps = by_default(1e-8);          ///< Added to the root, against division by 0.
  Option<double> weight_decay = by_default(0.0);  ///< L2 penalty: weight_decay * p is added to the gradient.
  Option<bool> amsgrad = by_default(false);       ///< Use the largest v seen so far.
  Option<bool> maximize = by_default(false);      ///< Go up in place of down.

  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("lr", lr), visitor("betas", betas), visitor("eps", eps);
    visitor("weight_decay", weight_decay), visitor("amsgrad", amsgrad), visitor("maximize", maximize);
  }
  /// Throws ValueError for values that make no sense.
  void check() const;
};

extern template class OptimizerOf<AdamOptions>;  // in adam.cpp, so that a program need not compile it

/// Adam, by Kingma and Ba 2015 (https://pytorch.org/docs/stable/generated/torch.optim.Adam.html). At its t-th step:
///
///   g += weight_decay p;   m <- beta1 m + (1 - beta1) g;   v <- beta2 v + (1 - beta2) g^2;
///   p <- p - lr / (1 - beta1^t)  m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
///
/// with amsgrad the largest v so far in place of v.
class Adam : public OptimizerOf<AdamOptions> {
 public:
  /// Throws ValueError for an empty list, a tensor that is no leaf, betas outside [0, 1), a negative lr, eps or
  /// weight_decay.
  explicit Adam(std::vector<Tensor> params, AdamOptions options = {});
  /// Groups of parameters: `Adam({{weights, {.lr = 0.01}}, {biases}})`.
  explicit Adam(std::vector<Group> groups, AdamOptions defaults = {});

 protected:
  void update(size_t group, Tensor& p, const Tensor& g, State& state) override;
  bool update(size_t group, Tensor& p, const OuterProduct& g, State& state) override;
  std::vector<std::string> buffer_names() const override { return {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"}; }
};

/// Options of AdamW: those of Adam, with another default and meaning of weight_decay.
struct AdamWOptions {
  Option<double> lr = by_default(1e-3);  ///< Learning rate: about the size of a step.
  /// How much of the running means of g and g^2 is kept at each step.
  Option<std::pair<double, double>> betas = by_default(std::pair(0.9, 0.999));
  Option<double> eps = by_default(1e-8);           ///< Added to the root, against division by 0.
  Option<double> weight_decay = by_default(1e-2);  ///< Each step shrinks p by lr * weight_decay of itself.
  Option<bool> amsgrad = by_default(false);        ///< Use the largest v seen so far.
  Option<bool> maximize = by_default(false);       ///< Go up in place of down.

  template <class Visitor>
  void visit(Visitor&& visitor) {
    visitor("lr", lr), visitor("betas", betas), visitor("eps", eps);
    visitor("weight_decay", weight_decay), visitor("amsgrad", amsgrad), visitor("maximize", maximize);
  }
  /// Throws ValueError for values that make no sense.
  void check() const;
};

extern template class OptimizerOf<AdamWOptions>;  // in adam.cpp, so that a program need not compile it

/// Adam with decoupled weight decay, by Loshchilov and Hutter 2019
/// (https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html): p <- p (1 - lr weight_decay), then Adam's step
/// from the gradient alone.
class AdamW : public OptimizerOf<AdamWOptions> {
 public:
  /// Throws ValueError as Adam does.
  explicit AdamW(std::vector<Tensor> params, AdamWOptions options = {});
  /// Groups of parameters: `AdamW({{weights}, {biases, {.weight_decay = 0}}})`.
  explicit AdamW(std::vector<Group> groups, AdamWOptions defaults = {});

 protected:
  void update(size_t group, Tensor& p, const Tensor& g, State& state) override;
  bool update(size_t group, Tensor& p, const OuterProduct& g, State& state) override;
  std::vector<std::string> buffer_names() const override { return {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"}; }
};

}  // namespace gradus::optim
