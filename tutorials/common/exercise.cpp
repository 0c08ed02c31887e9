#include <fcntl.h>
#include <fmt/format.h>
#include <gradus/tutorials/common/exercise.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>

namespace gradus::tutorials {
namespace {

// What a task's process sends on its pipe: a letter, and for a failure the message.
constexpr char kPassed = 'P', kFailed = 'F', kNotDone = 'N', kStackOverflow = 'S';
constexpr size_t kMostPrinted = 100000;

// The process of a task has one pipe, which its signal handler must find.
int result_pipe = -1;

// Code that calls itself without end runs into the page below the stack, near its stack pointer.
void on_segmentation_fault(int signal, siginfo_t* info, void* context) {
#if defined(__x86_64__)
  const auto stack = static_cast<uintptr_t>(static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RSP]);
#elif defined(__aarch64__)
  const auto stack = static_cast<uintptr_t>(static_cast<ucontext_t*>(context)->uc_mcontext.sp);
#else
  const uintptr_t stack = 0;
#endif
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  if (address + (1 << 16) > stack && address < stack + (1 << 16)) {
    if (write(result_pipe, &kStackOverflow, 1) != 1) _exit(1);
  }
  ::signal(signal, SIG_DFL);
  raise(signal);
}

void catch_signals() {
  static std::array<std::byte, 1 << 16> memory;  // the handler's stack: the other one is full
  stack_t stack{};
  stack.ss_sp = memory.data();
  stack.ss_size = memory.size();
  sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_segmentation_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigaction(SIGSEGV, &action, nullptr);
  sigaction(SIGBUS, &action, nullptr);
  signal(SIGFPE, SIG_DFL);  // a sanitizer's handler would turn it into an exit code
}

[[noreturn]] void try_in_this_process(const Task& task, const Limits& limits, int pipe, int printed) {
  result_pipe = pipe;
  become_limited(limits);
  dup2(printed, STDOUT_FILENO);
  dup2(printed, STDERR_FILENO);
  catch_signals();
  const Result result = try_task(task);
  std::cout.flush();
  std::fflush(nullptr);
  const char letter = result.state == State::kPassed ? kPassed : result.state == State::kFailed ? kFailed : kNotDone;
  const std::string text = letter + result.message;
  for (size_t sent = 0; sent < text.size();) {
    const ssize_t count = write(pipe, text.data() + sent, text.size() - sent);
    if (count <= 0) break;
    sent += static_cast<size_t>(count);
  }
  _exit(0);
}

bool has_ended(pid_t process) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(process), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

// Reads what the task's process sends until it has ended or the time is up. (It may leave processes that hold the
// pipe.)
std::string read_until(int pipe, pid_t process, std::chrono::steady_clock::time_point deadline) {
  constexpr int kMilliseconds = 20;
  std::string text;
  std::array<char, 4096> block{};
  while (std::chrono::steady_clock::now() < deadline) {
    const bool ended = has_ended(process);
    pollfd ready{pipe, POLLIN, 0};
    if (poll(&ready, 1, ended ? 0 : kMilliseconds) <= 0) {
      if (ended) break;
      continue;
    }
    const ssize_t count = read(pipe, block.data(), block.size());
    if (count <= 0) break;
    text.append(block.data(), static_cast<size_t>(count));
  }
  return text;
}

std::string read_all(int file) {
  std::string text(kMostPrinted, '\0');
  const ssize_t count = pread(file, text.data(), text.size(), 0);
  text.resize(count > 0 ? static_cast<size_t>(count) : 0);
  return text;
}

void interpret(Result& result, const Ending& ending, const std::string& sent, const Limits& limits) {
  const char letter = sent.empty() ? '\0' : sent[0];
  if (ending.kind == Ending::kOutOfTime) {
    result.state = State::kOutOfTime;
    result.message = fmt::format("it was stopped after {:g} s: an endless loop?", limits.seconds);
  } else if (ending.kind == Ending::kSignalled) {
    result.state = State::kCrashed;
    result.message = letter == kStackOverflow ? "its stack overflowed: a function that calls itself without end?"
                                              : fmt::format("it ended in {}", signal_in_words(ending.code));
  } else if (letter == kPassed) {
    result.state = State::kPassed;
  } else if (letter == kFailed) {
    result.state = State::kFailed;
    result.message = sent.substr(1);
  } else if (letter == kNotDone) {
    result.state = State::kNotDone;
  } else {
    result.state = State::kCrashed;
    result.message = fmt::format("it ended the program, with exit code {}, where it should return", ending.code);
  }
}

}  // namespace

Result try_task(const Task& task) {
  Result result;
  result.task = task.name;
  const auto failed = [&](std::string message) {
    result.state = State::kFailed;
    result.message = std::move(message);
    result.hint = task.hint;
  };
  try {
    task.check();
  } catch (const NotDoneYet&) {
    result.state = State::kNotDone;
  } catch (const CheckFailed& wrong) {
    failed(wrong.what());
  } catch (const std::bad_alloc&) {
    failed("it asked for more memory than there is for it");
  } catch (const std::exception& error) {
    failed(fmt::format("it threw an exception: {}", error.what()));
  } catch (...) {
    failed("it threw something that is no std::exception");
  }
  return result;
}

Result run_task(const Task& task, const Limits& limits) {
  std::array<int, 2> ends{};
  const int printed = memfd_create("printed", MFD_CLOEXEC);
  if (printed < 0 || pipe2(ends.data(), O_CLOEXEC) != 0) throw Error("no pipe can be opened for a task's process");
  std::cout.flush();
  std::fflush(nullptr);
  const auto start = std::chrono::steady_clock::now();
  const pid_t process = fork();
  if (process < 0) throw Error("no process can be started for a task");
  if (process == 0) {
    close(ends[0]);
    try_in_this_process(task, limits, ends[1], printed);
  }
  close(ends[1]);
  const auto limit =
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(limits.seconds));
  const std::string sent = read_until(ends[0], process, start + limit);
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
  const Ending ending = wait_for(process, std::max(0.1, limits.seconds - spent.count()));
  close(ends[0]);

  Result result;
  result.task = task.name;
  interpret(result, ending, sent, limits);
  if (result.state == State::kFailed) result.hint = task.hint;
  result.printed = read_all(printed);
  close(printed);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace gradus::tutorials
