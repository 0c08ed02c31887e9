#include <gradus/autograd/check.h>
#include <gradus/datasets/csv.h>
#include <gradus/datasets/idx.h>
#include <gradus/datasets/mnist.h>

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

namespace gradus::datasets {
namespace {

/// image[i] = pixels[i] / 255: 0 to 1.
void convert_image(std::span<const std::uint8_t, kDigitPixels> pixels, float* image) {
  const std::uint8_t* const bytes = pixels.data();
#pragma omp simd
  for (std::size_t i = 0; i < kDigitPixels; ++i) image[i] = static_cast<float>(bytes[i]) / 255.0F;
}

/// 1 at the label, 0 elsewhere.
void convert_label(std::uint8_t label, float* target) {
  std::fill_n(target, kDigitClasses, 0.0F);
  target[label] = 1;
}

/// The first of `path` and `path`.gz that is there.
std::optional<std::filesystem::path> find_plain_or_gzip(const std::filesystem::path& path) {
  for (const char* const ending : {"", ".gz"}) {
    std::filesystem::path candidate = path;
    candidate += ending;
    if (std::error_code ignored; std::filesystem::exists(candidate, ignored)) return candidate;
  }
  return std::nullopt;
}

}  // namespace

MnistDataset::MnistDataset(const std::string& csv_file, MnistOptions options)
    : MnistDataset(read_csv(csv_file, options.limit)) {}

MnistDataset::MnistDataset(Digits digits) {
  GRADUS_CHECK(digits.size() > 0, "MnistDataset needs at least one digit");
  GRADUS_CHECK(digits.pixels.size() == digits.size() * kDigitPixels,
               "MnistDataset needs {} pixels for each label, got {} pixels for {} labels", kDigitPixels,
               digits.pixels.size(), digits.size());
  const auto wrong = std::ranges::find_if(digits.labels, [](std::uint8_t label) { return label >= kDigitClasses; });
  GRADUS_CHECK(wrong == digits.labels.end(), "MnistDataset needs labels from 0 to 9, got {} at index {}", *wrong,
               wrong - digits.labels.begin());
  digits_ = std::make_shared<const Digits>(std::move(digits));
}

MnistDataset MnistDataset::from_idx(const std::string& images, const std::string& labels, MnistOptions options) {
  return MnistDataset(read_idx(images, labels, options.limit));
}

MnistDataset MnistDataset::from_directory(const std::string& directory, bool train, MnistOptions options) {
  std::error_code ignored;
  GRADUS_CHECK(std::filesystem::exists(directory, ignored), "there is no directory {}", directory);
  GRADUS_CHECK(std::filesystem::is_directory(directory, ignored), "{} is not a directory", directory);

  const std::filesystem::path folder = directory;
  const std::string csv = train ? "mnist_train.csv" : "mnist_test.csv";
  if (const auto file = find_plain_or_gzip(folder / csv)) return MnistDataset(file->string(), options);

  const std::string prefix = train ? "train" : "t10k";
  const std::string images = prefix + "-images-idx3-ubyte", labels = prefix + "-labels-idx1-ubyte";
  const auto image_file = find_plain_or_gzip(folder / images), label_file = find_plain_or_gzip(folder / labels);
  if (image_file && label_file) return from_idx(image_file->string(), label_file->string(), options);

  GRADUS_CHECK(!image_file && !label_file, "{} holds {} but not {} (plain or .gz): the two belong together", directory,
               image_file ? images : labels, image_file ? labels : images);
  throw Error(fmt::format("{} holds no {} digits: looked for {}, and for {} with {} (each plain or .gz)", directory,
                          train ? "training" : "test", csv, images, labels));
}

MnistSample MnistDataset::operator[](std::int64_t i) const {
  const auto bytes = pixels(i);
  const std::uint8_t digit = digits_->labels[static_cast<std::size_t>(i)];
  MnistSample sample{digit, empty({kDigitPixels}, kFloat32), empty({kDigitClasses}, kFloat32)};
  convert_image(bytes, sample.image.data_ptr<float>());
  convert_label(digit, sample.target.data_ptr<float>());
  return sample;
}

MnistBatch MnistDataset::batch(std::span<const std::int64_t> indices) const {
  const auto count = static_cast<std::int64_t>(indices.size());
  MnistBatch batch{empty({count}, kInt64), empty({count, kDigitPixels}, kFloat32),
                   empty({count, kDigitClasses}, kFloat32)};
  for (std::size_t n = 0; n < indices.size(); ++n) {
    const auto bytes = pixels(indices[n]);
    const std::uint8_t digit = digits_->labels[static_cast<std::size_t>(indices[n])];
    batch.labels.data_ptr<std::int64_t>()[n] = digit;
    convert_image(bytes, batch.images.data_ptr<float>() + n * kDigitPixels);
    convert_label(digit, batch.targets.data_ptr<float>() + n * kDigitClasses);
  }
  return batch;
}

MnistBatch MnistDataset::all() const {
  std::vector<std::int64_t> indices(digits_->size());
  std::iota(indices.begin(), indices.end(), 0);
  return batch(indices);
}

std::int64_t MnistDataset::label(std::int64_t i) const {
  check_sample_index(i, size());
  return digits_->labels[static_cast<std::size_t>(i)];
}

std::span<const std::uint8_t, kDigitPixels> MnistDataset::pixels(std::int64_t i) const {
  check_sample_index(i, size());
  return digits_->image(static_cast<std::size_t>(i));
}

std::string MnistDataset::ascii_art(std::int64_t i) const { return datasets::ascii_art(pixels(i)); }

std::string ascii_art(std::span<const std::uint8_t, kDigitPixels> pixels) {
  constexpr std::string_view kRamp = " .:-=+*#%@";
  std::string text;
  for (std::size_t row = 0; row < kDigitSide; row += 2) {
    for (std::size_t column = 0; column < kDigitSide; ++column) {
      const std::size_t above = row * kDigitSide + column;
      const std::size_t ink = pixels[above] + std::size_t{pixels[above + kDigitSide]};  // 0 to 510
      text += kRamp[(ink * (kRamp.size() - 1) + 255) / 510];
    }
    text += '\n';
  }
  return text;
}

}  // namespace gradus::datasets
