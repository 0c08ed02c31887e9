#include "chapter.h"

#include <fmt/format.h>
#include <gradus/autograd/error.h>

#include <algorithm>
#include <regex>

namespace gradus::tutorials {

std::string Chapter::two_digits() const { return fmt::format("{:02}", number); }

std::vector<Chapter> chapters_with_exercise() {
  std::vector<Chapter> chapters;
  for (const auto& entry : std::filesystem::directory_iterator(GRADUS_SOURCE_DIR "/tutorials")) {
    const std::string name = entry.path().filename().string();
    if (!std::regex_match(name, std::regex("[0-9][0-9]_.*")) || !exists(entry.path() / "checks.cpp")) continue;
    std::string title = name.substr(3);
    std::replace(title.begin(), title.end(), '_', ' ');
    chapters.push_back({std::stoi(name.substr(0, 2)), title, entry.path()});
  }
  std::sort(chapters.begin(), chapters.end(), [](const Chapter& a, const Chapter& b) { return a.number < b.number; });
  return chapters;
}

Chapter find_chapter(const std::string& number) {
  if (!std::regex_match(number, std::regex("[0-9]{1,2}"))) {
    throw Error(fmt::format("'{}' is no chapter's number; ./run exercise lists them", number));
  }
  for (const Chapter& chapter : chapters_with_exercise()) {
    if (chapter.number == std::stoi(number)) return chapter;
  }
  throw Error(fmt::format("there is no exercise for chapter {}; ./run exercise lists them", std::stoi(number)));
}

}  // namespace gradus::tutorials
