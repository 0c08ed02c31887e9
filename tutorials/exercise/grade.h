#pragma once
#include <gradus/tutorials/common/limited_process.h>

#include <string>
#include <thread>
#include <vector>

namespace gradus::tutorials {

struct GradeOptions {
  std::string directory;              // holds one folder for each student
  std::vector<std::string> chapters;  // by number; all of them if none is named
  std::string out = GRADUS_SOURCE_DIR "/out";
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  Limits limits;
};

/// Tries every exercise that a class handed in; prints a table and writes grades.csv and grades.json. Throws Error if
/// there is nothing to grade or nowhere to write.
///
/// A student's folder may hold a chapter's exercise as NN_title/exercise.cpp, NN/exercise.cpp, exercise_NN.cpp, or
/// tutorials/NN_title/exercise.cpp (a whole checkout).
void grade(const GradeOptions& options);

}  // namespace gradus::tutorials
