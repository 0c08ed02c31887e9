#include <gradus/autograd/check.h>
#include <gradus/autograd/kernels/optimizer.h>
#include <gradus/optim/adam.h>

#include <cmath>

namespace gradus::optim {

namespace {

template <class Options>
void check_adam(const Options& o) {
  GRADUS_CHECK_VALUE(*o.lr >= 0, "Invalid learning rate: {}", *o.lr);
  GRADUS_CHECK_VALUE(*o.eps >= 0, "Invalid epsilon value: {}", *o.eps);
  GRADUS_CHECK_VALUE(o.betas->first >= 0 && o.betas->first < 1, "Invalid beta parameter at index 0: {}",
                     o.betas->first);
  GRADUS_CHECK_VALUE(o.betas->second >= 0 && o.betas->second < 1, "Invalid beta parameter at index 1: {}",
                     o.betas->second);
  GRADUS_CHECK_VALUE(*o.weight_decay >= 0, "Invalid weight_decay value: {}", *o.weight_decay);
}

/// The step in one pass; false, with nothing changed, for tensors that do not allow it.
template <class Options, class Gradient>
bool adam_in_one_pass(Tensor& p, const Gradient& g, Tensor (&buffers)[3], double t, const Options& o, bool decoupled) {
  auto& [m, v, max_v] = buffers;
  if (!m.defined()) m = zeros_like(p), v = zeros_like(p);
  if (o.amsgrad && !max_v.defined()) max_v = v.clone();
  const auto [beta1, beta2] = *o.betas;
  const double correction = std::sqrt(1 - std::pow(beta2, t)), step_size = o.lr / (1 - std::pow(beta1, t));
  const double shrink = decoupled ? 1 - o.lr * o.weight_decay : 1, decay = decoupled ? 0 : *o.weight_decay;
  const kernels::AdamStep step{step_size, beta1, beta2, correction, o.eps, decay, shrink, o.maximize};
  return kernels::adam_step(p, g, m, v, o.amsgrad ? max_v : Tensor(), step);
}

/// One step of Adam, or of AdamW where `decoupled`, at which p shrinks before and g stays as it is.
template <class Options>
void adam(Tensor& p, const Tensor& g, Tensor (&buffers)[3], double t, const Options& o, bool decoupled) {
  if (adam_in_one_pass(p, g, buffers, t, o, decoupled)) return;

  auto& [m, v, max_v] = buffers;
  const auto [beta1, beta2] = *o.betas;
  if (decoupled) p.mul_(1 - o.lr * o.weight_decay);
  Tensor gradient = o.maximize ? -g : g;
  if (!decoupled && o.weight_decay != 0) gradient = gradient.add(p, {.alpha = o.weight_decay});
  m.mul_(beta1).add_(gradient, {.alpha = 1 - beta1});
  v.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
  if (o.amsgrad) max_v.copy_(maximum(max_v, v));
  const Tensor denominator = (o.amsgrad ? max_v : v).sqrt().div_(std::sqrt(1 - std::pow(beta2, t))).add_(*o.eps);
  p.addcdiv_(m, denominator, -o.lr / (1 - std::pow(beta1, t)));
}

}  // namespace

void AdamOptions::check() const { check_adam(*this); }
void AdamWOptions::check() const { check_adam(*this); }

Adam::Adam(std::vector<Tensor> params, AdamOptions options)
    : Adam(std::vector<Group>{Group{std::move(params)}}, options) {}
Adam::Adam(std::vector<Group> groups, AdamOptions defaults) : OptimizerOf(std::move(groups), defaults) {}

void Adam::update(size_t group, Tensor& p, const Tensor& g, State& state) {
  adam(p, g, state.buffers, static_cast<double>(++state.step), options(group), /*decoupled=*/false);
}

bool Adam::update(size_t group, Tensor& p, const OuterProduct& g, State& state) {
  const bool done = adam_in_one_pass(p, g, state.buffers, static_cast<double>(state.step + 1), options(group), false);
  state.step += done;
  return done;
}

AdamW::AdamW(std::vector<Tensor> params, AdamWOptions options)
    : AdamW(std::vector<Group>{Group{std::move(params)}}, options) {}
AdamW::AdamW(std::vector<Group> groups, AdamWOptions defaults) : OptimizerOf(std::move(groups), defaults) {}

void AdamW::update(size_t group, Tensor& p, const Tensor& g, State& state) {
  adam(p, g, state.buffers, static_cast<double>(++state.step), options(group), /*decoupled=*/true);
}

bool AdamW::update(size_t group, Tensor& p, const OuterProduct& g, State& state) {
  const bool done = adam_in_one_pass(p, g, state.buffers, static_cast<double>(state.step + 1), options(group), true);
  state.step += done;
  return done;
}

template class OptimizerOf<AdamOptions>;
template class OptimizerOf<AdamWOptions>;

}  // namespace gradus::optim
