// The ladder: trains every recipe from the baseline to the best and compares them. ./run does this.
#include <gradus/autograd/random.h>
#include <gradus/tutorials/common/digits.h>
#include <gradus/tutorials/common/evaluate.h>
#include <gradus/tutorials/common/plot.h>
#include <gradus/tutorials/common/program.h>
#include <gradus/tutorials/common/recipe.h>
#include <gradus/tutorials/common/training.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <iostream>

using namespace gradus;
using namespace gradus::tutorials;

namespace {

struct Rung {
  const Recipe* recipe;
  Evaluation evaluation;
  int64_t samples = 0;
  double seconds = 0;
};

Rung climb(const Recipe& recipe, const DigitData& digits, int64_t epochs, uint64_t seed,
           const std::filesystem::path& out) {
  manual_seed(seed);
  Classifier classifier = recipe.make_classifier();
  classifier.print_counter(false);
  Rung rung{&recipe, {}};
  for (int64_t epoch = 1; epoch <= epochs; ++epoch) {
    Progress progress(fmt::format("{:<16} epoch {}/{}", recipe.name, epoch, epochs), digits.train.size());
    train_epoch(classifier, digits.train, /*batch_size=*/1, progress);
    rung.samples += progress.samples();
    rung.seconds += progress.seconds();
    rung.evaluation = evaluate(classifier, digits.test);
    progress.finish(fmt::format("accuracy {:.4f}", rung.evaluation.accuracy()));
  }
  classifier.plot_progress(out / fmt::format("loss-{}.png", recipe.name));
  return rung;
}

void print_table(const std::vector<Rung>& rungs) {
  std::cout << fmt::format("\n{:<17} {:<31} {:<5} {:<10} {:>10} {:>10}\n", "recipe", "activations", "loss", "optimiser",
                           "samples/s", "accuracy");
  for (const Rung& rung : rungs) {
    const Recipe& recipe = *rung.recipe;
    std::cout << fmt::format("{:<17} {:<31} {:<5} {:<10} {:>10} {:>10.4f}\n", recipe.name, recipe.activation,
                             recipe.loss, recipe.optimiser, samples_per_second(rung.samples, rung.seconds),
                             rung.evaluation.accuracy());
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string data = "synthetic";
  std::filesystem::path out = "out";
  int64_t epochs = 4;
  uint64_t seed = 1;
  CLI::App app("Trains the digit classifier by every recipe, from the baseline to the best, and compares them.");
  app.add_option("--data", data, "a directory with MNIST as CSV or IDX files, or \"synthetic\"")->capture_default_str();
  app.add_option("--epochs", epochs, "how often every digit is shown")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--seed", seed, "of the initial weights")->capture_default_str();
  app.add_option("--out", out, "the folder of the pictures")->capture_default_str();

  return run_program(app, argc, argv, [&] {
    const DigitData digits = load_digits(data, small_run() ? DigitCounts{500, 200} : DigitCounts{});
    std::cout << digits.description << "\nthe first of them, a " << digits.train.label(0) << ":\n"
              << digits.train.ascii_art(0) << std::endl;
    plot_image(digits.train, 0, out / "digit.png");

    std::vector<Rung> rungs;
    std::vector<NamedAccuracy> bars;
    for (const Recipe& recipe : ladder()) {
      rungs.push_back(climb(recipe, digits, epochs, seed, out));
      bars.push_back({recipe.name, rungs.back().evaluation.accuracy()});
    }
    plot_ladder(out / "ladder.png", bars, fmt::format("accuracy after {} epochs", epochs));
    print_table(rungs);
    if (can_plot()) std::cout << "\npictures: " << (out / "ladder.png").string() << " and others beside it\n";
  });
}
