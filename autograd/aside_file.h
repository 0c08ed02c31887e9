#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace gradus {

/// A file in the making. It is written under another name in the same folder, path(), and takes its own name with
/// commit(). Until then, and when anything goes wrong, what stands under its own name stays as it was.
class AsideFile {
 public:
  explicit AsideFile(std::filesystem::path target);
  /// Removes what was written unless commit() has renamed it.
  ~AsideFile();
  AsideFile(const AsideFile&) = delete;
  AsideFile& operator=(const AsideFile&) = delete;

  /// Where to write; close it before commit().
  const std::filesystem::path& path() const { return path_; }
  /// Waits until the content is on the disk, then renames it. Throws Error.
  void commit();
  /// Throws Error: "cannot write TARGET: REASON".
  [[noreturn]] void fail(const std::string& reason) const;

 private:
  std::filesystem::path target_, path_;
};

/// Writes a file aside and renames it. Throws Error, one sentence, and leaves what was there, when it cannot be
/// written.
void write_file(const std::filesystem::path& target, std::string_view content);

}  // namespace gradus
