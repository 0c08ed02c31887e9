// Trains one recipe on digits and measures it: ./run train --help.
#include <gradus/autograd/random.h>
#include <gradus/autograd/threads.h>
#include <gradus/tutorials/common/digits.h>
#include <gradus/tutorials/common/evaluate.h>
#include <gradus/tutorials/common/program.h>
#include <gradus/tutorials/common/recipe.h>
#include <gradus/tutorials/common/training.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <iostream>

using namespace gradus;
using namespace gradus::tutorials;

int main(int argc, char** argv) {
  std::string data = "synthetic", recipe_name = "baseline";
  int64_t epochs = 0, batch_size = 1, limit = 0;
  int threads = 1;
  uint64_t seed = 1;
  double learning_rate = 0;
  CLI::App app("Trains one recipe of the digit classifier and measures its accuracy.");
  app.add_option("--data", data, "a directory with MNIST as CSV or IDX files, or \"synthetic\"")->capture_default_str();
  app.add_option(
         "--recipe", recipe_name,
         "baseline, bce, leakyrelu (after both layers), leakyrelu-hidden, layernorm, adam, bce-leakyrelu (with "
         "Adam), all (BCE, LeakyReLU hidden, LayerNorm, Adam), or cnn (two convolutions with BatchNorm, BCE, Adam)")
      ->capture_default_str();
  CLI::Option* epochs_given =
      app.add_option("--epochs", epochs, "how often every digit is shown [4, by cnn 3]")->check(CLI::Range(1, 1000000));
  app.add_option("--batch", batch_size, "digits in a step")->check(CLI::Range(1, 1000000))->capture_default_str();
  CLI::Option* lr =
      app.add_option("--lr", learning_rate, "learning rate [the recipe's]")->check(CLI::NonNegativeNumber);
  app.add_option("--seed", seed, "of the initial weights")->capture_default_str();
  app.add_option("--threads", threads, "threads of the matrix products")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  CLI::Option* limited = app.add_option("--limit", limit, "train on the first digits only")->check(CLI::PositiveNumber);

  return run_program(app, argc, argv, [&] {
    const Recipe& recipe = find_recipe(recipe_name);
    if (!*epochs_given) epochs = recipe.epochs;
    set_num_threads(threads);
    manual_seed(seed);
    const DigitData digits = load_digits(data, {.train = *limited ? std::optional(limit) : std::nullopt});
    std::cout << digits.description << std::endl;

    Classifier classifier = recipe.make_classifier(*lr ? std::optional(learning_rate) : std::nullopt);
    classifier.print_counter(false);
    int64_t samples = 0;
    double seconds = 0;
    Evaluation evaluation;
    for (int64_t epoch = 1; epoch <= epochs; ++epoch) {
      Progress progress(fmt::format("{} epoch {}/{}", recipe.name, epoch, epochs), digits.train.size());
      train_epoch(classifier, digits.train, batch_size, progress);
      samples += progress.samples();
      seconds += progress.seconds();
      evaluation =
          recipe.normalises_batches ? evaluate(classifier, digits.test, batch_size) : evaluate(classifier, digits.test);
      progress.finish(fmt::format("accuracy {:.4f}", evaluation.accuracy()));
    }
    std::cout << "train " << samples_per_second(samples, seconds) << " samples/s\n"
              << fmt::format("accuracy {:.4f} ({}/{})\n", evaluation.accuracy(), evaluation.right, evaluation.samples);
  });
}
