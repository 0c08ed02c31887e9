#include <fcntl.h>
#include <gradus/autograd/check.h>
#include <gradus/datasets/input_file.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace gradus::datasets {

struct InputFile::Handle {
  gzFile file;
};

InputFile::InputFile(const std::filesystem::path& path) : name_(path.string()) {
  std::error_code ignored;
  GRADUS_CHECK(!std::filesystem::is_directory(path, ignored), "{} is a directory, not a file", name_);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  GRADUS_CHECK(descriptor >= 0, "cannot read {}: {}", name_, std::strerror(errno));
  const gzFile file = gzdopen(descriptor, "rb");
  if (file == nullptr) ::close(descriptor);
  GRADUS_CHECK(file != nullptr, "cannot read {}: out of memory", name_);
  gzbuffer(file, 1U << 17);
  handle_ = std::make_unique<Handle>(Handle{file});
}

InputFile::~InputFile() { gzclose(handle_->file); }

std::size_t InputFile::read(char* destination, std::size_t size) {
  constexpr std::size_t kLargestRead = std::size_t{1} << 30;  // gzread counts in int
  std::size_t done = 0;
  while (done < size) {
    const auto wanted = static_cast<unsigned>(std::min(size - done, kLargestRead));
    const int got = gzread(handle_->file, destination + done, wanted);
    int status = Z_OK;
    const char* message = gzerror(handle_->file, &status);
    GRADUS_CHECK(status != Z_BUF_ERROR, "{} is truncated: its gzip data end too early", name_);
    GRADUS_CHECK(status != Z_DATA_ERROR, "{} is corrupt: its gzip data cannot be unpacked", name_);
    GRADUS_CHECK(got >= 0, "cannot read {}: {}", name_, status == Z_ERRNO ? std::strerror(errno) : message);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace gradus::datasets
