#include <gradus/autograd/check.h>
#include <gradus/autograd/kernels/optimizer.h>
#include <gradus/optim/rmsprop.h>

namespace gradus::optim {

void RMSpropOptions::check() const {
  GRADUS_CHECK_VALUE(*lr >= 0, "Invalid learning rate: {}", *lr);
  GRADUS_CHECK_VALUE(*eps >= 0, "Invalid epsilon value: {}", *eps);
  GRADUS_CHECK_VALUE(*momentum >= 0, "Invalid momentum value: {}", *momentum);
  GRADUS_CHECK_VALUE(*weight_decay >= 0, "Invalid weight_decay value: {}", *weight_decay);
  GRADUS_CHECK_VALUE(*alpha >= 0, "Invalid alpha value: {}", *alpha);
}

RMSprop::RMSprop(std::vector<Tensor> params, RMSpropOptions options)
    : RMSprop(std::vector<Group>{Group{std::move(params)}}, options) {}
RMSprop::RMSprop(std::vector<Group> groups, RMSpropOptions defaults) : OptimizerOf(std::move(groups), defaults) {}

void RMSprop::update(size_t group, Tensor& p, const Tensor& g, State& state) {
  const RMSpropOptions& o = options(group);
  auto& [square_avg, momentum_buffer, grad_avg] = state.buffers;
  ++state.step;
  if (!square_avg.defined()) square_avg = zeros_like(p);
  if (o.momentum > 0 && !momentum_buffer.defined()) momentum_buffer = zeros_like(p);
  if (o.centered && !grad_avg.defined()) grad_avg = zeros_like(p);
  const kernels::RMSpropStep step{o.lr, o.alpha, o.eps, o.weight_decay, o.momentum, o.maximize};
  if (kernels::rmsprop_step(p, g, square_avg, o.momentum > 0 ? momentum_buffer : Tensor(),
                            o.centered ? grad_avg : Tensor(), step)) {
    return;
  }

  Tensor gradient = o.maximize ? -g : g;
  if (o.weight_decay != 0) gradient = gradient.add(p, {.alpha = o.weight_decay});
  square_avg.mul_(*o.alpha).addcmul_(gradient, gradient, 1 - o.alpha);
  Tensor denominator = square_avg;
  if (o.centered) {
    grad_avg.mul_(*o.alpha).add_(gradient, {.alpha = 1 - o.alpha});
    denominator = square_avg.addcmul(grad_avg, grad_avg, -1);
  }
  denominator = denominator.sqrt().add_(*o.eps);
  if (o.momentum > 0) {
    momentum_buffer.mul_(*o.momentum).addcdiv_(gradient, denominator);
    p.add_(momentum_buffer, {.alpha = -o.lr});
  } else {
    p.addcdiv_(gradient, denominator, -o.lr);
  }
}

template class OptimizerOf<RMSpropOptions>;

}  // namespace gradus::optim
