#include "compiler_output.h"

#include <fmt/format.h>

#include <regex>
#include <sstream>
#include <vector>

#include "attempt.h"

namespace gradus::tutorials {
namespace {

constexpr size_t kMostLines = 3;  // of code shown below an error

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The first line of the learner's file that the compiler names at all, for an error that shows inside a header.
std::string place_in(const std::vector<std::string>& lines, const std::filesystem::path& file) {
  const std::string start = file.string() + ":";
  for (const std::string& line : lines) {
    const size_t at = line.find(start);
    if (at == std::string::npos) continue;
    const std::string number =
        line.substr(at + start.size(), line.find_first_not_of("0123456789", at + start.size()) - (at + start.size()));
    if (!number.empty()) return fmt::format(" (reached from line {} of your file)", number);
  }
  return "";
}

}  // namespace

std::string first_error(const std::string& output, const std::filesystem::path& file) {
  static const std::regex error("^(.+?):([0-9]+):(?:[0-9]+:)? (?:fatal )?error: (.*)$");
  static const std::regex missing("undefined reference to [`']([^`']*)'");
  static const std::regex repeated("multiple definition of [`']([^`']*)'");
  const std::vector<std::string> lines = lines_of(output);
  std::smatch match;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!std::regex_match(lines[i], match, error)) continue;
    std::string text = fmt::format("{}:{}: {}", shown(match[1].str()), match[2].str(), match[3].str());
    if (match[1].str() != file.string()) text += place_in(lines, file);
    // gcc and clang set the code beside it off by spaces.
    for (size_t k = i + 1; k < lines.size() && k <= i + kMostLines && lines[k].starts_with(" "); ++k) {
      text += "\n" + lines[k];
    }
    return text;
  }
  for (const std::string& line : lines) {
    if (std::regex_search(line, match, missing)) {
      return fmt::format(
          "{} is declared in tasks.h, but not defined: is its name or a parameter's type changed, or "
          "the namespace around it gone?",
          match[1].str());
    }
    if (std::regex_search(line, match, repeated)) return fmt::format("{} is defined twice", match[1].str());
  }
  return lines.empty() ? "the compiler said nothing" : "The compiler said: " + lines.back();
}

}  // namespace gradus::tutorials
