#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// Code of others runs in processes of its own, which may take so much time and memory and no more. That keeps accidents
// in check (an endless loop, a crash), not malice: such a process may read and write whatever its user may.
namespace gradus::tutorials {

struct Limits {
  double seconds = 10;          // real time; endless waiting counts as well
  int64_t megabytes = 4096;     // address space, not applied under the address sanitizer, which takes terabytes of it
  int64_t file_megabytes = 64;  // of one file
};

/// How a process ended.
struct Ending {
  enum Kind { kExited, kSignalled, kOutOfTime } kind = kExited;
  int code = 0;  // exit code or signal
};

/// "a segmentation fault (an access to memory that is not its own)".
std::string signal_in_words(int signal);

/// For a process that was just forked: makes it the head of a group of its own, which ends with its parent; takes its
/// input away; limits its memory and the files it may write; forbids core dumps.
void become_limited(const Limits& limits);

/// Waits until the process ends; after `seconds` it is killed, with all that it started.
Ending wait_for(pid_t process, double seconds);

/// Where a program runs.
struct Surroundings {
  std::optional<std::filesystem::path> output = {};  // file for what it prints; otherwise where this program prints
  std::optional<std::filesystem::path> folder = {};  // its working directory
};

/// Runs a program to its end. Throws Error if it cannot be started.
Ending run_limited(const std::vector<std::string>& command, const Limits& limits,
                   const Surroundings& surroundings = {});

}  // namespace gradus::tutorials
