#include <gradus/autograd/trace/source_line.h>

#include <boost/stacktrace.hpp>
#include <filesystem>
#include <fstream>

namespace gradus::autograd::tracing {
namespace {

void landmark() {}

/// The checkout, spelled as the debug information spells it.
std::string folder_of_gradus() {
  std::string file = boost::stacktrace::frame(reinterpret_cast<const void*>(&landmark)).source_file();
  if (file.empty()) file = __FILE__;
  return std::filesystem::path(file).parent_path().parent_path().parent_path().string();
}

/// True for a file of the library itself: beside this one, or reached by <gradus/autograd/...>.
bool is_of_gradus(const std::string& file) {
  static const std::string root = folder_of_gradus();
  for (const char* room : {"autograd/", "nn/", "optim/", "datasets/"}) {
    if (file.rfind(root + "/" + room, 0) == 0 || file.find(std::string("/gradus/") + room) != std::string::npos) {
      return true;
    }
  }
  return false;
}

bool is_of_the_system(const std::string& file) {
  for (const char* room : {"/sysdeps/", "/csu/", "/nptl/", "/libio/"}) {  // of the C library, which has relative paths
    if (file.find(room) != std::string::npos) return true;
  }
  return file.rfind("/usr/", 0) == 0;
}

std::string text_of(const std::string& file, size_t line) {
  std::ifstream stream(file);
  std::string text;
  for (size_t i = 0; i < line; ++i) {
    if (!std::getline(stream, text)) return {};
  }
  const size_t first = text.find_first_not_of(" \t");
  return first == std::string::npos ? "" : text.substr(first);
}

}  // namespace

int SourceLines::current() {
  for (const boost::stacktrace::frame& frame : boost::stacktrace::stacktrace()) {
    const int line = line_at(frame.address());
    if (line >= 0) return line;
  }
  return -1;
}

int SourceLines::line_at(const void* address) {
  const auto [known, is_new] = by_address_.try_emplace(address, -1);
  if (!is_new) return known->second;
  const boost::stacktrace::frame frame(static_cast<const char*>(address) - 1);  // the call, not what follows it
  const std::string file = frame.source_file();
  if (file.empty() || is_of_gradus(file) || is_of_the_system(file)) return -1;
  const auto [place, first] = by_place_.try_emplace(file + ":" + std::to_string(frame.source_line()), lines_.size());
  if (first) {
    const std::filesystem::path path(file);
    lines_.push_back({(path.parent_path().filename() / path.filename()).string(), frame.source_line(), frame.name(),
                      text_of(file, frame.source_line())});
  }
  return known->second = place->second;
}

}  // namespace gradus::autograd::tracing
