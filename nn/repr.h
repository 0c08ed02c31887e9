#pragma once
#include <gradus/autograd/int_array_ref.h>
#include <gradus/autograd/size2d.h>
#include <string>

// Values as Python prints them, for extra_repr.
namespace gradus::nn {

/// True or False.
std::string repr(bool value);
/// The shortest text that reads back as `value`, with a point or an exponent: 0.02, 1.0, 1e-05.
std::string repr(double value);
/// A tuple: (200,) or (2, 3).
std::string repr(IntArrayRef sizes);
/// A number or a tuple of two, as it was written.
std::string repr(const Size2d& size);

}  // namespace gradus::nn
