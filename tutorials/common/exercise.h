#pragma once
#include <gradus/tutorials/common/checks.h>
#include <gradus/tutorials/common/limited_process.h>

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

// An exercise is a list of tasks. Each task is tried in a process of its own, so that one answer that loops or crashes
// is a sentence in the report and the others are tried all the same.
namespace gradus::tutorials {

/// One task of an exercise: `check` calls the learner's code and throws CheckFailed (checks.h) if it is wrong.
struct Task {
  std::string name;  // a few words: "the mean squared error"
  std::string hint;  // shown when the answer is wrong
  std::function<void()> check;
};

enum class State { kPassed, kFailed, kNotDone, kCrashed, kOutOfTime };

/// "passed", "failed", "not done yet", "crashed", "out of time".
std::string_view in_words(State state);

/// What became of a task.
struct Result {
  std::string task;
  State state = State::kPassed;
  std::string message;  // what is wrong
  std::string hint;     // of a task that failed
  std::string printed;  // what the learner's code printed
  double seconds = 0;
};

/// Tries a task in this process: passed, failed or not done yet.
Result try_task(const Task& task);

/// Tries a task in a process of its own.
Result run_task(const Task& task, const Limits& limits = {});

/// Results as a table for people.
struct Report {
  std::string title;
  bool colours = false;
  std::string text(std::span<const Result> results) const;
};

/// 0 if every task passed, 2 if one crashed or ran out of time, otherwise 1.
int exit_code(std::span<const Result> results);

/// Results as JSON: {"tasks": [{"name", "state", "message", "hint", "printed", "seconds"}, ...]}; written aside and
/// renamed. Throws Error if the file cannot be written or read.
void write_results(const std::filesystem::path& file, std::span<const Result> results);
std::vector<Result> read_results(const std::filesystem::path& file);

/// main() of a learner's program: tries every task and prints the report.
int exercise_main(int argc, char** argv, const std::string& title, const std::vector<Task>& tasks);

}  // namespace gradus::tutorials
