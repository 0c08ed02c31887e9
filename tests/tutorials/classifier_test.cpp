#include <gradus/tutorials/common/classifier.h>

#include <gradus/autograd/error.h>
#include <gradus/autograd/random.h>
#include <gradus/datasets/synthetic_digits.h>
#include <gradus/tutorials/common/digits.h>
#include <gradus/tutorials/common/evaluate.h>
#include <gradus/tutorials/common/recipe.h>
#include <gradus/tutorials/common/training.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace gradus::tutorials {
namespace {

using datasets::MnistDataset;

TEST(Classifier, NotesTheLossEveryTenSamplesAndPrintsTheCounterEveryTenThousand) {
  manual_seed(1);
  Classifier classifier = find_recipe("baseline").make_classifier();
  const Tensor images = rand({4000, 784}), targets = zeros({4000, 10});
  for (int i = 0; i < 25; ++i) classifier.train(images[i], targets[i]);
  EXPECT_EQ(classifier.counter(), 25);
  EXPECT_EQ(classifier.progress().size(), 2U);
  testing::internal::CaptureStdout();
  for (int i = 0; i < 3; ++i) classifier.train(images, targets);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "counter = 12025\n");
  EXPECT_EQ(classifier.counter(), 12025);
}

TEST(Classifier, LearnsDigitsOneByOneAndInBatches) {
  const MnistDataset digits(datasets::synthetic_digits(1500, /*seed=*/1));
  for (const int64_t batch_size : {1, 16}) {
    manual_seed(1);
    Classifier classifier = find_recipe("adam").make_classifier();
    const double before = evaluate(classifier, digits).accuracy();
    std::ostringstream ignored;
    for (int epoch = 0; epoch < 3; ++epoch) {
      Progress progress("", digits.size(), ignored, /*terminal=*/false);
      train_epoch(classifier, digits, batch_size, progress);
      EXPECT_EQ(progress.samples(), 1500);
    }
    EXPECT_LT(before, 0.35);
    EXPECT_GT(evaluate(classifier, digits).accuracy(), 0.8) << "batch size " << batch_size;
  }
}

TEST(Evaluate, CountsTheDigitsWhoseLargestOutputIsAtTheLabel) {
  struct SaysOne : nn::Module {
    Tensor forward(const Tensor& x) override {
      Tensor outputs = zeros({x.size(0), 10});
      outputs.select(1, 1).fill_(1);
      return outputs;
    }
  };
  const MnistDataset digits(datasets::synthetic_digits(1200, /*seed=*/3));
  int64_t ones = 0;
  for (int64_t i = 0; i < digits.size(); ++i) ones += digits.label(i) == 1;
  const Evaluation evaluation = evaluate(SaysOne(), digits);
  EXPECT_EQ(evaluation.samples, 1200);
  EXPECT_EQ(evaluation.right, ones);
  EXPECT_EQ(evaluate(SaysOne(), digits, /*batch_size=*/7).right, ones);
  EXPECT_DOUBLE_EQ(evaluation.accuracy(), static_cast<double>(ones) / 1200);
}

TEST(Recipe, NamesTheEightOfTheLadderFromTheBaselineToTheBest) {
  std::set<std::string> names;
  for (const Recipe& recipe : ladder()) names.insert(recipe.name);
  EXPECT_EQ(names, (std::set<std::string>{"baseline", "bce", "leakyrelu", "leakyrelu-hidden", "layernorm", "adam",
                                          "bce-leakyrelu", "all"}));
  EXPECT_EQ(ladder().front().name, "baseline");
  EXPECT_EQ(ladder().back().name, "all");
  EXPECT_EQ(recipes().back().name, "cnn");
}

TEST(Recipe, IsWhatItsNameSays) {
  const auto printed = [](const char* name) {
    std::ostringstream stream;
    stream << find_recipe(name).make_classifier();
    return stream.str();
  };
  const auto count = [](const std::string& text, const std::string& part) {
    int times = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++times;
    return times;
  };
  EXPECT_EQ(count(printed("baseline"), "Sigmoid()"), 2);
  EXPECT_EQ(count(printed("leakyrelu"), "LeakyReLU(negative_slope=0.02)"), 2);
  EXPECT_EQ(count(printed("leakyrelu-hidden"), "LeakyReLU(negative_slope=0.02)"), 1);
  EXPECT_EQ(count(printed("leakyrelu-hidden"), "Sigmoid()"), 1);
  EXPECT_EQ(count(printed("layernorm"), "LayerNorm((200,)"), 1);
  EXPECT_EQ(count(printed("all"), "LayerNorm((200,)"), 1);
  EXPECT_EQ(count(printed("all"), "LeakyReLU(negative_slope=0.02)"), 1);
  EXPECT_EQ(count(printed("cnn"), "Conv2d(1, 10, kernel_size=(5, 5), stride=(2, 2))"), 1);
  EXPECT_EQ(count(printed("cnn"), "Conv2d(10, 10, kernel_size=(3, 3), stride=(2, 2))"), 1);
  EXPECT_EQ(count(printed("cnn"), "BatchNorm2d(10, "), 2);
  EXPECT_EQ(count(printed("cnn"), "Linear(in_features=250, out_features=10, bias=True)"), 1);
  EXPECT_DOUBLE_EQ(find_recipe("baseline").make_classifier().optimiser().lr(), 0.01);
  EXPECT_DOUBLE_EQ(find_recipe("adam").make_classifier().optimiser().lr(), 0.001);
  EXPECT_DOUBLE_EQ(find_recipe("adam").make_classifier(0.5).optimiser().lr(), 0.5);
}

TEST(Recipe, ConvolutionalNetworkTakesOneImageOrABatch) {
  manual_seed(1);
  Classifier classifier = find_recipe("cnn").make_classifier();
  const Tensor images = rand({3, 784});
  EXPECT_EQ(classifier(images).sizes(), (IntArrayRef{3, 10}));
  EXPECT_TRUE(classifier(images[1]).allclose(classifier(images.narrow(0, 1, 1))[0]));
  EXPECT_FALSE(classifier(images[1]).allclose(classifier(images)[1]));  // normalised by the batch at hand
}

TEST(Recipe, AnUnknownNameIsOneSentenceWithTheKnownOnes) {
  try {
    find_recipe("best");
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("there is no recipe 'best'; the recipes are baseline, bce, "), 0U)
        << error.what();
  }
}

}  // namespace
}  // namespace gradus::tutorials
