// The code in a chapter's README is quoted, never copied by hand: a block
//
//     ```cpp name              (or: ```cpp common/classifier.cpp name)
//
// must be the lines between `// [name]` and `// [/name]` of the chapter's main.cpp (or of that file of tutorials/).
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace {

const std::filesystem::path kTutorials = std::filesystem::path(GRADUS_SOURCE_DIR) / "tutorials";

std::vector<std::string> read_lines(const std::filesystem::path& file) {
  std::ifstream stream(file);
  EXPECT_TRUE(stream) << file;
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The lines without the indentation that all of them share.
std::string unindented(const std::vector<std::string>& lines) {
  size_t indentation = std::string::npos;
  for (const std::string& line : lines) {
    if (!line.empty()) indentation = std::min(indentation, line.find_first_not_of(' '));
  }
  std::string text;
  for (const std::string& line : lines) text += (line.empty() ? line : line.substr(indentation)) + "\n";
  return text;
}

// The code between the two marks; a mark stands on a line of its own or behind code.
std::string marked(const std::filesystem::path& file, const std::string& name) {
  const std::string begin = "// [" + name + "]", end = "// [/" + name + "]";
  std::vector<std::string> code;
  bool inside = false, found = false;
  for (std::string line : read_lines(file)) {
    const size_t begins = line.find(begin), ends = line.find(end);
    if (begins != std::string::npos) inside = found = true;
    if (inside) {
      const size_t mark = std::min(begins, ends);
      const bool is_mark = mark != std::string::npos;
      if (is_mark) line.erase(mark);
      line.erase(line.find_last_not_of(' ') + 1);
      if (!is_mark || !line.empty()) code.push_back(line);
    }
    if (ends != std::string::npos) inside = false;
  }
  EXPECT_TRUE(found && !inside) << file << " has no code between " << begin << " and " << end;
  return unindented(code);
}

struct Block {
  std::string language, argument, text;
};

std::vector<Block> code_blocks(const std::filesystem::path& readme) {
  std::vector<Block> blocks;
  std::vector<std::string> lines;
  bool inside = false;
  for (const std::string& line : read_lines(readme)) {
    if (line.starts_with("```")) {
      if (inside) {
        blocks.back().text = unindented(lines);
      } else {
        const size_t space = line.find(' ');
        blocks.push_back({line.substr(3, space - 3), space == std::string::npos ? "" : line.substr(space + 1), ""});
        lines.clear();
      }
      inside = !inside;
    } else if (inside) {
      lines.push_back(line);
    }
  }
  EXPECT_FALSE(inside) << readme << " ends inside a code block";
  return blocks;
}

std::vector<std::filesystem::path> chapters() {
  std::vector<std::filesystem::path> result;
  for (const auto& entry : std::filesystem::directory_iterator(kTutorials)) {
    if (std::regex_match(entry.path().filename().string(), std::regex("[0-9][0-9]_.*"))) result.push_back(entry.path());
  }
  return result;
}

TEST(Quotes, EveryChapterHasAReadmeWhoseCodeIsTheCode) {
  ASSERT_GE(chapters().size(), 4U);
  for (const std::filesystem::path& chapter : chapters()) {
    ASSERT_TRUE(std::filesystem::exists(chapter / "README.md")) << chapter;
    int quotes = 0;
    for (const Block& block : code_blocks(chapter / "README.md")) {
      if (block.language != "cpp") continue;
      ASSERT_FALSE(block.argument.empty()) << chapter << ": a block does not say what it quotes:\n" << block.text;
      const size_t space = block.argument.find(' ');
      const std::filesystem::path file =
          space == std::string::npos ? chapter / "main.cpp" : kTutorials / block.argument.substr(0, space);
      const std::string name = space == std::string::npos ? block.argument : block.argument.substr(space + 1);
      EXPECT_EQ(block.text, marked(file, name)) << chapter << " quotes [" << name << "] of " << file;
      ++quotes;
    }
    EXPECT_GT(quotes, 0) << chapter;
  }
}

TEST(Quotes, EveryPictureOfAReadmeIsThere) {
  const std::regex picture(R"(!\[[^\]]*\]\(([^)]+)\))");
  for (const std::filesystem::path& chapter : chapters()) {
    for (const std::string& line : read_lines(chapter / "README.md")) {
      for (auto match = std::sregex_iterator(line.begin(), line.end(), picture); match != std::sregex_iterator();
           ++match) {
        EXPECT_TRUE(std::filesystem::exists(chapter / (*match)[1].str())) << chapter << ": " << (*match)[1];
      }
    }
  }
}

}  // namespace
