#include <gradus/autograd/check.h>
#include <gradus/nn/repr.h>

namespace gradus::nn {

std::string repr(bool value) { return value ? "True" : "False"; }

std::string repr(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_not_of("-0123456789") == std::string::npos ? text + ".0" : text;
}

std::string repr(IntArrayRef sizes) {
  return fmt::format("({}{})", fmt::join(sizes, ", "), sizes.size() == 1 ? "," : "");
}

std::string repr(const Size2d& size) {
  return size.is_one_number() ? fmt::format("{}", size.height) : repr(IntArrayRef({size.height, size.width}));
}

}  // namespace gradus::nn
