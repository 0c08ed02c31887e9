#include <gradus/autograd/check.h>
#include <gradus/nn/functional.h>
#include <gradus/nn/pool.h>
#include <gradus/nn/repr.h>

namespace gradus::nn {

namespace {

Size2d stride_or(const Size2d& kernel_size, const Size2d& stride) { return stride.is_given() ? stride : kernel_size; }

}  // namespace

MaxPool2d::MaxPool2d(Size2d kernel_size, MaxPool2dOptions options) : kernel_size_(kernel_size), options_(options) {
  options_.stride = stride_or(kernel_size, options.stride);
}

Tensor MaxPool2d::forward(const Tensor& x) const {
  return functional::max_pool2d(x, kernel_size_, options_.stride, options_.padding, options_.dilation,
                                options_.ceil_mode);
}

std::string MaxPool2d::extra_repr() const {
  return fmt::format("kernel_size={}, stride={}, padding={}, dilation={}, ceil_mode={}", repr(kernel_size_),
                     repr(options_.stride), repr(options_.padding), repr(options_.dilation), repr(options_.ceil_mode));
}

AvgPool2d::AvgPool2d(Size2d kernel_size, AvgPool2dOptions options) : kernel_size_(kernel_size), options_(options) {
  options_.stride = stride_or(kernel_size, options.stride);
}

Tensor AvgPool2d::forward(const Tensor& x) const {
  return functional::avg_pool2d(x, kernel_size_, options_.stride, options_.padding, options_.ceil_mode,
                                options_.count_include_pad, options_.divisor_override);
}

std::string AvgPool2d::extra_repr() const {
  return fmt::format("kernel_size={}, stride={}, padding={}", repr(kernel_size_), repr(options_.stride),
                     repr(options_.padding));
}

}  // namespace gradus::nn
