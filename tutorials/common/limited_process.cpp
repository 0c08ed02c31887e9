#include <fcntl.h>
#include <fmt/format.h>
#include <gradus/autograd/error.h>
#include <gradus/tutorials/common/limited_process.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#if defined(__SANITIZE_ADDRESS__)
#define GRADUS_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GRADUS_ADDRESS_SANITIZER 1
#endif
#endif

namespace gradus::tutorials {
namespace {

constexpr int kNoSuchProgram = 127;

void set_limit(int resource, int64_t value) {
  rlimit limit{};
  getrlimit(static_cast<__rlimit_resource>(resource), &limit);
  limit.rlim_cur = std::min<rlim_t>(static_cast<rlim_t>(value), limit.rlim_max);
  setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}

}  // namespace

std::string signal_in_words(int signal) {
  switch (signal) {
    case SIGSEGV:
    case SIGBUS:
      return "a segmentation fault (an access to memory that is not its own: an index too large, a dangling pointer)";
    case SIGABRT:
      return "abort() (a failed assertion, or an exception that nothing may catch)";
    case SIGFPE:
      return "an arithmetic error (a division of integers by zero)";
    case SIGXFSZ:
      return "writing too large a file";
    case SIGKILL:
      return "being killed (most likely it took all the memory)";
    default:
      return fmt::format("signal {} ({})", signal, strsignal(signal));
  }
}

void become_limited(const Limits& limits) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
#ifndef GRADUS_ADDRESS_SANITIZER
  set_limit(RLIMIT_AS, limits.megabytes << 20);
#endif
  set_limit(RLIMIT_FSIZE, limits.file_megabytes << 20);
  set_limit(RLIMIT_CORE, 0);
}

Ending wait_for(pid_t process, double seconds) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  auto pause = std::chrono::microseconds(200);
  int status = 0;
  while (waitpid(process, &status, WNOHANG) == 0) {
    if (std::chrono::duration<double>(Clock::now() - start).count() > seconds) {
      kill(-process, SIGKILL);
      kill(process, SIGKILL);
      waitpid(process, nullptr, 0);
      return {Ending::kOutOfTime, 0};
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, std::chrono::microseconds(20000));
  }
  kill(-process, SIGKILL);  // what it has left running
  return WIFSIGNALED(status) ? Ending{Ending::kSignalled, WTERMSIG(status)}
                             : Ending{Ending::kExited, WEXITSTATUS(status)};
}

Ending run_limited(const std::vector<std::string>& command, const Limits& limits, const Surroundings& surroundings) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const std::string output = surroundings.output ? surroundings.output->string() : "";
  const std::string folder = surroundings.folder ? surroundings.folder->string() : "";

  const pid_t process = fork();
  if (process < 0) throw Error(fmt::format("cannot start {}: {}", command[0], std::strerror(errno)));
  if (process == 0) {
    become_limited(limits);
    if (!folder.empty() && chdir(folder.c_str()) != 0) _exit(kNoSuchProgram);
    if (!output.empty()) {
      const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
      dup2(file, STDOUT_FILENO);
      dup2(file, STDERR_FILENO);
    }
    execvp(arguments[0], arguments.data());
    _exit(kNoSuchProgram);
  }
  const Ending ending = wait_for(process, limits.seconds);
  if (ending.kind == Ending::kExited && ending.code == kNoSuchProgram) {
    throw Error(fmt::format("cannot start {}", command[0]));
  }
  return ending;
}

}  // namespace gradus::tutorials
