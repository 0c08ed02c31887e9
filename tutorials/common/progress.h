#pragma once
#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace gradus::tutorials {

/// The progress of one epoch. On a terminal a bar with samples, samples per second and the time left, redrawn ten times
/// a second; elsewhere nothing until finish(), which writes one plain line.
class Progress {
 public:
  /// `title` stands before the bar; `total` samples are to come.
  Progress(std::string title, int64_t total);
  /// For a stream of your choice, which is a terminal or not.
  Progress(std::string title, int64_t total, std::ostream& out, bool terminal);

  /// Counts samples that are done.
  void advance(int64_t samples = 1) {
    done_ += samples;
    if (terminal_ && Clock::now() >= next_draw_) draw();
  }
  /// Stops the clock: what follows takes no part in samples per second.
  void stop() { seconds_ = seconds(); }
  /// Ends the epoch: one line with its number of samples, seconds and samples per second, then `remark`.
  void finish(const std::string& remark = "");

  /// Seconds since the start, or those that the epoch took.
  double seconds() const;
  int64_t samples() const { return done_; }

 private:
  using Clock = std::chrono::steady_clock;
  void draw();

  std::string title_;
  int64_t total_, done_ = 0;
  std::ostream* out_;
  bool terminal_;
  double seconds_ = 0;  // once the clock is stopped
  Clock::time_point start_ = Clock::now(), next_draw_ = start_;
};

/// Samples per second as a whole number, "14600"; "0" for no time at all.
std::string samples_per_second(int64_t samples, double seconds);

}  // namespace gradus::tutorials
