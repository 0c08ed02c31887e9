#include "attempt.h"

#include <fmt/format.h>

#include "compiler_output.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>

namespace gradus::tutorials {
namespace {

constexpr double kCompileSeconds = 120;
constexpr double kStartSeconds = 5;  // on top of the tasks' own time, for starting a process

std::string shell_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// The command by which the build tree makes `target`.
std::string build_command(const std::string& target, const std::filesystem::path& work) {
  const std::filesystem::path output = work / "command";
  const Ending ending = run_limited({"ninja", "-C", GRADUS_BINARY_DIR, "-t", "commands", "-s", target},
                                    {.seconds = kCompileSeconds}, {.output = output});
  std::istringstream lines(read_text(output));
  std::string command;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && !line.starts_with("ninja: ")) command = line;
  }
  if (ending.kind != Ending::kExited || ending.code != 0) {
    throw Error(fmt::format("ninja does not know how to build {}: {}", target, command));
  }
  return command;
}

// Runs the compiler or the linker, whose words go to `log`. An error message, or nothing.
std::string build(const std::string& command, const std::filesystem::path& log, const std::filesystem::path& file) {
  const Ending ending = run_limited({"env", "LC_ALL=C", "sh", "-c", command},
                                    {.seconds = kCompileSeconds, .megabytes = 8192, .file_megabytes = 8192},
                                    {.output = log, .folder = GRADUS_BINARY_DIR});
  if (ending.kind == Ending::kOutOfTime) {
    return fmt::format("{} took more than {:g} seconds to compile", shown(file), kCompileSeconds);
  }
  if (ending.kind == Ending::kExited && ending.code == 0) return "";
  return fmt::format("{} does not compile:\n{}", shown(file), first_error(read_text(log), file));
}

// Compiles and links `file` to work/exercise. An error message, or nothing.
std::string compile(const Chapter& chapter, const std::filesystem::path& file, const std::filesystem::path& work) {
  const std::string program = "exercise_" + chapter.two_digits();
  const std::string object =
      fmt::format("tutorials/CMakeFiles/{}.dir/{}/exercise.cpp.o", program, chapter.folder.filename().string());
  const std::string own_object = shell_quoted((work / "exercise.o").string());

  std::string command = build_command(object, work);
  replace_all(command, object + ".d", shell_quoted((work / "exercise.d").string()));
  replace_all(command, object, own_object);
  command.erase(command.rfind(" -c ") + 4);
  command += shell_quoted(file.string());
  if (std::string problem = build(command, work / "compiler.log", file); !problem.empty()) return problem;

  command = build_command("tutorials/" + program, work);
  replace_all(command, object, own_object);
  replace_all(command, "-o tutorials/" + program + " ", "-o " + shell_quoted((work / "exercise").string()) + " ");
  return build(command, work / "compiler.log", file);
}

// Starts the program once without trying a task: global variables of the learner's may crash or loop.
std::string find_task_count(const std::filesystem::path& program, const AttemptOptions& options, int& count) {
  const std::filesystem::path output = options.work / "count";
  const Ending ending =
      run_limited({program.string(), "--count"}, options.limits, {.output = output, .folder = options.work});
  if (ending.kind == Ending::kOutOfTime) {
    return fmt::format(
        "it was stopped after {:g} s, before its first task: a global variable that never gets "
        "its value?",
        options.limits.seconds);
  }
  if (ending.kind == Ending::kSignalled) {
    return fmt::format("it ended in {} before its first task: the value of a global variable?",
                       signal_in_words(ending.code));
  }
  std::istringstream text(read_text(output));
  if (ending.code != 0 || !(text >> count)) return "it ended before its first task: the value of a global variable?";
  return "";
}

void run(const std::filesystem::path& file, const AttemptOptions& options, Attempt& result) {
  const std::filesystem::path program = options.work / "exercise", json = options.work / "results.json";
  int count = 0;
  result.kind = Attempt::kBroken;
  std::string problem = find_task_count(program, options, count);
  if (problem.empty()) {
    // The program stops its tasks itself.
    const double seconds = count * (options.limits.seconds + kStartSeconds) + kStartSeconds;
    const std::vector<std::string> command = {program.string(),
                                              "--seconds",
                                              fmt::format("{}", options.limits.seconds),
                                              "--memory",
                                              fmt::format("{}", options.limits.megabytes),
                                              "--json",
                                              json.string()};
    Surroundings surroundings{.folder = options.work};
    if (!options.print) surroundings.output = options.work / "report";
    const Ending ending = run_limited(command, {seconds, options.limits.megabytes}, surroundings);
    if (ending.kind == Ending::kExited && exists(json)) result.results = read_results(json);
    if (count > 0 && static_cast<int>(result.results.size()) == count) {
      result.kind = Attempt::kRan;
      return;
    }
    problem = "it ended before its report was written";
  }
  result.message = fmt::format("{} cannot be tried: {}", shown(file), problem);
}

}  // namespace

int Attempt::exit_code() const { return kind == kRan ? tutorials::exit_code(results) : 2; }

std::string shown(const std::filesystem::path& file) {
  const std::filesystem::path relative = file.lexically_relative(GRADUS_SOURCE_DIR);
  return relative.empty() || relative.begin()->string() == ".." ? file.string() : relative.string();
}

Attempt attempt(const Chapter& chapter, const std::filesystem::path& file, const AttemptOptions& options) {
  std::filesystem::create_directories(options.work);
  for (const char* leftover : {"exercise", "exercise.o", "results.json"}) {
    std::filesystem::remove(options.work / leftover);
  }
  Attempt result;
  result.message = compile(chapter, file, options.work);
  if (result.message.empty()) {
    run(file, options, result);
  } else {
    result.kind = Attempt::kNotCompiled;
  }
  return result;
}

}  // namespace gradus::tutorials
