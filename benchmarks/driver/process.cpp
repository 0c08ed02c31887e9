#include "process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <gradus/autograd/error.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>

namespace benchmarks {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw gradus::Error("no pipe can be opened to another program");
    read = ends[0];
    write = ends[1];
  }
  int read, write;
};

/// Starts a program whose input and output are these file descriptors. It ends in code 127 if there is no such program.
int start(const std::vector<std::string>& command, const Environment& environment, int input, int output) {
  const int process = fork();
  if (process < 0) throw gradus::Error(fmt::format("cannot start {}", command[0]));
  if (process > 0) return process;
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

/// Reads up to the end, or up to the first line's end if `line`.
std::string read_text(int file, bool line) {
  std::string text;
  std::array<char, 4096> block{};
  while (!line || text.empty() || text.back() != '\n') {
    const ssize_t count = ::read(file, block.data(), block.size());
    if (count <= 0) break;
    text.append(block.data(), static_cast<size_t>(count));
  }
  return text;
}

}  // namespace

PeerProcess::PeerProcess(const std::string& program, const Environment& environment) : program_(program) {
  std::signal(SIGPIPE, SIG_IGN);  // a peer that is gone shows as an answer that does not come
  const Pipe to_peer, from_peer;
  process_ = start({program, "--serve"}, environment, to_peer.read, from_peer.write);
  close(to_peer.read);
  close(from_peer.write);
  requests_ = to_peer.write;
  answers_ = from_peer.read;
}

PeerProcess::~PeerProcess() {
  close(requests_);
  close(answers_);
  waitpid(process_, nullptr, 0);
}

nlohmann::json PeerProcess::ask(const nlohmann::json& request) {
  const std::string line = request.dump() + "\n";
  const bool sent = ::write(requests_, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  const std::string text = sent ? read_text(answers_, true) : "";
  if (text.empty()) throw gradus::Error(fmt::format("{} ended while it was asked for {}", program_, request.dump()));
  nlohmann::json answer = nlohmann::json::parse(text);
  if (answer.contains("error")) {
    throw gradus::Error(
        fmt::format("{} failed at {}: {}", program_, request.dump(), answer["error"].get<std::string>()));
  }
  return answer;
}

std::optional<Usage> run_program(const std::vector<std::string>& command, const Environment& environment) {
  const Pipe output;
  const auto before = std::chrono::steady_clock::now();
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int process = start(command, environment, nothing, output.write);
  close(nothing);
  close(output.write);
  std::string text = read_text(output.read, false);
  close(output.read);
  int status = 0;
  rusage used{};
  wait4(process, &status, 0, &used);
  const std::chrono::duration<double> real = std::chrono::steady_clock::now() - before;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return Usage{seconds(used.ru_utime) + seconds(used.ru_stime), real.count(), used.ru_maxrss, std::move(text)};
}

}  // namespace benchmarks
