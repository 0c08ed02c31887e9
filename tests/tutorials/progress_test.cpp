#include <gradus/tutorials/common/progress.h>

#include <gtest/gtest.h>

#include <sstream>
#include <thread>

namespace gradus::tutorials {
namespace {

TEST(Progress, IsOnePlainLineElsewhereThanOnATerminal) {
  std::ostringstream out;
  Progress progress("epoch 1/4", 100, out, /*terminal=*/false);
  for (int i = 0; i < 100; ++i) progress.advance();
  EXPECT_EQ(out.str(), "");
  progress.finish("accuracy 0.9000");
  const std::string line = out.str();
  EXPECT_TRUE(line.starts_with("epoch 1/4: 100 samples, ")) << line;
  EXPECT_TRUE(line.ends_with(" samples/s, accuracy 0.9000\n")) << line;
  EXPECT_EQ(line.find('\r'), std::string::npos);
}

TEST(Progress, IsABarOnATerminal) {
  std::ostringstream out;
  Progress progress("epoch 1/4", 100, out, /*terminal=*/true);
  progress.advance(50);
  EXPECT_NE(out.str().find("epoch 1/4 [############            ] 50/100 samples, "), std::string::npos) << out.str();
  EXPECT_NE(out.str().find(" s left"), std::string::npos);
  const size_t drawn = out.str().size();
  progress.advance();  // less than a tenth of a second later
  EXPECT_EQ(out.str().size(), drawn);
}

TEST(Progress, StopsItsClock) {
  std::ostringstream out;
  Progress progress("epoch", 10, out, /*terminal=*/false);
  progress.advance(10);
  progress.stop();
  const double seconds = progress.seconds();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  progress.finish();
  EXPECT_EQ(progress.seconds(), seconds);
  EXPECT_EQ(progress.samples(), 10);
}

TEST(Progress, SamplesPerSecondAreWhole) {
  EXPECT_EQ(samples_per_second(1000, 3), "333");
  EXPECT_EQ(samples_per_second(0, 0), "0");
}

}  // namespace
}  // namespace gradus::tutorials
