// The comparison that all parity tests stand on.
#include <cmath>
#include <limits>

#include "parity.h"

namespace gradus::parity {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A tensor of one number as make_parity.py writes it.
Json written(const Json& number, const std::string& dtype) {
  return {{"dtype", dtype}, {"sizes", {1}}, {"data", {number}}};
}

bool is_close(double actual, const Json& expected, Dtype dtype) {
  return static_cast<bool>(close(tensor({actual}, dtype), written(expected, std::string(to_string(dtype)))));
}

TEST(ParityClose, AllowsAtolAndRtolOfTheDtype) {
  EXPECT_TRUE(is_close(0.9e-9, 0, kFloat64));
  EXPECT_FALSE(is_close(1.1e-9, 0, kFloat64));
  EXPECT_TRUE(is_close(1000 + 0.9e-4, 1000, kFloat64));
  EXPECT_FALSE(is_close(1000 + 1.1e-4, 1000, kFloat64));
  EXPECT_TRUE(is_close(0.9e-6, 0, kFloat32));
  EXPECT_FALSE(is_close(1.1e-6, 0, kFloat32));
  EXPECT_TRUE(is_close(1000 + 0.9e-2, 1000, kFloat32));
  EXPECT_FALSE(is_close(1000 + 1.1e-2, 1000, kFloat32));
}

TEST(ParityClose, OfInfinitiesAndNaN) {
  const double nan = std::nan("");
  for (const Dtype dtype : {kFloat64, kFloat32}) {
    EXPECT_TRUE(is_close(kInfinity, "inf", dtype));
    EXPECT_TRUE(is_close(-kInfinity, "-inf", dtype));
    EXPECT_TRUE(is_close(nan, "nan", dtype));
    EXPECT_FALSE(is_close(1, "inf", dtype));
    EXPECT_FALSE(is_close(-kInfinity, "inf", dtype));
    EXPECT_FALSE(is_close(kInfinity, 1, dtype));
    EXPECT_FALSE(is_close(nan, 1, dtype));
    EXPECT_FALSE(is_close(nan, "inf", dtype));
    EXPECT_FALSE(is_close(1, "nan", dtype));
  }
}

TEST(ParityClose, AsksForTheSameDtypeAndSizes) {
  EXPECT_FALSE(close(tensor({1.0}, kFloat32), written(1, "float64")));
  EXPECT_FALSE(close(tensor({1}), written(1, "float64")));
  EXPECT_FALSE(close(tensor({{1.0}}, kFloat64), written(1, "float64")));
  EXPECT_FALSE(close(tensor({1.0, 1.0}, kFloat64), written(1, "float64")));
}

}  // namespace
}  // namespace gradus::parity
