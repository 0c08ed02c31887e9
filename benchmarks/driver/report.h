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
/// Puts the tables between the lines <!-- results --> and <!-- end of results --> of a page.
void update_page(const Report& report, const std::filesystem::path& page);

}  // namespace benchmarks
