#include "grade.h"

#include <fmt/format.h>
#include <gradus/autograd/aside_file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "attempt.h"

namespace gradus::tutorials {
namespace {

// What one student handed in for one chapter.
struct Submission {
  std::filesystem::path file;  // empty: nothing
  Attempt attempt = {};

  bool handed_in() const { return !file.empty(); }
  int64_t count(State state) const {
    return std::count_if(attempt.results.begin(), attempt.results.end(),
                         [&](const Result& result) { return result.state == state; });
  }
  int64_t passed() const { return count(State::kPassed); }
};

struct Student {
  std::string name;
  std::filesystem::path folder;
  std::vector<Submission> submissions = {};  // one for each chapter of the class

  int64_t passed() const {
    int64_t sum = 0;
    for (const Submission& submission : submissions) sum += submission.passed();
    return sum;
  }
};

struct Class {
  std::vector<Chapter> chapters;
  std::vector<int> task_counts;  // of each chapter
  std::vector<Student> students;

  int tasks() const {
    int sum = 0;
    for (const int count : task_counts) sum += count;
    return sum;
  }
};

std::filesystem::path find_file(const std::filesystem::path& student, const Chapter& chapter) {
  const std::string folder = chapter.folder.filename().string(), digits = chapter.two_digits();
  const std::string number = std::to_string(chapter.number);
  for (const std::string& place :
       {folder + "/exercise.cpp", digits + "/exercise.cpp", number + "/exercise.cpp", "exercise_" + digits + ".cpp",
        "exercise_" + number + ".cpp", "tutorials/" + folder + "/exercise.cpp"}) {
    if (std::filesystem::is_regular_file(student / place)) return student / place;
  }
  return {};
}

int task_count(const Chapter& chapter, const std::filesystem::path& work) {
  const std::filesystem::path output = work / "count";
  const std::string program = GRADUS_BINARY_DIR "/tutorials/solution_" + chapter.two_digits();
  run_limited({program, "--count"}, {}, {.output = output});
  int count = 0;
  if (!(std::ifstream(output) >> count)) throw Error(fmt::format("{} does not tell how many tasks it has", program));
  return count;
}

Class find_class(const GradeOptions& options, const std::filesystem::path& work) {
  Class all;
  if (options.chapters.empty()) all.chapters = chapters_with_exercise();
  for (const std::string& number : options.chapters) all.chapters.push_back(find_chapter(number));
  for (const Chapter& chapter : all.chapters) all.task_counts.push_back(task_count(chapter, work));

  if (!std::filesystem::is_directory(options.directory)) {
    throw Error(fmt::format("{} is no directory; it should hold one folder for each student", options.directory));
  }
  for (const auto& entry : std::filesystem::directory_iterator(options.directory)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_directory() || name.starts_with('.')) continue;
    Student student{.name = name, .folder = std::filesystem::absolute(entry.path())};
    for (const Chapter& chapter : all.chapters) {
      student.submissions.push_back({.file = find_file(student.folder, chapter)});
    }
    all.students.push_back(std::move(student));
  }
  if (all.students.empty()) {
    throw Error(fmt::format("{} holds no folder of a student, with files like 06/exercise.cpp", options.directory));
  }
  std::sort(all.students.begin(), all.students.end(),
            [](const Student& a, const Student& b) { return a.name < b.name; });
  return all;
}

// Tries all that was handed in, several files at a time.
void try_all(Class& all, const GradeOptions& options, const std::filesystem::path& work) {
  std::vector<std::pair<Submission*, const Chapter*>> waiting;
  for (Student& student : all.students) {
    for (size_t c = 0; c < all.chapters.size(); ++c) {
      if (student.submissions[c].handed_in()) waiting.emplace_back(&student.submissions[c], &all.chapters[c]);
    }
  }
  const bool terminal = isatty(STDERR_FILENO) == 1;
  std::atomic<size_t> next = 0, done = 0;
  std::mutex printing;
  const auto work_on = [&] {
    for (size_t i; (i = next++) < waiting.size();) {
      auto& [submission, chapter] = waiting[i];
      const std::filesystem::path folder = work / std::to_string(i);
      try {
        submission->attempt = attempt(*chapter, submission->file, {.work = folder, .limits = options.limits});
      } catch (const std::exception& error) {
        submission->attempt = {.kind = Attempt::kBroken, .message = error.what(), .results = {}};
      }
      std::error_code ignored;
      std::filesystem::remove_all(folder, ignored);
      const std::lock_guard lock(printing);
      ++done;
      if (terminal) std::cerr << fmt::format("\r\033[K{} of {} files", done.load(), waiting.size()) << std::flush;
    }
  };
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < options.jobs; ++i) workers.emplace_back(work_on);
  }
  if (terminal) std::cerr << "\r\033[K";
}

// A file name may hold anything, a terminal's control characters too.
std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\177') c = '?';
  }
  return text;
}

// How many characters a text in UTF-8 has; all bytes but the first of each are 10xxxxxx.
size_t characters(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string cell(const Submission& submission, int tasks) {
  if (!submission.handed_in()) return "-";
  if (submission.attempt.kind != Attempt::kRan) return "error";
  const bool broken = submission.count(State::kCrashed) + submission.count(State::kOutOfTime) > 0;
  return fmt::format("{}/{}{}", submission.passed(), tasks, broken ? "!" : "");
}

std::string table(const Class& all) {
  size_t width = std::string("student").size();
  for (const Student& student : all.students) width = std::max(width, characters(student.name));
  std::string text = fmt::format("{:<{}}", "student", width);
  for (const Chapter& chapter : all.chapters) text += fmt::format("{:>7}", chapter.number);
  text += fmt::format("{:>10}\n", "passed");
  for (const Student& student : all.students) {
    text += printable(student.name) + std::string(width - characters(student.name), ' ');
    for (size_t c = 0; c < all.chapters.size(); ++c) {
      text += fmt::format("{:>7}", cell(student.submissions[c], all.task_counts[c]));
    }
    text += fmt::format("{:>10}\n", fmt::format("{}/{}", student.passed(), all.tasks()));
  }
  return text + "\n-: nothing handed in   error: does not compile or start   !: a task crashed or ran out of time\n";
}

std::string_view outcome(const Submission& submission) {
  if (!submission.handed_in()) return "not handed in";
  switch (submission.attempt.kind) {
    case Attempt::kNotCompiled:
      return "does not compile";
    case Attempt::kBroken:
      return "does not start";
    case Attempt::kRan:
      break;
  }
  return "ran";
}

std::string csv_quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv(const Class& all) {
  std::string text = "student,chapter,tasks,passed,failed,not_done,crashed,out_of_time,outcome,message\n";
  for (const Student& student : all.students) {
    for (size_t c = 0; c < all.chapters.size(); ++c) {
      const Submission& submission = student.submissions[c];
      text += fmt::format("{},{},{},{},{},{},{},{},{},{}\n", csv_quoted(student.name), all.chapters[c].number,
                          all.task_counts[c], submission.passed(), submission.count(State::kFailed),
                          submission.count(State::kNotDone), submission.count(State::kCrashed),
                          submission.count(State::kOutOfTime), csv_quoted(std::string(outcome(submission))),
                          csv_quoted(submission.attempt.message));
    }
  }
  return text;
}

std::string json(const Class& all) {
  nlohmann::json students = nlohmann::json::array();
  for (const Student& student : all.students) {
    nlohmann::json chapters = nlohmann::json::array();
    for (size_t c = 0; c < all.chapters.size(); ++c) {
      const Submission& submission = student.submissions[c];
      nlohmann::json tasks = nlohmann::json::array();
      for (const Result& result : submission.attempt.results) {
        tasks.push_back({{"name", result.task}, {"state", in_words(result.state)}, {"message", result.message}});
      }
      chapters.push_back({{"chapter", all.chapters[c].number},
                          {"title", all.chapters[c].title},
                          {"file", submission.file.string()},
                          {"outcome", outcome(submission)},
                          {"message", submission.attempt.message},
                          {"passed", submission.passed()},
                          {"of", all.task_counts[c]},
                          {"tasks", tasks}});
    }
    students.push_back(
        {{"student", student.name}, {"passed", student.passed()}, {"of", all.tasks()}, {"chapters", chapters}});
  }
  const nlohmann::json document{{"students", students}};
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

void grade(const GradeOptions& options) {
  const std::filesystem::path out = std::filesystem::absolute(options.out);
  const std::filesystem::path work = out / fmt::format("grading.{}", getpid());
  std::error_code error;
  std::filesystem::create_directories(work, error);
  if (error) throw Error(fmt::format("{} cannot be made: {}", work.string(), error.message()));
  try {
    Class all = find_class(options, work);
    try_all(all, options, work);
    write_file(out / "grades.csv", csv(all));
    write_file(out / "grades.json", json(all));
    std::cout << table(all) << "written: " << shown(out / "grades.csv") << ", " << shown(out / "grades.json") << "\n";
  } catch (...) {
    std::filesystem::remove_all(work, error);
    throw;
  }
  std::filesystem::remove_all(work, error);
}

}  // namespace gradus::tutorials
