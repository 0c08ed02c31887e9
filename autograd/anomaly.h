#pragma once
#include <string>

namespace gradus::autograd {

/// In this scope backward checks every gradient for NaN, and forward notes where each op was called, so that the error
/// names the op and its place (https://pytorch.org/docs/stable/autograd.html#anomaly-detection).
class DetectAnomalyGuard {
 public:
  explicit DetectAnomalyGuard(bool enabled = true);
  ~DetectAnomalyGuard();
  DetectAnomalyGuard(const DetectAnomalyGuard&) = delete;
  DetectAnomalyGuard& operator=(const DetectAnomalyGuard&) = delete;

 private:
  bool previous_;
};
bool is_anomaly_enabled();
/// Switches anomaly detection on or off for all threads.
void set_detect_anomaly(bool enabled);
/// The program's calls that led here, a line each; what an op notes in anomaly mode.
std::string current_trace();

}  // namespace gradus::autograd
