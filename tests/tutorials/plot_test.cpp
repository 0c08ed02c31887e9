#include <gradus/tutorials/common/plot.h>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace gradus::tutorials {
namespace {

class Plot : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }

  // Width and height, from the header of a PNG file.
  static std::pair<int, int> size_of_png(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    unsigned char header[24] = {};
    stream.read(reinterpret_cast<char*>(header), sizeof header);
    EXPECT_TRUE(stream.good()) << file;
    EXPECT_EQ(std::string(reinterpret_cast<char*>(header) + 1, 3), "PNG") << file;
    return {header[18] * 256 + header[19], header[22] * 256 + header[23]};
  }

  void draw_all() const {
    plot_image(folder / "image.png", std::vector<std::uint8_t>(784, 100), "label = \"5\"");
    plot_images(folder / "images.png", {{"a", 2, {0, 1, 2, 3}}, {"b", 3, {0, -1, 0.5}}}, 2, "images");
    plot_losses(folder / "losses.png", {0.9, 0.5, 0.2}, "loss");
    plot_outputs(folder / "outputs.png", {0, 0.1, 0.9}, "outputs");
    plot_confusion(folder / "confusion.png", {8, 2, 1, 9}, "confusion");
    plot_curves(folder / "curves.png", {{"sine", [](double x) { return std::sin(x); }}}, {-3, 3}, "curve");
    plot_paths(
        folder / "paths.png", [](double x) { return x * x; }, {-2, 2}, {{"walk", {2, 1, 0}}}, "paths");
    plot_ladder(folder / "ladder.png", {{"baseline", 0.88}, {"adam", 0.97}}, "ladder");
  }

  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("gradus_plot_test_" + std::to_string(::getpid()));
};

TEST_F(Plot, DrawsPngFilesAndLeavesNothingElse) {
  ASSERT_TRUE(can_plot()) << "gnuplot-nox is one of the packages that ./run installs";
  draw_all();
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    EXPECT_EQ(entry.path().extension(), ".png");
    EXPECT_GT(size_of_png(entry.path()).first, 300);
    ++files;
  }
  EXPECT_EQ(files, 8);
}

TEST_F(Plot, WithoutGnuplotOneLineSaysSo) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  testing::internal::CaptureStderr();
  draw_all();
  const std::string said = testing::internal::GetCapturedStderr();
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(said, "gnuplot was not found, so no pictures are drawn (on Debian: apt-get install gnuplot-nox)\n");
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_F(Plot, AGnuplotThatFailsIsOneLineAndNoMore) {
  std::filesystem::create_directories(folder / "bin");
  std::ofstream(folder / "bin" / "gnuplot") << "#!/bin/sh\nexit 1\n";
  std::filesystem::permissions(folder / "bin" / "gnuplot", std::filesystem::perms::owner_all);
  const std::string path = std::getenv("PATH");
  setenv("PATH", (folder / "bin").c_str(), 1);
  testing::internal::CaptureStderr();
  plot_losses(folder / "losses.png", std::vector<double>(100000, 0.5), "loss");
  const std::string said = testing::internal::GetCapturedStderr();
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(said, "gnuplot could not draw " + (folder / "losses.png").string() + "\n");
  EXPECT_FALSE(std::filesystem::exists(folder / "losses.png"));
}

}  // namespace
}  // namespace gradus::tutorials
