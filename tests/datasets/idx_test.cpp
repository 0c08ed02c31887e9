#include <gradus/datasets/idx.h>
#include <gradus/tests/datasets/files.h>

#include <vector>

namespace gradus::datasets {
namespace {

std::string numbers(const std::vector<unsigned>& values) {
  std::string bytes;
  for (const unsigned value : values) {
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift);
  }
  return bytes;
}

std::string pixels(int count) {
  std::string bytes;
  for (int i = 0; i < 784 * count; ++i) bytes += static_cast<char>(i % 251);
  return bytes;
}

const std::string kImages = numbers({2051, 3, 28, 28}) + pixels(3);
const std::string kLabels = numbers({2049, 3}) + std::string("\5\0\x9", 3);

class IdxTest : public FilesTest {
 protected:
  std::string error_of_content(const std::string& images, const std::string& labels) const {
    return error_of([&] { read_idx(write("images", images), write("labels", labels)); });
  }
};

TEST_F(IdxTest, ReadsAPair) {
  const Digits digits = read_idx(write("images", kImages), write("labels", kLabels));
  EXPECT_EQ(digits.labels, (std::vector<std::uint8_t>{5, 0, 9}));
  ASSERT_EQ(digits.pixels.size(), 3 * 784U);
  for (std::size_t i = 0; i < 3 * 784; ++i) ASSERT_EQ(digits.pixels[i], i % 251);
}

TEST_F(IdxTest, ReadsGzippedFiles) {
  const Digits digits = read_idx(write_gzip("images.gz", kImages), write("labels", kLabels));
  EXPECT_EQ(digits.labels, (std::vector<std::uint8_t>{5, 0, 9}));
  EXPECT_EQ(digits.pixels.size(), 3 * 784U);
}

TEST_F(IdxTest, LimitReadsTheFirstDigitsOnly) {
  const auto images = write("images", kImages), labels = write("labels", kLabels);
  const Digits digits = read_idx(images, labels, 2);
  EXPECT_EQ(digits.labels, (std::vector<std::uint8_t>{5, 0}));
  EXPECT_EQ(digits.pixels.size(), 2 * 784U);
  EXPECT_EQ(read_idx(images, labels, 100).size(), 3U);
  EXPECT_EQ(error_of([&] { read_idx(images, labels, -1); }), "limit should be a positive number of digits, but got -1");
}

TEST_F(IdxTest, NamesAWrongHeader) {
  EXPECT_EQ(error_of_content(kLabels, kImages),
            "images is not an IDX file of images: expected the magic number 2051, found 2049");
  EXPECT_EQ(error_of_content(kImages, kImages),
            "labels is not an IDX file of labels: expected the magic number 2049, found 2051");
  EXPECT_EQ(error_of_content(numbers({2051, 3, 32, 28}) + pixels(4), kLabels),
            "images holds images of 32x28 pixels, expected 28x28");
  EXPECT_EQ(error_of_content(kImages, numbers({2049, 2}) + std::string(2, '\1')),
            "images holds 3 images, but labels holds 2 labels");
  EXPECT_EQ(error_of_content(numbers({2051, 0, 28, 28}), numbers({2049, 0})), "images holds no images");
  EXPECT_EQ(error_of_content(numbers({2051, 3, 28, 28}) + pixels(3), numbers({2049, 3}) + std::string("\1\x0A\2", 3)),
            "labels: label number 1 is 10, expected 0 to 9");
}

TEST_F(IdxTest, NamesTruncatedFilesAndBytesTooMany) {
  EXPECT_EQ(error_of_content("", kLabels), "images is truncated: it ends before its magic number");
  EXPECT_EQ(error_of_content(kImages.substr(0, 15), kLabels),
            "images is truncated: it ends before its number of columns");
  EXPECT_EQ(error_of_content(kImages.substr(0, 16 + 784 + 10), kLabels),
            "images is truncated: its header promises 3 images, but it ends in number 1");
  EXPECT_EQ(error_of_content(numbers({2051, 0xFFFFFFFF, 28, 28}), numbers({2049, 0xFFFFFFFF})),
            "images is truncated: its header promises 4294967295 images, but it ends in number 0");
  EXPECT_EQ(error_of_content(kImages, kLabels.substr(0, 10)),
            "labels is truncated: its header promises 3 labels, but it ends in number 2");
  EXPECT_EQ(error_of_content(kImages + '\0', kLabels), "images goes on after the 3 images that its header promises");
  EXPECT_EQ(error_of_content(kImages, kLabels + '\0'), "labels goes on after the 3 labels that its header promises");
}

TEST_F(IdxTest, NamesMissingFilesAndTruncatedGzip) {
  const auto labels = write("labels", kLabels);
  EXPECT_EQ(error_of([&] { read_idx(path("none"), labels); }), "cannot read none: No such file or directory");
  std::filesystem::create_directory(path("folder"));
  EXPECT_EQ(error_of([&] { read_idx(path("folder"), labels); }), "folder is a directory, not a file");
  write_gzip("whole.gz", kImages);
  const std::string whole = read("whole.gz");
  EXPECT_EQ(error_of([&] { read_idx(write("cut.gz", whole.substr(0, whole.size() - 9)), labels); }),
            "cut.gz is truncated: its gzip data end too early");
}

}  // namespace
}  // namespace gradus::datasets
