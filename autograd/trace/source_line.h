#pragma once
#include <string>
#include <unordered_map>
#include <vector>

namespace gradus::autograd::tracing {

/// A line of the learner's program.
struct SourceLine {
  std::string file;  // with the folder it stands in: "06_network/main.cpp"
  size_t line = 0;
  std::string function;
  std::string text;  // the line itself, where the file can be read
};

/// The lines that called gradus. Needs debug information with line numbers (-g1).
class SourceLines {
 public:
  /// The innermost line outside gradus's own files that led here, or -1 where it is not known.
  int current();
  const std::vector<SourceLine>& all() const { return lines_; }

 private:
  int line_at(const void* address);
  std::unordered_map<const void*, int> by_address_;
  std::unordered_map<std::string, int> by_place_;
  std::vector<SourceLine> lines_;
};

}  // namespace gradus::autograd::tracing
