#include "report.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gradus/autograd/aside_file.h>
#include <gradus/autograd/error.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "process.h"

extern "C" char* openblas_get_corename();

namespace benchmarks {
namespace {

std::string time_text(double seconds) {
  if (seconds <= 0) return "-";
  if (seconds < 1e-6) return fmt::format("{:.3g} ns", seconds * 1e9);
  if (seconds < 1e-3) return fmt::format("{:.3g} us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.3g} ms", seconds * 1e3);
  return fmt::format("{:.3g} s", seconds);
}

std::string spread_text(const Spread& s) {
  return s.median <= 0 ? "-" : fmt::format("{:.2f} ({:.2f}..{:.2f})", s.median, s.low, s.high);
}

std::string target_text(double target) { return target > 0 ? fmt::format("{:g}", target) : ""; }

/// "met"; "equal", within the spread of it; "missed"; nothing where there is no target or nothing to compare with.
std::string verdict(const Spread& ratio, double target) {
  if (target <= 0 || ratio.median <= 0) return "";
  if (ratio.median >= target) return "met";
  return ratio.high >= target ? "equal" : "missed";
}

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

std::array<std::string, 10> cells(const Row& row) {
  const Spread l = row.l(), m = row.m();
  const std::string peer = row.peer == kTuned || row.peer == "none" ? "" : fmt::format(" (L: {})", row.peer);
  return {row.title + peer,
          time_text(row.time(kGradus).median),
          time_text(row.time(kStock).median),
          time_text(row.time(row.peer).median),
          time_text(row.time(kLimit).median),
          spread_text(l),
          fmt::format("{} {}", target_text(row.target_l), verdict(l, row.target_l)),
          spread_text(m),
          fmt::format("{} {}", target_text(row.target_m), verdict(m, row.target_m)),
          row.problem};
}

}  // namespace

std::string describe_machine() {
  std::array<double, 1> load{};
  getloadavg(load.data(), 1);
  return fmt::format("{}, {} cores, OpenBLAS for {}, {}, {:%Y-%m-%d %H:%M}, load {:.1f}", cpu_name(),
                     sysconf(_SC_NPROCESSORS_ONLN), openblas_get_corename(), GRADUS_COMPILER,
                     fmt::localtime(std::time(nullptr)), load[0]);
}

void print_head() {
  fmt::print("\n{:<48} {:>9} {:>9} {:>9} {:>9}  {:<22} {:<11} {:<22} {}\n", "", "gradus", "stock", "peer", "limit",
             "L = gradus / peer", "at least", "M = gradus / limit", "at least");
}

void print_row(const Row& row, bool first_of_section) {
  if (first_of_section) fmt::print("{}\n", row.section);
  const auto c = cells(row);
  fmt::print("  {:<46} {:>9} {:>9} {:>9} {:>9}  {:<22} {:<11} {:<22} {}\n", c[0], c[1], c[2], c[3], c[4], c[5], c[6],
             c[7], c[8]);
  if (!row.problem.empty()) fmt::print("    {}\n", row.problem);
  std::fflush(stdout);
}

void print_figures(const std::vector<Figure>& figures) {
  fmt::print("memory of gradus\n");
  for (const Figure& f : figures) {
    fmt::print("  {:<46} {:>9.1f} {:<6} at most {:g}: {}\n", f.title, f.value, f.unit, f.limit,
               f.value <= f.limit ? "met" : "missed");
  }
}

std::string to_markdown(const Report& report) {
  std::string text = fmt::format("{}.\n{}\n", report.machine, report.libtorch);
  std::string section;
  for (const Row& row : report.rows) {
    if (row.section != section) {
      section = row.section;
      text += fmt::format(
          "\n**{}**\n\n| work | gradus | LibTorch stock | peer | limit | L (quartiles) | L at least | M (quartiles) | "
          "M at least |\n|---|---|---|---|---|---|---|---|---|\n",
          section);
    }
    const auto c = cells(row);
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", c[0], c[1], c[2], c[3], c[4], c[5], c[6],
                        c[7], c[8]);
  }
  if (!report.figures.empty()) text += "\n**memory of gradus**\n\n| | | at most | |\n|---|---|---|---|\n";
  for (const Figure& f : report.figures) {
    text += fmt::format("| {} | {:.1f} {} | {:g} | {} |\n", f.title, f.value, f.unit, f.limit,
                        f.value <= f.limit ? "met" : "missed");
  }
  return text;
}

void write_json(const Report& report, const std::filesystem::path& file) {
  nlohmann::json json = {{"machine", report.machine}, {"libtorch", report.libtorch}};
  const auto to_json = [](const Spread& s, double target) {
    return nlohmann::json{{"median", s.median}, {"low", s.low}, {"high", s.high}, {"at_least", target}};
  };
  for (const Row& row : report.rows) {
    json["rows"].push_back({{"section", row.section},
                            {"title", row.title},
                            {"work", row.work},
                            {"size", row.size},
                            {"threads", row.threads},
                            {"peer", row.peer},
                            {"seconds", row.seconds},
                            {"problem", row.problem},
                            {"L", to_json(row.l(), row.target_l)},
                            {"M", to_json(row.m(), row.target_m)}});
  }
  for (const Figure& f : report.figures) {
    json["memory"].push_back({{"title", f.title}, {"unit", f.unit}, {"value", f.value}, {"at_most", f.limit}});
  }
  gradus::write_file(file, json.dump(1) + '\n');
}

// Of a row among all sections.
static std::string label(const Row& row) {
  for (const std::string prefix : {"operations on ", "training at "}) {
    if (row.section.starts_with(prefix)) return fmt::format("{}, {}", row.title, row.section.substr(prefix.size()));
  }
  return row.peer == kTuned || row.peer == "none" ? row.title : fmt::format("{} ({})", row.title, row.peer);
}

bool write_picture(const Report& report, const std::filesystem::path& file) {
  std::string data = "$ratios << END\n";
  int line = 0;
  for (const Row& row : report.rows) {
    const Spread l = row.l(), m = row.m();
    if (l.median <= 0 && m.median <= 0) continue;
    const auto number = [](double v) { return v > 0 ? fmt::format("{}", v) : "NaN"; };
    data += fmt::format("{} \"{}\" {} {} {} {} {} {}\n", line++, label(row), number(l.median), number(l.low),
                        number(l.high), number(m.median), number(m.low), number(m.high));
  }
  data += "END\n";
  const std::filesystem::path script = std::filesystem::path(file).replace_extension(".gp");
  std::ofstream(script)
      << data
      << fmt::format(
             "set terminal pngcairo size 1000,{}\nset output '{}'\nset logscale x 2\nset yrange [{}:-1]\nset grid x\n"
             "set title 'how much faster gradus is: right of 1 it wins' noenhanced\nset key below\n"
             "set arrow from 1, graph 0 to 1, graph 1 nohead lc 'black'\nset termoption noenhanced\n"
             "plot $ratios using 3:1:4:5:ytic(2) with xerrorbars pt 7 title 'than its peer (L)', "
             "$ratios using 6:1:7:8 with xerrorbars pt 6 title 'than the limit (M)'\n",
             120 + 16 * line, file.string(), line);
  return run_program({"gnuplot", script.string()}).has_value();
}

Page::Page(const std::filesystem::path& file) : file_(file) {
  std::ifstream in(file);
  if (!in) throw gradus::Error(fmt::format("cannot read the page {}", file.string()));
  text_.assign(std::istreambuf_iterator<char>(in), {});
  const std::string begin = "<!-- results -->\n", end = "<!-- end of results -->";
  const size_t from = text_.find(begin), to = text_.find(end);
  if (from == std::string::npos || to == std::string::npos) {
    throw gradus::Error(fmt::format("{} has no lines '<!-- results -->' and '<!-- end of results -->'", file.string()));
  }
  from_ = from + begin.size();
  length_ = to - from_;
}

void Page::update(const Report& report) const {
  gradus::write_file(file_, std::string(text_).replace(from_, length_, to_markdown(report)));
}

}  // namespace benchmarks
