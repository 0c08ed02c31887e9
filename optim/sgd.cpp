#include <gradus/autograd/check.h>
#include <gradus/autograd/kernels/optimizer.h>
#include <gradus/optim/sgd.h>

namespace gradus::optim {

void SGDOptions::check() const {
  GRADUS_CHECK_VALUE(*lr >= 0, "Invalid learning rate: {}", *lr);
  GRADUS_CHECK_VALUE(*momentum >= 0, "Invalid momentum value: {}", *momentum);
  GRADUS_CHECK_VALUE(*weight_decay >= 0, "Invalid weight_decay value: {}", *weight_decay);
  GRADUS_CHECK_VALUE(!*nesterov || (*momentum > 0 && *dampening == 0),
                     "Nesterov momentum requires a momentum and zero dampening");
}

SGD::SGD(std::vector<Tensor> params, SGDOptions options) : SGD(std::vector<Group>{Group{std::move(params)}}, options) {}
SGD::SGD(std::vector<Group> groups, SGDOptions defaults) : OptimizerOf(std::move(groups), defaults) {}

void SGD::update(size_t group, Tensor& p, const Tensor& g, State& state) {
  const SGDOptions& o = options(group);
  Tensor& velocity = state.buffers[0];
  const kernels::SGDStep step{o.lr, o.momentum, o.dampening, o.weight_decay, o.nesterov, o.maximize};
  if (kernels::sgd_step(p, g, velocity, step)) return;

  Tensor direction = o.maximize ? -g : g;
  if (o.weight_decay != 0) direction = direction.add(p, {.alpha = o.weight_decay});
  if (o.momentum != 0) {
    if (velocity.defined()) {
      velocity.mul_(*o.momentum).add_(direction, {.alpha = 1 - o.dampening});
    } else {
      velocity = direction.clone();
    }
    direction = o.nesterov ? direction.add(velocity, {.alpha = o.momentum}) : velocity;
  }
  p.add_(direction, {.alpha = -o.lr});
}

bool SGD::update(size_t group, Tensor& p, const OuterProduct& g, State&) {
  const SGDOptions& o = options(group);
  if (o.momentum != 0) return false;  // the first velocity is the matrix
  return kernels::sgd_step(p, g, {o.lr, o.momentum, o.dampening, o.weight_decay, o.nesterov, o.maximize});
}

template class OptimizerOf<SGDOptions>;

}  // namespace gradus::optim
