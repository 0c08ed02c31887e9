#include <gradus/tutorials/common/progress.h>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace gradus::tutorials {

Progress::Progress(std::string title, int64_t total)
    : Progress(std::move(title), total, std::cout, isatty(STDOUT_FILENO) == 1) {}

Progress::Progress(std::string title, int64_t total, std::ostream& out, bool terminal)
    : title_(std::move(title)), total_(total), out_(&out), terminal_(terminal) {}

double Progress::seconds() const {
  return seconds_ > 0 ? seconds_ : std::chrono::duration<double>(Clock::now() - start_).count();
}

void Progress::draw() {
  constexpr int64_t kWidth = 24;
  const double elapsed = seconds();
  const int64_t filled = total_ > 0 ? std::min(kWidth, kWidth * done_ / total_) : 0;
  const double left = done_ > 0 ? elapsed * static_cast<double>(total_ - done_) / static_cast<double>(done_) : 0;
  *out_ << fmt::format("\r\033[K{} [{:#<{}}{: <{}}] {}/{} samples, {} samples/s, {:.0f} s left", title_, "", filled, "",
                       kWidth - filled, done_, total_, samples_per_second(done_, elapsed), left)
        << std::flush;
  next_draw_ = Clock::now() + std::chrono::milliseconds(100);
}

void Progress::finish(const std::string& remark) {
  stop();
  *out_ << fmt::format("{}{}: {} samples, {:.1f} s, {} samples/s{}{}", terminal_ ? "\r\033[K" : "", title_, done_,
                       seconds_, samples_per_second(done_, seconds_), remark.empty() ? "" : ", ", remark)
        << std::endl;
}

std::string samples_per_second(int64_t samples, double seconds) {
  return fmt::format("{:.0f}", seconds > 0 ? static_cast<double>(samples) / seconds : 0);
}

}  // namespace gradus::tutorials
