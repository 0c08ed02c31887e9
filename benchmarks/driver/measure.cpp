#include "measure.h"

#include <fmt/format.h>
#include <gradus/autograd/error.h>
#include <gradus/datasets/csv.h>
#include <gradus/datasets/synthetic_digits.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>

namespace benchmarks {
namespace {

namespace fs = std::filesystem;

/// Numbers of threads for OpenBLAS and OpenMP, and for gradus, which reads OMP_NUM_THREADS in its peer.
Environment with_threads(int threads, const fs::path& data, Environment more = {}) {
  more["OMP_NUM_THREADS"] = more["OPENBLAS_NUM_THREADS"] = std::to_string(threads);
  more["GRADUS_BENCHMARK_DATA"] = data.string();
  return more;
}

/// LibTorch at its best: glibc keeps its pages.
const Environment kKeepPages = {{"MALLOC_TRIM_THRESHOLD_", "4000000000"}, {"MALLOC_MMAP_THRESHOLD_", "4000000000"}};

Environment tuned(const std::string& variable, const std::string& value) {
  Environment environment = kKeepPages;
  environment[variable] = value;
  return environment;
}

/// Python programs that read a CSV file and print the seconds of processor time it took.
const std::map<std::string, std::string> kPythonReaders = {
    {"pandas",
     "import sys, time, pandas\nt = time.process_time()\npandas.read_csv(sys.argv[1], header=None)\n"
     "print(time.process_time() - t)"},
    {"numpy",
     "import sys, time, numpy\nt = time.process_time()\nnumpy.loadtxt(sys.argv[1], delimiter=',', dtype='float32')\n"
     "print(time.process_time() - t)"}};

/// The Python that has `module`: Debian's own, if another one comes first and has not got it. Empty for none.
std::string python_with(const std::string& module) {
  const std::string program = "import importlib.util, sys; sys.exit(not importlib.util.find_spec(sys.argv[1]))";
  for (const char* python : {"python3", "/usr/bin/python3"}) {
    if (run_program({python, "-c", program, module})) return python;
  }
  return "";
}

/// The largest difference that rounding explains: float32 sums of 10,000,000 numbers, 20 steps of training.
bool agree(const std::vector<double>& a, const std::vector<double>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](double x, double y) { return std::abs(x - y) <= 1e-5 + 1e-4 * std::abs(y); });
}

/// The command that compiles a program's object, by the compile_commands.json of the build; its object goes to
/// /dev/null.
std::vector<std::string> compile_command(const fs::path& build, const std::string& source) {
  std::ifstream file(build / "compile_commands.json");
  if (!file) throw gradus::Error(fmt::format("there is no {}", (build / "compile_commands.json").string()));
  for (const auto& entry : nlohmann::json::parse(file)) {
    if (fs::path(entry["file"].get<std::string>()).filename() != source) continue;
    std::string command = entry["command"].get<std::string>();
    const size_t output = command.find(" -o ");
    const size_t end = command.find(' ', output + 4);
    command.replace(output, end - output, " -o /dev/null");
    return {"sh", "-c",
            fmt::format("cd '{}' && exec env CCACHE_DISABLE=1 {}", entry["directory"].get<std::string>(), command)};
  }
  throw gradus::Error(fmt::format("{} is not built", source));
}

}  // namespace

Measurement::Measurement(MeasureOptions options) : options_(std::move(options)) {
  fs::create_directories(options_.data);
}
Measurement::~Measurement() { fs::remove_all(options_.data); }

bool Measurement::has_libtorch() const { return fs::exists(options_.programs / "bench_libtorch"); }

std::vector<Measurement::Peer>& Measurement::peers(int threads) {
  std::vector<Peer>& started = peers_[threads];
  if (!started.empty()) return started;
  const auto start = [&](const std::string& name, const char* program, const Environment& more = {}) {
    const Environment environment = with_threads(threads, options_.data, more);
    started.push_back({name, std::make_unique<PeerProcess>((options_.programs / program).string(), environment)});
  };
  start(kGradus, "bench_gradus");
  if (has_libtorch()) {
    start(kStock, "bench_libtorch");
    start(kTuned, "bench_libtorch", tuned("OMP_WAIT_POLICY", "passive"));
    if (threads > 1) start(kTuned + ", bound", "bench_libtorch", tuned("OMP_PROC_BIND", "true"));
  }
  start(kLimit, "bench_limit");
  // Each answers when it has loaded, so that none is measured beside one that still loads.
  for (Peer& peer : started) peer.process->ask({{"work", "none"}, {"size", 0}});
  return started;
}

void Measurement::measure(Row& row) try {
  if (row.work == "start") {
    measure_start(row);
  } else if (row.work == "compile") {
    measure_compile(row);
  } else {
    measure_work(row);
  }
} catch (const std::exception& error) {
  row.problem = error.what();
}

void Measurement::measure_work(Row& row) {
  const bool reading = row.work.starts_with("csv");
  if (reading) write_csv(row.size, row.work == "csv_gzip");
  const std::string file = (options_.data / fmt::format("digits_{}.csv", row.size)).string();
  // Processor time of the whole process: on a machine with other work, time on the clock measures that work too.
  // Several threads are worth what they save on the clock.
  const char* clock = row.threads == 1 ? "cpu" : "real";
  const nlohmann::json request = {{"work", row.work}, {"size", row.size}, {"seconds", options_.seconds}};
  Numbers checks;
  const auto reader = kPythonReaders.find(row.peer);
  const std::string python = reader == kPythonReaders.end() ? "" : python_with(row.peer);
  const int rounds = reading ? std::min(options_.rounds, 3) : options_.rounds;
  for (int round = 0; round < rounds; ++round) {
    if (row.started_anew) peers_.erase(row.threads);
    const std::vector<Peer>& all = peers(row.threads);
    for (size_t turn = 0; turn < all.size(); ++turn) {
      const Peer& peer = all[(turn + static_cast<size_t>(round)) % all.size()];  // another one first in each round
      const nlohmann::json answer = peer.process->ask(request);
      if (answer.contains("missing")) continue;
      row.seconds[peer.name].push_back(answer[clock].get<double>());
      checks[peer.name] = answer["check"].get<std::vector<double>>();
    }
    if (!python.empty()) {
      const auto usage = run_program({python, "-c", reader->second, file}, with_threads(1, options_.data));
      if (usage) row.seconds[row.peer].push_back(std::stod(usage->output));
    }
  }
  for (const auto& [name, numbers] : checks) {
    if (!agree(numbers, checks[kGradus])) {
      row.problem = fmt::format("{} and gradus differ: {} and {}", name, fmt::join(numbers, " "),
                                fmt::join(checks[kGradus], " "));
    }
  }
  // With several threads LibTorch's best policy is the one that was faster.
  const std::string bound = kTuned + ", bound";
  if (row.seconds.contains(bound) && row.time(bound).median < row.time(kTuned).median) row.peer = bound;
}

void Measurement::measure_start(Row& row) {
  for (int round = 0; round < options_.rounds; ++round) {
    for (const auto& [name, program] : {std::pair{kGradus, "hello_gradus"}, std::pair{kTuned, "hello_libtorch"}}) {
      const auto usage = run_program({(options_.programs / program).string()}, with_threads(1, options_.data));
      if (usage) row.seconds[name].push_back(usage->cpu);
    }
  }
}

void Measurement::measure_compile(Row& row) {
  const fs::path build = options_.programs.parent_path();
  for (const auto& [name, source] : {std::pair{kGradus, "mnist_gradus.cpp"}, std::pair{kTuned, "mnist_libtorch.cpp"}}) {
    if (name == kTuned && !has_libtorch()) continue;
    if (const auto usage = run_program(compile_command(build, source))) row.seconds[name].push_back(usage->cpu);
  }
}

/// Writes the file of `rows` digits: synthetic ones, again and again above 60,000.
void Measurement::write_csv(int64_t rows, bool gzipped) {
  const fs::path file = options_.data / fmt::format("digits_{}.csv{}", rows, gzipped ? ".gz" : "");
  if (fs::exists(file)) return;
  gradus::datasets::Digits digits = gradus::datasets::synthetic_digits(std::min<int64_t>(rows, 60'000));
  const size_t count = digits.size();
  digits.labels.resize(static_cast<size_t>(rows));
  digits.pixels.resize(static_cast<size_t>(rows) * gradus::datasets::kDigitPixels);
  for (size_t i = count; i < digits.size(); ++i) {
    digits.labels[i] = digits.labels[i - count];
    std::copy_n(digits.image(i - count).begin(), gradus::datasets::kDigitPixels,
                digits.pixels.begin() + static_cast<int64_t>(i * gradus::datasets::kDigitPixels));
  }
  gradus::datasets::write_csv(file, digits);
}

nlohmann::json Measurement::ask_fresh(const std::string& work, int64_t size, double seconds) {
  PeerProcess peer((options_.programs / "bench_gradus").string(), with_threads(1, options_.data));
  return peer.ask({{"work", work}, {"size", size}, {"seconds", seconds}});
}

std::vector<Figure> Measurement::memory() {
  const auto peak = [](const nlohmann::json& answer) { return answer["peak_kb"].get<double>(); };
  std::vector<Figure> figures;
  // 2,048 pictures and targets, twice: as they were made and as tensors.
  const double data_mb = 2 * 2048 * (784 + 10) * 4 / 1e6;
  const double short_peak = peak(ask_fresh("train_sgd", 1, 0.2)), long_peak = peak(ask_fresh("train_sgd", 1, 2));
  figures.push_back({"training at batch 1, beyond the data: peak", "MB", long_peak / 1e3 - data_mb, 64});
  figures.push_back({"ten times as many steps: growth", "MB", (long_peak - short_peak) / 1e3, 1});
  constexpr int64_t kFew = 100'000, kMany = 1'000'000;
  const double nodes_kb = peak(ask_fresh("chain", kMany, 0.01)) - peak(ask_fresh("chain", kFew, 0.01));
  figures.push_back({"a graph node with one tensor of one element", "bytes", nodes_kb * 1024 / (kMany - kFew), 400});
  write_csv(60'000, false);
  figures.push_back({"reading 60,000 rows of CSV: peak", "MB", peak(ask_fresh("csv", 60'000, 0.01)) / 1e3, 200});
  return figures;
}

}  // namespace benchmarks
