#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace benchmarks {

using Environment = std::map<std::string, std::string>;

/// A peer that waits for requests: a program started with --serve, which answers each line of JSON with one.
class PeerProcess {
 public:
  /// Throws gradus::Error if the program cannot be started.
  PeerProcess(const std::string& program, const Environment& environment);
  ~PeerProcess();
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;
  /// The peer's answer. Throws gradus::Error with what the peer reports, or if it is gone.
  nlohmann::json ask(const nlohmann::json& request);

 private:
  std::string program_;
  int process_, requests_, answers_;
};

/// What a program took from its start to its end, with the programs that it started.
struct Usage {
  double cpu, real;  // seconds
  int64_t peak_kb;
  std::string output;  // what it printed
};

/// Runs a program to its end; nothing if it failed.
std::optional<Usage> run_program(const std::vector<std::string>& command, const Environment& environment = {});

}  // namespace benchmarks
