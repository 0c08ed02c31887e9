#include <gradus/autograd/check.h>
#include <gradus/nn/conv.h>
#include <gradus/nn/functional.h>
#include <gradus/nn/init.h>
#include <gradus/nn/repr.h>

#include <cmath>

namespace gradus::nn {

namespace {

/// Throws before anything is made of numbers that do not fit.
Conv2dOptions checked(int64_t in_channels, int64_t out_channels, const Conv2dOptions& options) {
  GRADUS_CHECK_VALUE(options.groups > 0, "groups must be a positive integer");
  GRADUS_CHECK_VALUE(in_channels % options.groups == 0, "in_channels must be divisible by groups");
  GRADUS_CHECK_VALUE(out_channels % options.groups == 0, "out_channels must be divisible by groups");
  GRADUS_CHECK_VALUE(options.padding.mode() != "same" || options.stride == Size2d(1),
                     "padding='same' is not supported for strided convolutions");
  return options;
}

}  // namespace

Conv2d::Conv2d(int64_t in_channels, int64_t out_channels, Size2d kernel_size, Conv2dOptions options)
    : options_(checked(in_channels, out_channels, options)) {
  weight = register_parameter(
      "weight", empty({out_channels, in_channels / options.groups, kernel_size.height, kernel_size.width}));
  bias = register_parameter("bias", options.bias ? empty({out_channels}) : Tensor());
  reset_parameters();
}

void Conv2d::reset_parameters() {
  // kaiming_uniform_ with a = sqrt(5), as PyTorch writes it, is this bound.
  const int64_t fan_in = weight.size(1) * weight.size(2) * weight.size(3);
  if (fan_in == 0) return;
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  init::uniform_(weight, -bound, bound);
  if (bias.defined()) init::uniform_(bias, -bound, bound);
}

Tensor Conv2d::forward(const Tensor& x) const {
  check_registered(0, weight);
  check_registered(1, bias);
  return functional::conv2d(x, weight, bias, options_.stride, options_.padding, options_.dilation, options_.groups);
}

std::string Conv2d::extra_repr() const {
  const auto pair = [](const Size2d& size) { return repr(IntArrayRef({size.height, size.width})); };
  const Padding2d& padding = options_.padding;
  std::string text = fmt::format("{}, {}, kernel_size={}, stride={}", weight.size(1) * options_.groups, weight.size(0),
                                 pair({weight.size(2), weight.size(3)}), pair(options_.stride));
  if (!padding.mode().empty()) {
    text += fmt::format(", padding={}", padding.mode());
  } else if (padding != Size2d(0)) {
    text += fmt::format(", padding={}", pair(padding));
  }
  if (options_.dilation != Size2d(1)) text += fmt::format(", dilation={}", pair(options_.dilation));
  if (options_.groups != 1) text += fmt::format(", groups={}", options_.groups);
  if (!bias.defined()) text += ", bias=False";
  return text;
}

}  // namespace gradus::nn
