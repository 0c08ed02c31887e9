#include <fcntl.h>
#include <gradus/autograd/aside_file.h>
#include <gradus/autograd/check.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace gradus {

namespace {

/// A name that no other file in the making has, in this process or another.
std::filesystem::path aside(const std::filesystem::path& target) {
  static std::atomic<int> count = 0;
  return target.string() + fmt::format(".{}-{}.part", ::getpid(), ++count);
}

}  // namespace

AsideFile::AsideFile(std::filesystem::path target) : target_(std::move(target)), path_(aside(target_)) {}

AsideFile::~AsideFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

void AsideFile::fail(const std::string& reason) const {
  throw Error(fmt::format("cannot write {}: {}", target_.string(), reason));
}

void AsideFile::commit() {
  // Without fsync a crash of the machine may find the new name on the disk before the content.
  const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  const bool on_disk = descriptor >= 0 && (::fsync(descriptor) == 0 || errno == EINVAL);  // EINVAL: no disk behind it
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!on_disk) fail(std::strerror(error));
  std::error_code failed;
  std::filesystem::rename(path_, target_, failed);
  if (failed) fail(failed.message());
}

void write_file(const std::filesystem::path& target, std::string_view content) {
  AsideFile file(target);
  std::ofstream stream(file.path(), std::ios::binary);
  stream.write(content.data(), static_cast<std::streamsize>(content.size()));
  stream.close();
  if (!stream) file.fail(std::strerror(errno));
  file.commit();
}

}  // namespace gradus
