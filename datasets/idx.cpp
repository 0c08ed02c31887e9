#include <gradus/autograd/check.h>
#include <gradus/datasets/idx.h>
#include <gradus/datasets/input_file.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace gradus::datasets {
namespace {

constexpr std::uint32_t kImagesMagic = 0x00000803;  // 08: bytes, 03: three dimensions
constexpr std::uint32_t kLabelsMagic = 0x00000801;  // 08: bytes, 01: one dimension

/// The next four bytes as a big-endian number.
std::uint32_t read_number(InputFile& file, std::string_view what) {
  std::array<char, 4> bytes{};
  const std::size_t got = file.read(bytes.data(), bytes.size());
  GRADUS_CHECK(got == bytes.size(), "{} is truncated: it ends before its {}", file.name(), what);
  std::uint32_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<std::uint8_t>(byte);
  return number;
}

void check_magic(InputFile& file, std::uint32_t expected, std::string_view kind) {
  const std::uint32_t magic = read_number(file, "magic number");
  GRADUS_CHECK(magic == expected, "{} is not an IDX file of {}: expected the magic number {}, found {}", file.name(),
               kind, expected, magic);
}

/// Reads `wanted` of the file's `count` entries of `entry` bytes. Memory grows with what is really there, not with what
/// the header claims.
std::vector<std::uint8_t> read_entries(InputFile& file, std::size_t count, std::size_t wanted, std::size_t entry,
                                       std::string_view kind) {
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  std::vector<std::uint8_t> bytes;
  const std::size_t size = wanted * entry;
  while (bytes.size() < size) {
    const std::size_t begin = bytes.size(), block = std::min(size - begin, kBlock);
    bytes.resize(begin + block);
    const std::size_t got = file.read(reinterpret_cast<char*>(bytes.data() + begin), block);
    GRADUS_CHECK(got == block, "{} is truncated: its header promises {} {}, but it ends in number {}", file.name(),
                 count, kind, (begin + got) / entry);
  }
  if (char extra = 0; wanted == count) {
    GRADUS_CHECK(file.read(&extra, 1) == 0, "{} goes on after the {} {} that its header promises", file.name(), count,
                 kind);
  }
  return bytes;
}

}  // namespace

Digits read_idx(const std::filesystem::path& images, const std::filesystem::path& labels,
                std::optional<std::int64_t> limit) {
  GRADUS_CHECK(limit.value_or(1) >= 1, "limit should be a positive number of digits, but got {}", *limit);
  InputFile image_file(images), label_file(labels);
  check_magic(image_file, kImagesMagic, "images");
  const std::size_t count = read_number(image_file, "number of images");
  const std::uint32_t rows = read_number(image_file, "number of rows"),
                      columns = read_number(image_file, "number of columns");
  GRADUS_CHECK(rows == kDigitSide && columns == kDigitSide, "{} holds images of {}x{} pixels, expected {}x{}",
               image_file.name(), rows, columns, kDigitSide, kDigitSide);
  check_magic(label_file, kLabelsMagic, "labels");
  const std::size_t label_count = read_number(label_file, "number of labels");
  GRADUS_CHECK(count == label_count, "{} holds {} images, but {} holds {} labels", image_file.name(), count,
               label_file.name(), label_count);
  GRADUS_CHECK(count > 0, "{} holds no images", image_file.name());

  const std::size_t wanted = limit ? std::min(count, static_cast<std::size_t>(*limit)) : count;
  Digits digits;
  digits.pixels = read_entries(image_file, count, wanted, kDigitPixels, "images");
  digits.labels = read_entries(label_file, count, wanted, 1, "labels");
  const auto wrong = std::ranges::find_if(digits.labels, [](std::uint8_t label) { return label >= kDigitClasses; });
  GRADUS_CHECK(wrong == digits.labels.end(), "{}: label number {} is {}, expected 0 to 9", label_file.name(),
               wrong - digits.labels.begin(), *wrong);
  return digits;
}

}  // namespace gradus::datasets
