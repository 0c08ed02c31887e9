#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "process.h"
#include "row.h"

namespace benchmarks {

struct MeasureOptions {
  std::filesystem::path programs;  ///< Where bench_gradus and the other peers are.
  std::filesystem::path data;      ///< Where files to be read are written.
  int rounds = 7;
  double seconds = 0.1;  ///< How long one peer works in one round.
};

/// Fills rows with measurements. The peers are processes of their own, which take turns: one round is the same work on
/// each of them, one after another, so that what else the machine does reaches all alike.
class Measurement {
 public:
  explicit Measurement(MeasureOptions options);
  ~Measurement();

  /// Measures one row, all rounds. What goes wrong is noted in row.problem.
  void measure(Row& row);
  /// What gradus takes in memory: from fresh processes.
  std::vector<Figure> memory();
  bool has_libtorch() const;

 private:
  struct Peer {
    std::string name;
    std::unique_ptr<PeerProcess> process;
  };
  using Numbers = std::map<std::string, std::vector<double>>;

  std::vector<Peer>& peers(int threads);
  void measure_work(Row& row);
  void measure_start(Row& row);
  void measure_compile(Row& row);
  void write_csv(int64_t rows, bool gzipped);
  nlohmann::json ask_fresh(const std::string& work, int64_t size, double seconds);

  MeasureOptions options_;
  std::map<int, std::vector<Peer>> peers_;  // by number of threads
};

}  // namespace benchmarks
