// What stands behind ./run exercise N and ./run grade: compiles a learner's exercise.cpp, tries its tasks, and reports.
#include <fmt/format.h>
#include <gradus/autograd/aside_file.h>
#include <gradus/tutorials/common/program.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

#include "attempt.h"
#include "grade.h"

using namespace gradus;
using namespace gradus::tutorials;

namespace {

struct RunOptions {
  bool solution = false;
  std::string chapter, file, out = GRADUS_SOURCE_DIR "/out/exercises";
  Limits limits;
};

// Notes the outcome for the overview (tutorials/exercise/overview): passed, failed, not done, crashed or out of time,
// beside the file as it was tried.
void note(const std::filesystem::path& folder, const std::filesystem::path& file, const Attempt& attempt) {
  const auto count = [&](auto... states) {
    return std::count_if(attempt.results.begin(), attempt.results.end(),
                         [&](const Result& result) { return ((result.state == states) || ...); });
  };
  std::filesystem::copy_file(file, folder / "exercise.cpp", std::filesystem::copy_options::overwrite_existing);
  const std::string counts = fmt::format("{} {} {} {}", count(State::kPassed), count(State::kFailed),
                                         count(State::kNotDone), count(State::kCrashed, State::kOutOfTime));
  write_file(folder / "counts",
             (attempt.kind == Attempt::kRan ? counts : std::string("does not compile or start")) + "\n");
}

int run_exercise(const RunOptions& options) {
  const Chapter chapter = find_chapter(options.chapter);
  std::filesystem::path file = chapter.folder / (options.solution ? "solution.cpp" : "exercise.cpp");
  if (!options.file.empty()) file = std::filesystem::absolute(options.file);
  if (!exists(file)) throw Error(fmt::format("there is no file {}", shown(file)));

  const std::filesystem::path folder = std::filesystem::absolute(options.out) / chapter.folder.filename();
  const std::filesystem::path work = folder / (options.solution ? "solution" : "work");
  const Attempt result = attempt(chapter, file, {.work = work, .limits = options.limits, .print = true});
  if (!options.solution && options.file.empty()) note(folder, file, result);
  if (result.kind != Attempt::kRan) {
    std::cout << result.message << "\n";
    if (result.kind == Attempt::kNotCompiled) {
      std::cout << "All that the compiler said: " << shown(work / "compiler.log") << "\n";
    }
  }
  return result.exit_code();
}

void add_limits(CLI::App& app, Limits& limits) {
  app.add_option("--seconds", limits.seconds, "how long a task may take")
      ->envname("GRADUS_TASK_SECONDS")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--memory", limits.megabytes, "how many megabytes a task may take")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Exercises: tries what a learner wrote.");
  app.require_subcommand(1);

  RunOptions run;
  CLI::App& run_command = *app.add_subcommand("run", "try the exercise of one chapter");
  run_command.add_option("chapter", run.chapter, "the chapter's number")->required();
  run_command.add_flag("--solution", run.solution, "try the reference solution instead");
  run_command.add_option("--file", run.file, "try this file in place of the chapter's exercise.cpp");
  run_command.add_option("--out", run.out, "the folder for what compiling leaves behind")->capture_default_str();
  add_limits(run_command, run.limits);

  GradeOptions grade;
  CLI::App& grade_command = *app.add_subcommand("grade", "try the exercises of a class");
  grade_command.add_option("directory", grade.directory, "holds one folder for each student")->required();
  grade_command.add_option("--chapters", grade.chapters, "only these chapters, 6,7,8; all unless told")->delimiter(',');
  grade_command.add_option("--out", grade.out, "the folder for grades.csv and grades.json")->capture_default_str();
  grade_command.add_option("--jobs", grade.jobs, "how many files are tried at once")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_limits(grade_command, grade.limits);

  int code = 0;
  const int problem = run_program(app, argc, argv, [&] {
    if (run_command.parsed()) {
      code = run_exercise(run);
    } else {
      tutorials::grade(grade);
    }
  });
  return problem != 0 ? problem : code;
}
