#include <gradus/autograd/grad_mode.h>

namespace gradus {

static thread_local bool grad_mode_enabled = true;

bool GradMode::is_enabled() noexcept { return grad_mode_enabled; }
void GradMode::set_enabled(bool enabled) noexcept { grad_mode_enabled = enabled; }

}  // namespace gradus
