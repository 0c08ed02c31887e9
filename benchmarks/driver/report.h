#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "row.h"

namespace benchmarks {

/// Everything a run has found out, and where and when.
struct Report {
  std::string machine, libtorch;
  std::vector<Row> rows;
  std::vector<Figure> figures;
};

/// "AMD EPYC, 2 cores, OpenBLAS for SkylakeX, GCC 12.2, 2026-11-23 19:57, load 3.1": what ratios depend on.
std::string describe_machine();

/// The head of the table, and the lines of one row as they are printed while measuring.
void print_head();
void print_row(const Row& row, bool first_of_section);
void print_figures(const std::vector<Figure>& figures);

/// The tables as Markdown.
std::string to_markdown(const Report& report);
void write_json(const Report& report, const std::filesystem::path& file);
/// The ratios as a picture, by gnuplot; false if gnuplot is not installed.
bool write_picture(const Report& report, const std::filesystem::path& file);
/// A page whose tables stand between the lines <!-- results --> and <!-- end of results -->.
class Page {
 public:
  /// Throws gradus::Error for a file that cannot be read or has no such lines: before minutes are spent on its results.
  explicit Page(const std::filesystem::path& file);
  void update(const Report& report) const;

 private:
  std::filesystem::path file_;
  std::string text_;
  size_t from_ = 0, length_ = 0;
};

}  // namespace benchmarks
