#include <fmt/format.h>
#include <gradus/autograd/aside_file.h>
#include <gradus/tutorials/common/exercise.h>
#include <gradus/tutorials/common/program.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace gradus::tutorials {
namespace {

constexpr std::array kStates = {State::kPassed, State::kFailed, State::kNotDone, State::kCrashed, State::kOutOfTime};
constexpr int kMostLinesPrinted = 20;

const char* colour_of(State state) {
  switch (state) {
    case State::kPassed:
      return "\033[32m";  // green
    case State::kNotDone:
      return "\033[33m";  // yellow
    default:
      return "\033[31m";  // red
  }
}

std::string indented(const std::string& text, int most_lines) {
  std::istringstream lines(text);
  std::string result;
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    if (count < most_lines) result += "       " + line + "\n";
  }
  if (count > most_lines) result += fmt::format("       ... and {} lines more\n", count - most_lines);
  return result;
}

int64_t count_of(std::span<const Result> results, State state) {
  return std::count_if(results.begin(), results.end(), [&](const Result& result) { return result.state == state; });
}

}  // namespace

std::string_view in_words(State state) {
  switch (state) {
    case State::kPassed:
      return "passed";
    case State::kFailed:
      return "failed";
    case State::kNotDone:
      return "not done yet";
    case State::kCrashed:
      return "crashed";
    case State::kOutOfTime:
      return "out of time";
  }
  return "";
}

std::string Report::text(std::span<const Result> results) const {
  std::string text = title + "\n\n";
  for (size_t i = 0; i < results.size(); ++i) {
    const Result& result = results[i];
    text += fmt::format("  {}{:<12}{}  {} {}\n", colours ? colour_of(result.state) : "", in_words(result.state),
                        colours ? "\033[0m" : "", i + 1, result.task);
    text += indented(result.message, 1000);
    if (!result.hint.empty()) text += indented("Hint: " + result.hint, 1000);
    if (!result.printed.empty()) text += "       It printed:\n" + indented(result.printed, kMostLinesPrinted);
  }
  text += fmt::format("\n{} of {} passed", count_of(results, State::kPassed), results.size());
  for (const State state : {State::kFailed, State::kNotDone, State::kCrashed, State::kOutOfTime}) {
    if (const int64_t count = count_of(results, state); count > 0)
      text += fmt::format(", {} {}", count, in_words(state));
  }
  return text + "\n";
}

int exit_code(std::span<const Result> results) {
  if (count_of(results, State::kCrashed) + count_of(results, State::kOutOfTime) > 0) return 2;
  return count_of(results, State::kPassed) == static_cast<int64_t>(results.size()) ? 0 : 1;
}

void write_results(const std::filesystem::path& file, std::span<const Result> results) {
  nlohmann::json tasks = nlohmann::json::array();
  for (const Result& result : results) {
    tasks.push_back({{"name", result.task},
                     {"state", in_words(result.state)},
                     {"message", result.message},
                     {"hint", result.hint},
                     {"printed", result.printed},
                     {"seconds", result.seconds}});
  }
  const nlohmann::json document{{"tasks", tasks}};
  write_file(file, document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

std::vector<Result> read_results(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::vector<Result> results;
  try {
    const nlohmann::json document = nlohmann::json::parse(stream);
    for (const nlohmann::json& task : document.at("tasks")) {
      const auto state = std::find_if(kStates.begin(), kStates.end(),
                                      [&](State s) { return in_words(s) == task.at("state").get<std::string>(); });
      if (state == kStates.end()) throw Error("an unknown state");
      results.push_back({task.at("name"), *state, task.at("message"), task.at("hint"), task.at("printed"),
                         task.at("seconds").get<double>()});
    }
  } catch (const std::exception& error) {
    throw Error(fmt::format("{} holds no results of an exercise: {}", file.string(), error.what()));
  }
  return results;
}

int exercise_main(int argc, char** argv, const std::string& title, const std::vector<Task>& tasks) {
  Limits limits;
  std::string json;
  bool only_count = false;
  CLI::App app(title);
  app.add_option("--seconds", limits.seconds, "how long a task may take")->capture_default_str();
  app.add_option("--memory", limits.megabytes, "how many megabytes a task may take")->capture_default_str();
  app.add_option("--json", json, "a file to write the results to, too");
  app.add_flag("--count", only_count, "only print how many tasks there are");
  int code = 0;
  const int problem = run_program(app, argc, argv, [&] {
    if (only_count) {
      std::cout << tasks.size() << "\n";
      return;
    }
    std::vector<Result> results;
    for (const Task& task : tasks) results.push_back(run_task(task, limits));
    std::cout << Report{.title = title, .colours = isatty(STDOUT_FILENO) == 1}.text(results);
    if (!json.empty()) write_results(json, results);
    code = exit_code(results);
  });
  return problem != 0 ? problem : code;
}

}  // namespace gradus::tutorials
