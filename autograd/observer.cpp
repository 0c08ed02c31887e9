#include <gradus/autograd/check.h>
#include <gradus/autograd/observer.h>

namespace gradus::detail {

std::string argument_text(Scalar value) {
  return value.kind() == kBool    ? (value.to<bool>() ? "true" : "false")
         : value.kind() == kInt64 ? fmt::format("{}", value.to<int64_t>())
                                  : fmt::format("{}", value.to<double>());
}

std::string argument_text(IntArrayRef values) { return fmt::format("{}", values); }

void ObservedCall::begin(autograd::Observer::Call call) {
  call_ = std::make_unique<autograd::Observer::Call>(std::move(call));
  std::erase(call_->arguments, "");
  autograd::observer->op_begins(*call_);
  autograd::observer->muted = true;
}

}  // namespace gradus::detail
