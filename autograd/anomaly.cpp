#include <gradus/autograd/anomaly.h>

#include <atomic>
#include <boost/stacktrace.hpp>
#include <string>

namespace gradus::autograd {

static std::atomic<bool> anomaly_enabled{false};

bool is_anomaly_enabled() { return anomaly_enabled.load(std::memory_order_relaxed); }
void set_detect_anomaly(bool enabled) { anomaly_enabled = enabled; }

DetectAnomalyGuard::DetectAnomalyGuard(bool enabled) : previous_(is_anomaly_enabled()) { set_detect_anomaly(enabled); }
DetectAnomalyGuard::~DetectAnomalyGuard() { set_detect_anomaly(previous_); }

std::string current_trace() {
  std::string text;
  for (const boost::stacktrace::frame& frame : boost::stacktrace::stacktrace()) {
    const std::string line = boost::stacktrace::to_string(frame);
    if (line.find("gradus::autograd::current_trace") != std::string::npos) continue;
    if (line.find("gradus::Context::begin") != std::string::npos) continue;
    if (line.find("gradus::Function<") != std::string::npos) continue;
    text += "  " + line + "\n";
    if (line.find(" main at ") != std::string::npos || line.rfind("main ", 0) == 0) break;
  }
  return text;
}

}  // namespace gradus::autograd
