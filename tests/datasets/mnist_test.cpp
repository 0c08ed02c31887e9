#include <gradus/datasets/csv.h>
#include <gradus/datasets/mnist.h>
#include <gradus/tests/datasets/files.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <vector>

namespace gradus::datasets {
namespace {

/// `count` digits: digit i has the label (start + i) mod 10 and the pixels (i + j) mod 256.
Digits some_digits(std::size_t count, std::size_t start = 0) {
  Digits digits;
  for (std::size_t i = 0; i < count; ++i) {
    digits.labels.push_back(static_cast<std::uint8_t>((start + i) % 10));
    for (std::size_t j = 0; j < kDigitPixels; ++j) digits.pixels.push_back(static_cast<std::uint8_t>(i + j));
  }
  return digits;
}

std::string big_endian(const std::vector<unsigned>& values) {
  std::string bytes;
  for (const unsigned value : values) {
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift);
  }
  return bytes;
}

std::string idx_images(const Digits& digits) {
  return big_endian({2051, static_cast<unsigned>(digits.size()), 28, 28}) +
         std::string(digits.pixels.begin(), digits.pixels.end());
}

std::string idx_labels(const Digits& digits) {
  return big_endian({2049, static_cast<unsigned>(digits.size())}) +
         std::string(digits.labels.begin(), digits.labels.end());
}

TEST(MnistDatasetTest, GivesLabelImageAndTarget) {
  const MnistDataset dataset(some_digits(30));
  EXPECT_EQ(dataset.size(), 30);
  const auto [label, image, target] = dataset[23];
  EXPECT_EQ(label, 3);
  EXPECT_EQ(dataset.label(23), 3);
  ASSERT_EQ(image.sizes(), IntArrayRef({784}));
  ASSERT_EQ(image.dtype(), kFloat32);
  for (int j = 0; j < 784; ++j) {
    ASSERT_EQ(image.data_ptr<float>()[j], static_cast<float>((23 + j) % 256) / 255.0F) << "pixel " << j;
    ASSERT_EQ(dataset.pixels(23)[static_cast<std::size_t>(j)], (23 + j) % 256);
  }
  EXPECT_EQ(target.to_vector<float>(), (std::vector<float>{0, 0, 0, 1, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(target.dtype(), kFloat32);
  EXPECT_FALSE(image.requires_grad());
}

TEST(MnistDatasetTest, IteratesInOrder) {
  int64_t next = 0;
  const MnistDataset dataset(some_digits(12));
  for (const auto& [label, image, target] : dataset) {
    EXPECT_EQ(label, next % 10);
    EXPECT_EQ(image.data_ptr<float>()[0], static_cast<float>(next) / 255.0F);
    EXPECT_EQ(target.data_ptr<float>()[label], 1);
    ++next;
  }
  EXPECT_EQ(next, 12);
}

TEST(MnistDatasetTest, ABatchIsItsSamplesStacked) {
  const MnistDataset dataset(some_digits(30));
  const std::array<int64_t, 3> indices{17, 0, 29};
  const auto [labels, images, targets] = dataset.batch(indices);
  ASSERT_EQ(images.sizes(), IntArrayRef({3, 784}));
  ASSERT_EQ(targets.sizes(), IntArrayRef({3, 10}));
  EXPECT_EQ(labels.to_vector<int64_t>(), (std::vector<int64_t>{7, 0, 9}));
  for (int64_t n = 0; n < 3; ++n) {
    const MnistSample sample = dataset[indices[static_cast<std::size_t>(n)]];
    EXPECT_TRUE(std::equal(sample.image.data_ptr<float>(), sample.image.data_ptr<float>() + 784,
                           images.data_ptr<float>() + n * 784));
    EXPECT_TRUE(std::equal(sample.target.data_ptr<float>(), sample.target.data_ptr<float>() + 10,
                           targets.data_ptr<float>() + n * 10));
  }
  const MnistBatch all = dataset.all();
  EXPECT_EQ(all.images.sizes(), IntArrayRef({30, 784}));
  EXPECT_EQ(all.labels.data_ptr<int64_t>()[29], 9);
}

TEST(MnistDatasetTest, NamesAnIndexOutOfRange) {
  const MnistDataset dataset(some_digits(3));
  EXPECT_THROW(dataset[3], IndexError);
  for (const int64_t i : {int64_t{-1}, int64_t{3}}) {
    const std::string message = "index " + std::to_string(i) + " is out of range for a data set of 3 samples";
    EXPECT_EQ(error_of([&] { dataset[i]; }), message);
    EXPECT_EQ(error_of([&] { dataset.label(i); }), message);
    EXPECT_EQ(error_of([&] { dataset.pixels(i); }), message);
    EXPECT_EQ(error_of([&] { dataset.ascii_art(i); }), message);
    EXPECT_EQ(error_of([&] { dataset.batch(std::array{int64_t{0}, i}); }), message);
  }
}

TEST(MnistDatasetTest, RefusesDigitsThatAreNone) {
  EXPECT_EQ(error_of([] { MnistDataset(Digits{}); }), "MnistDataset needs at least one digit");
  EXPECT_EQ(error_of([] {
              MnistDataset(Digits{{1, 2}, std::vector<std::uint8_t>(784)});
            }),
            "MnistDataset needs 784 pixels for each label, got 784 pixels for 2 labels");
  EXPECT_EQ(error_of([] {
              MnistDataset(Digits{{1, 12}, std::vector<std::uint8_t>(2 * 784)});
            }),
            "MnistDataset needs labels from 0 to 9, got 12 at index 1");
}

TEST(MnistDatasetTest, DrawsADigitAsText) {
  Digits digits{{1}, std::vector<std::uint8_t>(784)};
  for (std::size_t row = 4; row < 24; ++row) digits.pixels[row * 28 + 14] = 255;
  digits.pixels[4 * 28 + 3] = 255;  // one of a character's two pixels
  const std::string art = MnistDataset(digits).ascii_art(0);
  ASSERT_EQ(art.size(), 14 * 29U);
  const std::string blank(28, ' ');
  for (std::size_t line = 0; line < 14; ++line) {
    std::string expected = blank;
    if (line >= 2 && line < 12) expected[14] = '@';
    if (line == 2) expected[3] = '+';
    EXPECT_EQ(art.substr(line * 29, 29), expected + "\n") << "line " << line;
  }
}

class MnistFilesTest : public FilesTest {
 protected:
  MnistDataset open(bool train, MnistOptions options = {}) const {
    return MnistDataset::from_directory(path(""), train, options);
  }
};

TEST_F(MnistFilesTest, ReadsACsvFile) {
  write_csv(path("digits.csv"), some_digits(5, 3));
  const MnistDataset dataset(path("digits.csv"));
  EXPECT_EQ(dataset.size(), 5);
  EXPECT_EQ(dataset.label(4), 7);
  EXPECT_EQ(MnistDataset(path("digits.csv"), {.limit = 2}).size(), 2);
  EXPECT_EQ(error_of([&] { MnistDataset(path("none.csv")); }), "cannot read none.csv: No such file or directory");
}

TEST_F(MnistFilesTest, FindsCsvFilesInADirectory) {
  write_csv(path("mnist_train.csv"), some_digits(5));
  write_csv(path("mnist_test.csv.gz"), some_digits(4));
  EXPECT_EQ(open(true).size(), 5);
  EXPECT_EQ(open(false).size(), 4);
  EXPECT_EQ(open(false, {.limit = 3}).size(), 3);
}

TEST_F(MnistFilesTest, FindsIdxFilesInADirectory) {
  write("train-images-idx3-ubyte", idx_images(some_digits(5)));
  write_gzip("train-labels-idx1-ubyte.gz", idx_labels(some_digits(5)));
  write_gzip("t10k-images-idx3-ubyte.gz", idx_images(some_digits(4, 6)));
  write("t10k-labels-idx1-ubyte", idx_labels(some_digits(4, 6)));
  EXPECT_EQ(open(true).size(), 5);
  const MnistDataset test = open(false);
  EXPECT_EQ(test.size(), 4);
  EXPECT_EQ(test.label(3), 9);
  EXPECT_EQ(test.pixels(3)[100], 103);
  EXPECT_EQ(open(false, {.limit = 1}).size(), 1);
}

TEST_F(MnistFilesTest, NamesWhatADirectoryLacks) {
  const auto of_folder = [&](std::string message) {  // the folder's own name stands first
    const std::string name = path("").string();
    if (message.starts_with(name.substr(0, name.size() - 1))) message.erase(0, name.size() - 1);
    return message;
  };
  EXPECT_EQ(of_folder(error_of([&] { open(true); })),
            " holds no training digits: looked for mnist_train.csv, and for train-images-idx3-ubyte with "
            "train-labels-idx1-ubyte (each plain or .gz)");
  EXPECT_EQ(of_folder(error_of([&] { open(false); })),
            " holds no test digits: looked for mnist_test.csv, and for t10k-images-idx3-ubyte with "
            "t10k-labels-idx1-ubyte (each plain or .gz)");
  write("t10k-labels-idx1-ubyte", idx_labels(some_digits(4)));
  EXPECT_EQ(of_folder(error_of([&] { open(false); })),
            " holds t10k-labels-idx1-ubyte but not t10k-images-idx3-ubyte (plain or .gz): the two belong together");
  EXPECT_EQ(error_of([&] { MnistDataset::from_directory(path("none")); }), "there is no directory none");
  EXPECT_EQ(error_of([&] { MnistDataset::from_directory(path("t10k-labels-idx1-ubyte")); }),
            "t10k-labels-idx1-ubyte is not a directory");
}

/// On MNIST itself, in the directory that the environment's GRADUS_MNIST_DIR names.
class RealMnistTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (std::getenv("GRADUS_MNIST_DIR") == nullptr) {
      GTEST_SKIP() << "MNIST is not part of gradus: set GRADUS_MNIST_DIR to a directory that holds it";
    }
  }
};

TEST_P(RealMnistTest, HasItsKnownCountsAndMoments) {
  const bool train = GetParam();
  const MnistDataset dataset = MnistDataset::from_directory(std::getenv("GRADUS_MNIST_DIR"), train);
  ASSERT_EQ(dataset.size(), train ? 60000 : 10000);
  std::vector<int> histogram(10), first;
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < dataset.size(); ++i) {
    if (i < 10) first.push_back(static_cast<int>(dataset.label(i)));
    ++histogram[static_cast<std::size_t>(dataset.label(i))];
    for (const std::uint8_t pixel : dataset.pixels(i)) {
      sum += pixel / 255.0;
      squares += pixel / 255.0 * pixel / 255.0;
    }
  }
  const double count = 784.0 * static_cast<double>(dataset.size()), mean = sum / count;
  EXPECT_NEAR(mean, train ? 0.1307 : 0.1325, 5e-5);
  EXPECT_NEAR(std::sqrt(squares / count - mean * mean), train ? 0.3081 : 0.3105, 5e-5);
  if (train) {
    EXPECT_EQ(histogram, (std::vector<int>{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}));
    EXPECT_EQ(first, (std::vector<int>{5, 0, 4, 1, 9, 2, 1, 3, 1, 4}));
  } else {
    EXPECT_EQ(histogram, (std::vector<int>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}));
    EXPECT_EQ(first, (std::vector<int>{7, 2, 1, 0, 4, 1, 4, 9, 5, 9}));
  }
}
INSTANTIATE_TEST_SUITE_P(Splits, RealMnistTest, testing::Bool(),
                         [](const auto& split) { return split.param ? "train" : "test"; });

}  // namespace
}  // namespace gradus::datasets
