// ./run exercise N and ./run grade as their users see them: learners' files of all kinds, exit codes, tables.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>

namespace {

namespace fs = std::filesystem;

struct Outcome {
  int exit_code;
  std::string output;  // stdout and stderr
};

std::string read_text(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_text(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << "no '" << from << "' in\n" << text;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

const fs::path kTutorials = fs::path(GRADUS_SOURCE_DIR) / "tutorials";
const fs::path kChapter6 = kTutorials / "06_network";

std::string solution() { return read_text(kChapter6 / "solution.cpp"); }

// A folder of its own for each test; its name asks for quoting.
class ExerciseProgram : public testing::Test {
 protected:
  ExerciseProgram() { fs::create_directories(folder); }
  ~ExerciseProgram() override { fs::remove_all(folder); }

  Outcome exercise(const std::string& arguments) const {
    const std::string line =
        GRADUS_BINARY_DIR "/tutorials/exercise " + arguments + " --out '" + (folder / "out").string() + "' 2>&1";
    FILE* pipe = popen(line.c_str(), "r");
    Outcome outcome{-1, ""};
    std::array<char, 4096> buffer;
    for (size_t count; (count = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
      outcome.output.append(buffer.data(), count);
    }
    const int status = pclose(pipe);
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
  }

  // What becomes of a learner's file for chapter 6.
  Outcome try_file(const std::string& text, const std::string& arguments = "") const {
    write_text(folder / "exercise.cpp", text);
    return exercise("run 6 --file '" + (folder / "exercise.cpp").string() + "' " + arguments);
  }

  const fs::path folder = fs::temp_directory_path() / ("gradus exercise " + std::to_string(getpid()));
};

void expect_part(const Outcome& outcome, const std::string& part) {
  EXPECT_NE(outcome.output.find(part), std::string::npos) << "expected: " << part << "\nfound: " << outcome.output;
}

TEST_F(ExerciseProgram, TheSolutionPasses) {
  const Outcome outcome = exercise("run 6 --solution");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  expect_part(outcome, "Chapter 6: network\n\n  passed        1 ");
  expect_part(outcome, "\n\n4 of 4 passed\n");
}

TEST_F(ExerciseProgram, WrongAnswersFail) {
  const Outcome outcome = try_file(replaced(solution(), "return 1 / (1 + (-z).exp());", "return z;"));
  EXPECT_EQ(outcome.exit_code, 1);
  expect_part(outcome, "  failed        1 the sigmoid by tensor operations\n");
  expect_part(outcome, "element [0]: expected 0.119203, found -2 (4 of 4 elements differ)");
  expect_part(outcome, "       Hint: ");
  expect_part(outcome, "3 of 4 passed, 1 failed\n");
}

TEST_F(ExerciseProgram, LoopsAndCrashesAreSentencesAndTheOtherTasksRun) {
  std::string text = replaced(solution(), "return 1 / (1 + (-z).exp());", "while (true) {\n  }");
  text =
      replaced(text, "numbers += parameter.numel();", "*reinterpret_cast<volatile int64_t*>(8) = parameter.numel();");
  text = replaced(text, "register_module(\"first\", first);", "throw std::runtime_error(\"not like this\");");
  const Outcome outcome = try_file(text, "--seconds 1");
  EXPECT_EQ(outcome.exit_code, 2);
  expect_part(outcome, "  out of time   1 ");
  expect_part(outcome, "it was stopped after 1 s: an endless loop?");
  expect_part(outcome, "  crashed       2 ");
  expect_part(outcome, "it ended in a segmentation fault");
  expect_part(outcome, "  failed        3 ");
  expect_part(outcome, "it threw an exception: not like this");
  expect_part(outcome, "  passed        4 ");
  expect_part(outcome, "1 of 4 passed, 1 failed, 1 crashed, 1 out of time\n");
}

TEST_F(ExerciseProgram, ACompileErrorIsASentenceWithItsLine) {
  const Outcome outcome = try_file(replaced(solution(), "return 1 / (1 + (-z).exp());", "return 1 / (1 + exp_of_z);"));
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(outcome.output.starts_with((folder / "exercise.cpp").string() + " does not compile:\n"))
      << outcome.output;
  const std::string before = solution().substr(0, solution().find("return 1 / (1 + (-z).exp());"));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  expect_part(outcome, "exercise.cpp:" + std::to_string(line) + ": ");
  expect_part(outcome, "exp_of_z");
  expect_part(outcome, "All that the compiler said: ");
  EXPECT_LT(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 8) << outcome.output;
}

TEST_F(ExerciseProgram, AMissingFunctionIsNamed) {
  const Outcome outcome = try_file(replaced(solution(), "Tensor sigmoid_by_hand(", "Tensor my_sigmoid("));
  EXPECT_EQ(outcome.exit_code, 2);
  expect_part(outcome, "chapter_06::sigmoid_by_hand(gradus::Tensor const&) is declared in tasks.h, but not defined");
}

TEST_F(ExerciseProgram, AMissingReturnDoesNotCompile) {
  const Outcome outcome = try_file(replaced(solution(), "return 1 / (1 + (-z).exp());", "(-z).exp();"));
  EXPECT_EQ(outcome.exit_code, 2);
  expect_part(outcome, "does not compile");
  expect_part(outcome, "return");
}

TEST_F(ExerciseProgram, AGlobalVariableThatCrashesIsASentence) {
  const Outcome outcome = try_file(solution() + "\nconst int kValue = (std::abort(), 1);\n");
  EXPECT_EQ(outcome.exit_code, 2);
  expect_part(outcome, "cannot be tried: it ended in abort()");
  expect_part(outcome, "before its first task");
}

TEST_F(ExerciseProgram, AnUnknownChapterIsASentence) {
  const Outcome outcome = exercise("run 99");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.output, "exercise: there is no exercise for chapter 99; ./run exercise lists them\n");
}

TEST_F(ExerciseProgram, GradesAClass) {
  const fs::path students = folder / "class";
  write_text(students / "ada, the first" / "06_network" / "exercise.cpp", solution());
  write_text(students / "ben" / "exercise_06.cpp", read_text(kChapter6 / "solution.cpp") + "syntax error");
  write_text(students / "cleo" / "06" / "exercise.cpp",
             replaced(replaced(solution(), "return 1 / (1 + (-z).exp());", "return z;"),
                      "numbers += parameter.numel();", "std::abort();"));
  fs::create_directories(students / "dań");
  const Outcome outcome = exercise("grade '" + students.string() + "' --chapters 6 --jobs 2");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_TRUE(
      outcome.output.starts_with("student             6    passed\n"
                                 "ada, the first    4/4       4/4\n"
                                 "ben             error       0/4\n"
                                 "cleo             2/4!       2/4\n"
                                 "dań                 -       0/4\n"))
      << outcome.output;

  const std::string csv = read_text(folder / "out" / "grades.csv");
  EXPECT_TRUE(
      csv.starts_with("student,chapter,tasks,passed,failed,not_done,crashed,out_of_time,outcome,message\n"
                      "\"ada, the first\",6,4,4,0,0,0,0,\"ran\",\"\"\n"
                      "\"ben\",6,4,0,0,0,0,0,\"does not compile\",\""))
      << csv;
  EXPECT_TRUE(
      csv.ends_with("\"cleo\",6,4,2,1,0,1,0,\"ran\",\"\"\n"
                    "\"dań\",6,4,0,0,0,0,0,\"not handed in\",\"\"\n"))
      << csv;

  const nlohmann::json document = nlohmann::json::parse(read_text(folder / "out" / "grades.json"));
  const nlohmann::json& cleo = document.at("students").at(2);
  EXPECT_EQ(cleo.at("student"), "cleo");
  EXPECT_EQ(cleo.at("passed"), 2);
  EXPECT_EQ(cleo.at("of"), 4);
  const nlohmann::json& tasks = cleo.at("chapters").at(0).at("tasks");
  EXPECT_EQ(tasks.at(0).at("state"), "failed");
  EXPECT_EQ(tasks.at(1).at("state"), "crashed");
  EXPECT_EQ(tasks.at(3).at("state"), "passed");
  // Nothing is left behind but the two files.
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "out"), fs::directory_iterator()), 2);
}

TEST_F(ExerciseProgram, NothingToGradeIsASentence) {
  const Outcome missing = exercise("grade '" + (folder / "nobody").string() + "'");
  EXPECT_EQ(missing.exit_code, 1);
  expect_part(missing, "is no directory; it should hold one folder for each student\n");
  fs::create_directories(folder / "nobody");
  const Outcome empty = exercise("grade '" + (folder / "nobody").string() + "'");
  EXPECT_EQ(empty.exit_code, 1);
  expect_part(empty, "holds no folder of a student");
}

// -- every chapter ----------------------------------------------------------------------------------------------------

std::vector<fs::path> chapters() {
  std::vector<fs::path> result;
  for (const auto& entry : fs::directory_iterator(kTutorials)) {
    const bool is_chapter = std::regex_match(entry.path().filename().string(), std::regex("[0-9][0-9]_.*"));
    if (is_chapter && fs::exists(entry.path() / "checks.cpp")) result.push_back(entry.path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::string without_space(std::string text) {
  std::erase_if(text, [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; });
  return text;
}

class Shipped : public ExerciseProgram, public testing::WithParamInterface<fs::path> {
 protected:
  std::string number() const { return GetParam().filename().string().substr(0, 2); }
  std::string text() const { return read_text(GetParam() / "exercise.cpp"); }
  int tasks() const {
    const std::string heading = "// Task ";
    int count = 0;
    const std::string all = read_text(GetParam() / "solution.cpp");
    for (size_t at = all.find(heading); at != std::string::npos; at = all.find(heading, at + 1)) ++count;
    return count;
  }
  // A learner works in exercise.cpp, which is no reason for a test to fail: blanks are missing then, or git sees a
  // change. Where nobody learns, GRADUS_SHIPPED=1 says so.
  bool worked_on() const {
    const std::string all = text();
    int blanks = 0;
    for (size_t at = all.find("not_done_yet()"); at != std::string::npos; at = all.find("not_done_yet()", at + 1)) {
      ++blanks;
    }
    const bool blanks_are_missing = blanks <= tasks();  // the first line names it as well
    const std::string changed = "git -C '" GRADUS_SOURCE_DIR "' diff --quiet HEAD -- '" +
                                (GetParam() / "exercise.cpp").string() + "' >/dev/null 2>&1";
    const int status = std::system(changed.c_str());
    return std::getenv("GRADUS_SHIPPED") == nullptr &&
           (blanks_are_missing || (WIFEXITED(status) && WEXITSTATUS(status) == 1));
  }
};

constexpr const char* kWorkedOn =
    "somebody works on this exercise.cpp, so that it is not the one that was handed out any more; GRADUS_SHIPPED=1 in "
    "the environment has it compared all the same";

TEST_P(Shipped, BlanksAreNotDoneYet) {
  if (worked_on()) GTEST_SKIP() << kWorkedOn;
  const Outcome outcome = exercise("run " + number());
  EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
  const std::string count = std::to_string(tasks());
  expect_part(outcome, "\n0 of " + count + " passed, " + count + " not done yet\n");
  EXPECT_EQ(read_text(folder / "out" / GetParam().filename() / "counts"), "0 0 " + count + " 0\n");
}

TEST_P(Shipped, TheSolutionIsTheExerciseFilledIn) {
  if (worked_on()) GTEST_SKIP() << kWorkedOn;
  const std::string solution = without_space(read_text(GetParam() / "solution.cpp"));
  std::istringstream lines(text());
  std::string line;
  std::getline(lines, line);  // says which of the two it is
  size_t at = 0;
  while (std::getline(lines, line)) {
    if (line.find("not_done_yet()") != std::string::npos) continue;
    const size_t found = solution.find(without_space(line), at);
    ASSERT_NE(found, std::string::npos) << "solution.cpp has not got this line of exercise.cpp, or not here: " << line;
    at = found + without_space(line).size();
  }
}

INSTANTIATE_TEST_SUITE_P(Chapters, Shipped, testing::ValuesIn(chapters()),
                         [](const auto& test) { return "Chapter" + test.param.filename().string().substr(0, 2); });

}  // namespace
