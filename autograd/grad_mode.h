#pragma once

namespace gradus {

/// Whether operations are recorded in the graph, per thread (https://pytorch.org/docs/stable/notes/autograd.html).
class GradMode {
 public:
  static bool is_enabled() noexcept { return enabled_; }
  static void set_enabled(bool enabled) noexcept { enabled_ = enabled; }

 private:
  static inline constinit thread_local bool enabled_ = true;  // here, since every op looks at it
};

/// Switches recording on or off for a scope.
class AutoGradMode {
 public:
  explicit AutoGradMode(bool enabled) : previous_(GradMode::is_enabled()) { GradMode::set_enabled(enabled); }
  ~AutoGradMode() { GradMode::set_enabled(previous_); }
  AutoGradMode(const AutoGradMode&) = delete;
  AutoGradMode& operator=(const AutoGradMode&) = delete;

 private:
  bool previous_;
};

/// No recording in this scope: torch.no_grad().
class NoGradGuard : public AutoGradMode {
 public:
  NoGradGuard() : AutoGradMode(false) {}
};

/// Recording in this scope, even inside a NoGradGuard: torch.enable_grad().
class EnableGradGuard : public AutoGradMode {
 public:
  EnableGradGuard() : AutoGradMode(true) {}
};

}  // namespace gradus
