#include <fmt/format.h>
#include <gradus/autograd/error.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <exception>
#include <filesystem>
#include <optional>

#include "cases.h"
#include "measure.h"
#include "report.h"

namespace {

namespace fs = std::filesystem;
using namespace benchmarks;

struct Options {
  bool all = false;
  std::string filter;
  int rounds = 7;
  double seconds = 0.1;
  fs::path out = fs::path(GRADUS_SOURCE_DIR) / "out";
  fs::path page;
};

std::vector<Row> wanted_rows(const Options& options) {
  std::vector<Row> rows = target_rows();
  if (options.all) {
    const std::vector<Row> further = further_rows();
    rows.insert(rows.end(), further.begin(), further.end());
  }
  std::erase_if(rows, [&](const Row& row) {
    return fmt::format("{}: {} {}/{}", row.section, row.title, row.work, row.size).find(options.filter) ==
           std::string::npos;
  });
  return rows;
}

/// True if everything that was to be measured could be, and all peers agreed.
bool run(const Options& options) {
  std::optional<Page> page;
  if (!options.page.empty()) page.emplace(options.page);
  Report report;
  report.rows = wanted_rows(options);
  if (report.rows.empty()) {
    throw gradus::Error(fmt::format("no row's section, title or work holds '{}'{}", options.filter,
                                    options.all ? "" : "; there are more with --all"));
  }
  Measurement measurement({.programs = fs::path(GRADUS_BINARY_DIR) / "benchmarks",
                           .data = options.out / "benchmark_data",
                           .rounds = options.rounds,
                           .seconds = options.seconds});
  report.machine = describe_machine();
  report.libtorch = measurement.has_libtorch()
                        ? "LibTorch as Debian packages it, stock and tuned (passive waits, glibc keeps its pages)."
                        : "LibTorch is not installed and left out: ./run bench --with-libtorch installs it.";
  fmt::print("{}\n{}\n", report.machine, report.libtorch);
  print_head();
  std::string section;
  for (Row& row : report.rows) {
    measurement.measure(row);
    print_row(row, row.section != section);
    section = row.section;
  }
  if (options.filter.empty()) {
    report.figures = measurement.memory();
    print_figures(report.figures);
  }
  write_json(report, options.out / "benchmarks.json");
  fmt::print("\nwritten: {}\n", (options.out / "benchmarks.json").string());
  const fs::path picture = options.out / "benchmarks.png";
  if (write_picture(report, picture)) fmt::print("written: {}\n", picture.string());
  if (page) page->update(report);
  return std::none_of(report.rows.begin(), report.rows.end(), [](const Row& row) { return !row.problem.empty(); });
}

}  // namespace

int main(int argc, char** argv) try {
  Options options;
  CLI::App app("Measures gradus beside LibTorch and the limit: the same work, one after another, round by round.",
               "./run bench");
  app.add_flag("--all", options.all, "also products, layers, more threads, gzip, and how each work grows");
  app.add_option("--filter", options.filter, "only the rows whose section, title or work holds this text");
  app.add_option("--rounds", options.rounds, "rounds of each row")->capture_default_str()->check(CLI::Range(1, 1000));
  app.add_option("--seconds", options.seconds, "how long a peer works in a round")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 3600.0));
  app.add_option("--out", options.out, "where benchmarks.json and benchmarks.png go")->capture_default_str();
  app.add_option("--page", options.page, "a page whose results are to be replaced, docs/benchmarks.md for one");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help
    fmt::print(stderr, "bench: {} (./run bench --help lists the options)\n", error.what());
    return 1;
  }
  return run(options) ? 0 : 1;
} catch (const std::exception& error) {
  fmt::print(stderr, "bench: {}\n", error.what());
  return 1;
}
