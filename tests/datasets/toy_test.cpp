#include <gradus/datasets/toy.h>
#include <gradus/tests/datasets/files.h>

#include <cmath>
#include <vector>

namespace gradus::datasets {
namespace {

struct Point {
  double x, y, target;
};

std::vector<Point> points_of(const TensorDataset& dataset) {
  EXPECT_EQ(dataset.inputs().sizes(), IntArrayRef({dataset.size(), 2}));
  EXPECT_EQ(dataset.targets().sizes(), IntArrayRef({dataset.size(), 1}));
  EXPECT_EQ(dataset.inputs().dtype(), kFloat32);
  EXPECT_EQ(dataset.targets().dtype(), kFloat32);
  const auto inputs = dataset.inputs().to_vector<double>(), targets = dataset.targets().to_vector<double>();
  std::vector<Point> points;
  for (std::size_t i = 0; i < targets.size(); ++i) points.push_back({inputs[2 * i], inputs[2 * i + 1], targets[i]});
  return points;
}

TEST(ToyTest, XorIsTheTruthTable) {
  const TensorDataset dataset = make_xor();
  EXPECT_EQ(dataset.inputs().to_vector<double>(), (std::vector<double>{0, 0, 0, 1, 1, 0, 1, 1}));
  EXPECT_EQ(dataset.targets().to_vector<double>(), (std::vector<double>{0, 1, 1, 0}));
}

TEST(ToyTest, MoonsLieOnTheirHalfCircles) {
  const auto points = points_of(make_moons({.n_samples = 101}));
  ASSERT_EQ(points.size(), 101U);
  int lower = 0;
  for (const auto& [x, y, target] : points) {
    if (target == 0) {
      EXPECT_NEAR(std::hypot(x, y), 1, 1e-6);
      EXPECT_GE(y, -1e-6);
    } else {
      EXPECT_NEAR(std::hypot(x - 1, y - 0.5), 1, 1e-6);
      EXPECT_LE(y, 0.5 + 1e-6);
      ++lower;
    }
  }
  EXPECT_EQ(lower, 50);
  EXPECT_NEAR(points[0].x, 1, 1e-6);     // the upper moon goes from right
  EXPECT_NEAR(points[100].x, -1, 1e-6);  // to left
  EXPECT_NEAR(points[1].x, 0, 1e-6);     // and the lower one from left
  EXPECT_NEAR(points[99].x, 2, 1e-6);    // to right
}

TEST(ToyTest, CirclesHaveTheirRadii) {
  double sum_x = 0, sum_y = 0;
  for (const auto& [x, y, target] : points_of(make_circles({.n_samples = 60, .factor = 0.4}))) {
    EXPECT_NEAR(std::hypot(x, y), target == 0 ? 1 : 0.4, 1e-6);
    sum_x += x;
    sum_y += y;
  }
  EXPECT_NEAR(sum_x, 0, 1e-5);  // evenly round the middle
  EXPECT_NEAR(sum_y, 0, 1e-5);
}

TEST(ToyTest, SpiralArmsMirrorEachOther) {
  const auto points = points_of(make_spiral({.n_samples = 80}));
  for (std::size_t i = 0; i < 80; i += 2) {
    EXPECT_EQ(points[i].target, 0);
    EXPECT_EQ(points[i + 1].target, 1);
    EXPECT_NEAR(points[i].x, -points[i + 1].x, 1e-6);
    EXPECT_NEAR(points[i].y, -points[i + 1].y, 1e-6);
  }
  EXPECT_NEAR(std::hypot(points[0].x, points[0].y), 0, 1e-6);
  EXPECT_NEAR(points[78].x, -1, 1e-6);  // after one and a half turns
  EXPECT_NEAR(points[78].y, 0, 1e-6);
}

TEST(ToyTest, NoiseHasItsDeviationAndFollowsTheSeed) {
  const auto clean = points_of(make_moons({.n_samples = 4000}));
  const auto noisy = points_of(make_moons({.n_samples = 4000, .noise = 0.2, .seed = 5}));
  double squares = 0;
  for (std::size_t i = 0; i < clean.size(); ++i) {
    squares += std::pow(noisy[i].x - clean[i].x, 2) + std::pow(noisy[i].y - clean[i].y, 2);
    EXPECT_EQ(noisy[i].target, clean[i].target);
  }
  EXPECT_NEAR(std::sqrt(squares / 8000), 0.2, 0.007);  // four standard errors

  const auto inputs = [](uint64_t seed) { return make_xor({.n_samples = 8, .noise = 0.1, .seed = seed}).inputs(); };
  EXPECT_EQ(inputs(5).to_vector<double>(), inputs(5).to_vector<double>());
  EXPECT_NE(inputs(5).to_vector<double>(), inputs(6).to_vector<double>());
}

TEST(ToyTest, OneSampleIsEnough) {
  EXPECT_EQ(make_xor({.n_samples = 1}).size(), 1);
  EXPECT_EQ(make_moons({.n_samples = 1}).size(), 1);
  EXPECT_EQ(make_circles({.n_samples = 1}).size(), 1);
  EXPECT_EQ(make_spiral({.n_samples = 1}).size(), 1);
}

TEST(ToyTest, RefusesWhatMakesNoSense) {
  EXPECT_EQ(error_of([] { make_xor({.n_samples = 0}); }), "make_xor: n_samples should be positive, but got 0");
  EXPECT_EQ(error_of([] { make_moons({.noise = -0.5}); }), "make_moons: noise should not be negative, but got -0.5");
  EXPECT_EQ(error_of([] { make_circles({.factor = 1}); }),
            "make_circles: factor should be at least 0 and below 1, but got 1");
  EXPECT_EQ(error_of([] { make_spiral({.turns = 0}); }), "make_spiral: turns should be positive, but got 0");
}

}  // namespace
}  // namespace gradus::datasets
