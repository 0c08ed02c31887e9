#include <gradus/autograd/op_registry.h>
#include <gradus/autograd/random.h>

// The explicit list: one line for each family, in the order of docs/ops.md. An op `x` is defined in autograd/ops/ with
// a function `OpInfo x_op()`.
#define GRADUS_FOR_EACH_OP(OP)         \
  OP(add)                              \
  OP(sub)                              \
  OP(mul)                              \
  OP(div)                              \
  OP(neg)                              \
  OP(addcmul)                          \
  OP(addcdiv)                          \
  OP(lerp)                             \
  OP(pow)                              \
  OP(pow_tensor)                       \
  OP(square)                           \
  OP(reciprocal)                       \
  OP(sqrt)                             \
  OP(rsqrt)                            \
  OP(exp)                              \
  OP(expm1)                            \
  OP(log)                              \
  OP(log1p)                            \
  OP(log2)                             \
  OP(log10)                            \
  OP(sin)                              \
  OP(cos)                              \
  OP(tan)                              \
  OP(tanh)                             \
  OP(sigmoid)                          \
  OP(relu)                             \
  OP(leaky_relu)                       \
  OP(softplus)                         \
  OP(logsigmoid)                       \
  OP(abs)                              \
  OP(sign)                             \
  OP(floor)                            \
  OP(ceil)                             \
  OP(round)                            \
  OP(where)                            \
  OP(masked_fill)                      \
  OP(maximum)                          \
  OP(minimum)                          \
  OP(clamp)                            \
  OP(clamp_tensor)                     \
  OP(clone)                            \
  OP(to_copy)                          \
  OP(copy)                             \
  OP(fill)                             \
  OP(mm)                               \
  OP(mv)                               \
  OP(dot)                              \
  OP(outer)                            \
  OP(bmm)                              \
  OP(addmm)                            \
  OP(matmul)                           \
  OP(linear)                           \
  OP(view)                             \
  OP(squeeze)                          \
  OP(unsqueeze)                        \
  OP(expand)                           \
  OP(t)                                \
  OP(transpose)                        \
  OP(permute)                          \
  OP(slice)                            \
  OP(select)                           \
  OP(diagonal)                         \
  OP(as_strided)                       \
  OP(embed)                            \
  OP(extract)                          \
  OP(split)                            \
  OP(unbind)                           \
  OP(cat)                              \
  OP(stack)                            \
  OP(repeat)                           \
  OP(gather)                           \
  OP(scatter_add)                      \
  OP(index_select)                     \
  OP(index_add)                        \
  OP(index_put)                        \
  OP(tril)                             \
  OP(triu)                             \
  OP(sort)                             \
  OP(topk)                             \
  OP(sum)                              \
  OP(mean)                             \
  OP(var)                              \
  OP(std)                              \
  OP(prod)                             \
  OP(max)                              \
  OP(min)                              \
  OP(amax)                             \
  OP(amin)                             \
  OP(logsumexp)                        \
  OP(cumsum)                           \
  OP(norm)                             \
  OP(softmax)                          \
  OP(log_softmax)                      \
  OP(mse_loss)                         \
  OP(l1_loss)                          \
  OP(smooth_l1_loss)                   \
  OP(binary_cross_entropy)             \
  OP(binary_cross_entropy_with_logits) \
  OP(nll_loss)                         \
  OP(cross_entropy)                    \
  OP(cross_entropy_probabilities)      \
  OP(conv2d)                           \
  OP(conv2d_input)                     \
  OP(conv2d_weight)                    \
  OP(max_pool2d)                       \
  OP(avg_pool2d)                       \
  OP(avg_pool2d_backward)              \
  OP(layer_norm)                       \
  OP(batch_norm)                       \
  OP(dropout)

namespace gradus {

#define GRADUS_DECLARE_OP(name) OpInfo name##_op();
GRADUS_FOR_EACH_OP(GRADUS_DECLARE_OP)
#undef GRADUS_DECLARE_OP

namespace autograd {

OpRegistry::OpRegistry() {
#define GRADUS_LIST_OP(name) ops_.push_back(name##_op());
  GRADUS_FOR_EACH_OP(GRADUS_LIST_OP)
#undef GRADUS_LIST_OP
}

Samples OpRegistry::samples() const {
  const Generator before = default_generator();
  Samples all;
  for (const OpInfo& op : ops_) {
    manual_seed(1);  // each op from the same seed: a new op changes no other's samples
    for (Sample& sample : op.samples()) {
      sample.name = std::string(op.name) + "/" + sample.name;
      for (Tensor& input : sample.inputs) {
        if (input.is_floating_point()) input = input.to(kFloat64).detach().requires_grad_();
      }
      all.push_back(std::move(sample));
    }
  }
  default_generator() = before;
  return all;
}

const OpRegistry& op_registry() {
  static const OpRegistry registry;
  return registry;
}

}  // namespace autograd
}  // namespace gradus
