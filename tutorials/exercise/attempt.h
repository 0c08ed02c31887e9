#pragma once
#include <gradus/tutorials/common/exercise.h>

#include "chapter.h"

namespace gradus::tutorials {

/// What became of one learner's file.
struct Attempt {
  enum Kind { kRan, kNotCompiled, kBroken } kind = kRan;
  std::string message;          // why it did not compile, or why its tasks could not be tried
  std::vector<Result> results;  // of each task, if they were tried

  /// 0 if every task passed, 1 if some fail or are not done, 2 if it did not compile, crashed or ran out of time.
  int exit_code() const;
};

/// How a learner's file is tried.
struct AttemptOptions {
  std::filesystem::path work;  // a folder for what compiling and running leave behind
  Limits limits = {};
  bool print = false;  // whether the report goes to stdout
};

/// Compiles `file` in place of the chapter's exercise.cpp, with the commands of the build tree, and runs its tasks.
Attempt attempt(const Chapter& chapter, const std::filesystem::path& file, const AttemptOptions& options);

/// A file's path as messages show it: relative to the checkout if it is inside.
std::string shown(const std::filesystem::path& file);

}  // namespace gradus::tutorials
