#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "work.h"

namespace benchmarks {
namespace {

/// Keeps the one run that a request asks for.
class LastRun : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override { run = runs.front(); }
  Run run;
};

void repeat(benchmark::State& state, const Work& work) {
  work.step();  // brings back to the caches what another peer has driven out
  for (auto _ : state) {
    work.step();
    benchmark::ClobberMemory();
  }
}

const Workload* find(std::span<const Workload> workloads, const std::string& name) {
  for (const Workload& workload : workloads) {
    if (name == workload.name) return &workload;
  }
  return nullptr;
}

/// A figure of /proc/self/status in kB: VmHWM, the largest resident size so far; VmRSS, the resident size now.
int64_t memory_kb(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == field + ":") {
      int64_t kb = 0;
      status >> kb;
      return kb;
    }
  }
  return 0;
}

/// Answers requests {"work": NAME, "size": N, "seconds": S} with what one step took. A work is set up and checked at
/// its first request; how many steps make up S is found out then, too, and kept.
class Server {
 public:
  explicit Server(std::span<const Workload> workloads) : workloads_(workloads) {}

  nlohmann::json answer(const nlohmann::json& request) {
    const auto name = request.at("work").get<std::string>();
    const auto size = request.at("size").get<int64_t>();
    const Workload* workload = find(workloads_, name);
    if (!workload) return {{"missing", true}};
    if (const std::string key = fmt::format("{}/{}", name, size); key != key_) {
      work_ = {};
      work_ = workload->make(size);
      key_ = key;
      iterations_ = 0;
      check_ = work_.check();
    }
    benchmark::ClearRegisteredBenchmarks();
    auto* registered = benchmark::RegisterBenchmark(key_.c_str(), [this](benchmark::State& s) { repeat(s, work_); });
    registered->MeasureProcessCPUTime();
    if (iterations_ > 0) {
      registered->Iterations(iterations_);
    } else {
      registered->MinTime(request.at("seconds").get<double>());
    }
    LastRun reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter, ".");
    iterations_ = reporter.run.iterations;
    const auto steps = static_cast<double>(iterations_);
    return {{"cpu", reporter.run.cpu_accumulated_time / steps},
            {"real", reporter.run.real_accumulated_time / steps},
            {"check", check_},
            {"peak_kb", memory_kb("VmHWM")},
            {"resident_kb", memory_kb("VmRSS")}};
  }

 private:
  std::span<const Workload> workloads_;
  std::string key_;
  Work work_;
  std::vector<double> check_;
  benchmark::IterationCount iterations_ = 0;
};

void serve(std::span<const Workload> workloads) {
  Server server(workloads);
  for (std::string line; std::getline(std::cin, line);) {
    nlohmann::json answer;
    try {
      answer = server.answer(nlohmann::json::parse(line));
    } catch (const std::exception& error) {
      answer = {{"error", error.what()}};
    }
    std::cout << answer.dump() << std::endl;
  }
}

/// `NAME/SIZE ...` as an ordinary program on Google Benchmark.
void run_named(int argc, char** argv, std::span<const Workload> workloads) {
  std::vector<std::string> names;
  for (const Workload& workload : workloads) names.emplace_back(workload.name);
  if (argc < 2)
    throw std::runtime_error(fmt::format("which work? NAME/SIZE, as train_sgd/1, of: {}", fmt::join(names, ", ")));
  std::map<std::string, Work> works;
  for (int i = 1; i < argc; ++i) {
    const std::string key = argv[i];
    const size_t slash = key.find('/');
    const Workload* workload = find(workloads, key.substr(0, slash));
    if (!workload || slash == std::string::npos) {
      throw std::runtime_error(fmt::format("there is no work '{}': NAME/SIZE, of: {}", key, fmt::join(names, ", ")));
    }
    const Work& work = works[key] = workload->make(std::stoll(key.substr(slash + 1)));
    fmt::print("{} is checked by {}\n", key, fmt::join(work.check(), ", "));
    benchmark::RegisterBenchmark(key.c_str(), [&work](benchmark::State& state) { repeat(state, work); });
  }
  benchmark::RunSpecifiedBenchmarks();
}

}  // namespace

int peer_main(int argc, char** argv, std::span<const Workload> workloads) try {
  benchmark::Initialize(&argc, argv);
  if (argc == 2 && std::string(argv[1]) == "--serve") {
    serve(workloads);
  } else {
    run_named(argc, argv, workloads);
  }
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}

}  // namespace benchmarks
