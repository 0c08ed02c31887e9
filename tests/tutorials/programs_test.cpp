// The programs behind ./run as a user sees them: what they print, and their exit codes.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <string>

namespace {

struct Outcome {
  int exit_code;
  std::string output;  // stdout and stderr
};

Outcome run(const std::string& command) {
  const std::string line = "cd " + std::filesystem::temp_directory_path().string() +
                           " && " GRADUS_BINARY_DIR "/tutorials/" + command + " 2>&1";
  FILE* pipe = popen(line.c_str(), "r");
  Outcome outcome{-1, ""};
  std::array<char, 4096> buffer;
  for (size_t count; (count = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    outcome.output.append(buffer.data(), count);
  }
  const int status = pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

bool ends_in(const std::string& text, const char* pattern) {
  return std::regex_search(text, std::regex(std::string(pattern) + "\\n$"));
}

TEST(Train, EndsInItsSpeedAndItsAccuracy) {
  const Outcome outcome = run("train --limit 300 --epochs 2 --recipe adam --seed 3 --threads 1");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_NE(outcome.output.find("synthetic digits"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("adam epoch 2/2: 300 samples, "), std::string::npos) << outcome.output;
  EXPECT_TRUE(ends_in(outcome.output, R"(\ntrain [0-9]+ samples/s\naccuracy 0\.[0-9]{4} \([0-9]+/10000\))"))
      << outcome.output;
}

TEST(Train, ConvolutionalNetworkLearnsInThreeEpochs) {
  for (const std::string batch : {"1", "16"}) {
    const Outcome outcome = run("train --limit 2000 --recipe cnn --batch " + batch);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
    EXPECT_NE(outcome.output.find("cnn epoch 3/3: 2000 samples, "), std::string::npos) << outcome.output;
    EXPECT_TRUE(ends_in(outcome.output, R"(\naccuracy 0\.9[0-9]{3} \([0-9]+/10000\))")) << outcome.output;
  }
}

TEST(Train, RepeatsItselfForASeed) {
  const auto accuracy = [](const std::string& arguments) {
    const std::string output = run("train --limit 200 --epochs 1 --recipe adam " + arguments).output;
    return output.substr(output.rfind("accuracy"));
  };
  const std::string first = accuracy("--seed 5");
  EXPECT_EQ(accuracy("--seed 5"), first);
  EXPECT_NE(accuracy("--seed 6"), first);
}

TEST(Train, BadInputIsOneSentenceAndExitCodeOne) {
  const auto expect_sentence = [](const std::string& arguments, const char* part) {
    const Outcome outcome = run("train " + arguments);
    EXPECT_EQ(outcome.exit_code, 1) << arguments << "\n" << outcome.output;
    EXPECT_NE(outcome.output.find(part), std::string::npos) << outcome.output;
    EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 1) << outcome.output;
    EXPECT_TRUE(outcome.output.starts_with("train: ")) << outcome.output;
  };
  expect_sentence("--recipe best", "there is no recipe 'best'");
  expect_sentence("--data /nonexistent", "/nonexistent");
  expect_sentence("--epochs 0", "--epochs");
  expect_sentence("--batch -3", "--batch");
  expect_sentence("--lr -1", "--lr");
  expect_sentence("--limit 0", "--limit");
  expect_sentence("--threads 0", "--threads");
  expect_sentence("--seed x", "--seed");
  expect_sentence("--unknown", "--unknown");
  expect_sentence("extra", "extra");
}

TEST(Train, HelpNamesEveryOption) {
  const Outcome outcome = run("train --help");
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* option : {"--data", "--recipe", "--epochs", "--batch", "--lr", "--seed", "--threads", "--limit"}) {
    EXPECT_NE(outcome.output.find(option), std::string::npos) << option;
  }
}

TEST(Ladder, ComparesAllRecipesAndDrawsThem) {
  const std::filesystem::path out =
      std::filesystem::temp_directory_path() / ("gradus_ladder_" + std::to_string(getpid()));
  setenv("GRADUS_SMALL", "1", 1);
  const Outcome outcome = run("ladder --epochs 1 --out " + out.string());
  unsetenv("GRADUS_SMALL");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output;
  EXPECT_NE(outcome.output.find("synthetic digits"), std::string::npos) << outcome.output;
  EXPECT_TRUE(ends_in(outcome.output, "\\nall  .* [0-9]+ +0\\.[0-9]{4}\\n\\npictures: .*")) << outcome.output;
  EXPECT_TRUE(std::filesystem::exists(out / "ladder.png"));
  EXPECT_TRUE(std::filesystem::exists(out / "loss-baseline.png"));
  std::filesystem::remove_all(out);
}

}  // namespace
