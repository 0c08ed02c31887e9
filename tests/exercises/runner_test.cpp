// A task's process: whatever the learner's code does is a sentence, and the next task runs.
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "helpers.h"

using namespace gradus;
using namespace gradus::tutorials;

namespace {

Result run(std::function<void()> check, const Limits& limits = {.seconds = 20}) {
  return run_task({"task", "the hint", std::move(check)}, limits);
}

void expect_crash(std::function<void()> check, const std::string& part) {
  const Result result = run(std::move(check));
  EXPECT_EQ(result.state, State::kCrashed) << in_words(result.state) << ": " << result.message;
  EXPECT_NE(result.message.find(part), std::string::npos) << part << "\nfound: " << result.message << "\n"
                                                          << result.printed;
}

TEST(RunTask, PassesFailsAndIsNotDone) {
  EXPECT_EQ(run([] {}).state, State::kPassed);
  const Result failed = run([] { expect_close("f(1)", 2.0, 3.0); });
  EXPECT_EQ(failed.state, State::kFailed);
  EXPECT_EQ(failed.message, "f(1): expected 3, found 2");
  EXPECT_EQ(failed.hint, "the hint");
  EXPECT_EQ(run([] { const Tensor x = not_done_yet(); }).state, State::kNotDone);
  const Result passes_a_catch = run([] {
    try {
      not_done_yet();
    } catch (const std::exception&) {
    }
  });
  EXPECT_EQ(passes_a_catch.state, State::kNotDone);
}

TEST(RunTask, ReportsExceptions) {
  const Result result = run([] { zeros({2, 3}).matmul(zeros({4, 5})); });
  EXPECT_EQ(result.state, State::kFailed);
  EXPECT_NE(result.message.find("it threw an exception: "), std::string::npos) << result.message;
  EXPECT_NE(result.message.find("2x3 and 4x5"), std::string::npos) << result.message;
  EXPECT_EQ(run([] { throw 3; }).message, "it threw something that is no std::exception");
}

TEST(RunTask, StopsEndlessLoops) {
  const Result result = run(
      [] {
        volatile bool again = true;
        while (again) {
        }
      },
      {.seconds = 0.3});
  EXPECT_EQ(result.state, State::kOutOfTime);
  EXPECT_EQ(result.message, "it was stopped after 0.3 s: an endless loop?");
  EXPECT_LT(result.seconds, 5);
  EXPECT_EQ(run([] { pause(); }, {.seconds = 0.2}).state, State::kOutOfTime);
}

TEST(RunTask, ReadsNoInput) {
  EXPECT_EQ(run([] {
              int number;
              expect(!(std::cin >> number), "there should be nothing to read");
            }).state,
            State::kPassed);
}

volatile int64_t deepest = -1;

[[gnu::noinline]] int64_t call_without_end(int64_t depth) {
  if (depth == deepest) return 0;
  volatile char memory[1000];
  memory[0] = static_cast<char>(depth);
  return call_without_end(depth + 1) + memory[0];
}

TEST(RunTask, ReportsCrashes) {
  expect_crash([] { *reinterpret_cast<volatile int*>(16) = 1; }, "a segmentation fault");
  expect_crash([] { std::abort(); }, "abort()");
  expect_crash([] { raise(SIGFPE); }, "a division of integers by zero");
  expect_crash([] { std::cout << call_without_end(0); }, "its stack overflowed");
  expect_crash([] { std::exit(0); }, "it ended the program, with exit code 0");
  expect_crash([] { _exit(7); }, "it ended the program, with exit code 7");
  expect_crash([] { std::terminate(); }, "abort()");
}

#if !defined(__SANITIZE_ADDRESS__)
TEST(RunTask, LimitsMemory) {
  const auto ask = [] {
    const std::vector<char> much(size_t{3} << 30, 'x');
    const volatile char* used = much.data();  // what nobody reads, a compiler need not allocate
    return void(used[0]);
  };
  const Result result = run(ask, {.seconds = 20, .megabytes = 1024});
  EXPECT_EQ(result.state, State::kFailed);
  EXPECT_EQ(result.message, "it asked for more memory than there is for it");
}
#endif

TEST(RunTask, LimitsFiles) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("gradus_big_" + std::to_string(getpid()));
  expect_crash(
      [&] {
        std::ofstream stream(file);
        const std::string block(1 << 20, 'x');
        while (stream << block) {
        }
      },
      "writing too large a file");
  std::filesystem::remove(file);
}

TEST(RunTask, KeepsWhatIsPrinted) {
  const Result result = run([] {
    std::cout << "loss 0.25\n";
    std::cerr << "careful\n";
  });
  EXPECT_EQ(result.printed, "loss 0.25\ncareful\n");
}

TEST(RunTask, LeavesNoProcessBehind) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const Result result = run([&] {
    if (fork() == 0) {
      sleep(20);
      _exit(0);
    }
  });
  EXPECT_EQ(result.state, State::kPassed) << result.message;
  close(ends[1]);
  pollfd other_end{ends[0], POLLIN, 0};
  EXPECT_EQ(poll(&other_end, 1, 5000), 1) << "a process that the task started still holds the pipe";
  close(ends[0]);
}

TEST(ExitCode, IsThatOfTheWorst) {
  const auto code = [](std::initializer_list<State> states) {
    std::vector<Result> results;
    for (const State state : states) {
      results.emplace_back().state = state;
    }
    return exit_code(results);
  };
  EXPECT_EQ(code({State::kPassed, State::kPassed}), 0);
  EXPECT_EQ(code({State::kPassed, State::kFailed}), 1);
  EXPECT_EQ(code({State::kPassed, State::kNotDone}), 1);
  EXPECT_EQ(code({State::kNotDone, State::kCrashed}), 2);
  EXPECT_EQ(code({State::kPassed, State::kOutOfTime}), 2);
}

TEST(Report, ShowsEachTaskWithItsMessage) {
  Result passed, failed, printing;
  passed.task = "the first";
  failed.task = "the second";
  failed.state = State::kFailed;
  failed.message = "f: expected 1, found 2\nHalf of it.";
  failed.hint = "Divide.";
  printing.task = "the third";
  printing.state = State::kNotDone;
  for (int i = 0; i < 25; ++i) printing.printed += "line\n";
  const std::string text = Report{.title = "Chapter 1: x"}.text(std::vector<Result>{passed, failed, printing});
  EXPECT_TRUE(
      text.starts_with("Chapter 1: x\n\n"
                       "  passed        1 the first\n"
                       "  failed        2 the second\n"
                       "       f: expected 1, found 2\n"
                       "       Half of it.\n"
                       "       Hint: Divide.\n"
                       "  not done yet  3 the third\n"
                       "       It printed:\n"
                       "       line\n"))
      << text;
  EXPECT_TRUE(text.ends_with("       ... and 5 lines more\n\n1 of 3 passed, 1 failed, 1 not done yet\n")) << text;
  EXPECT_NE((Report{.title = "", .colours = true}.text(std::vector<Result>{passed}).find("\033[32mpassed")),
            std::string::npos);
  EXPECT_EQ(text.find('\033'), std::string::npos);
}

TEST(Results, SurviveAFile) {
  const std::filesystem::path file = std::filesystem::temp_directory_path() / ("gradus_" + std::to_string(getpid()));
  Result result;
  result.task = "a \"name\"";
  result.state = State::kOutOfTime;
  result.message = "line\nline";
  result.printed = "\xff not UTF-8";
  write_results(file, std::vector<Result>{result});
  const std::vector<Result> read = read_results(file);
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].task, result.task);
  EXPECT_EQ(read[0].state, result.state);
  EXPECT_EQ(read[0].message, result.message);
  std::ofstream(file) << "{\"tasks\": [{\"name\": 3}]}";
  EXPECT_THROW(read_results(file), Error);
  std::filesystem::remove(file);
  EXPECT_THROW(write_results("/nonexistent/results.json", read), Error);
}

}  // namespace
