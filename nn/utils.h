#pragma once
#include <gradus/autograd/tensor.h>
#include <vector>

namespace gradus::nn::utils {

/// Scales all gradients by one factor, in place, so that their common norm is at most max_norm:
/// min(1, max_norm / (norm + 1e-6)). Returns the norm before; 0 if there are no gradients. norm_type may be infinity.
/// Throws Error if error_if_nonfinite and the norm is NaN or infinite
/// (https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html).
double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type = 2,
                       bool error_if_nonfinite = false);

/// Clamps every element of every gradient to [-clip_value, clip_value], in place.
void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value);

/// All parameters as one vector, each in row-major order. Throws Error for an empty list.
Tensor parameters_to_vector(const std::vector<Tensor>& parameters);

/// Writes the parts of `vector` into the parameters, in place. Throws Error unless the number of elements is the same.
void vector_to_parameters(const Tensor& vector, const std::vector<Tensor>& parameters);

}  // namespace gradus::nn::utils
