#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace gradus::datasets {

/// A file read from start to end in blocks; a gzip file is unpacked on the way, whatever its name.
class InputFile {
 public:
  /// Opens `path`. Throws gradus::Error, one sentence, when it is missing, a directory or not readable.
  explicit InputFile(const std::filesystem::path& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  /// Reads up to `size` bytes to `destination` and returns how many there were: fewer than `size` only at the end of
  /// the file. Throws gradus::Error where a gzip file is truncated or corrupt.
  std::size_t read(char* destination, std::size_t size);

  /// The name of the file as given, for messages.
  const std::string& name() const { return name_; }

 private:
  struct Handle;
  std::string name_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace gradus::datasets
