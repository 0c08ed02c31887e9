#include <gradus/autograd/check.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/functional.h>
#include <gradus/nn/repr.h>

namespace gradus::nn {

Dropout::Dropout(DropoutOptions options) : options_(options) {
  GRADUS_CHECK_VALUE(options.p >= 0 && options.p <= 1, "dropout probability has to be between 0 and 1, but got {}",
                     repr(options.p));
}

Tensor Dropout::forward(const Tensor& x) const { return functional::dropout(x, options_.p, is_training()); }

std::string Dropout::extra_repr() const { return fmt::format("p={}, inplace=False", repr(options_.p)); }

}  // namespace gradus::nn
