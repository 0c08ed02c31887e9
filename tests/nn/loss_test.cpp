#include <gradus/nn/loss.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gradus {
namespace {

double value(const Tensor& loss) { return loss.item<double>(); }

TEST(Loss, MeanSumOrEach) {
  const Tensor input = tensor({1., 2., 4.}), target = tensor({0., 2., 1.});
  EXPECT_NEAR(value(nn::MSELoss()(input, target)), 10.0 / 3, 1e-6);
  EXPECT_DOUBLE_EQ(value(nn::MSELoss({.reduction = Reduction::kSum})(input, target)), 10);
  EXPECT_TRUE(nn::MSELoss({.reduction = Reduction::kNone})(input, target).equal(tensor({1., 0., 9.})));
  EXPECT_NEAR(value(nn::L1Loss()(input, target)), 4.0 / 3, 1e-6);
  EXPECT_NEAR(value(nn::SmoothL1Loss({.reduction = Reduction::kSum})(input, target)), 0.5 + 2.5, 1e-6);
  EXPECT_NEAR(value(nn::SmoothL1Loss({.reduction = Reduction::kSum, .beta = 2})(input, target)), 0.25 + 2, 1e-6);
}

TEST(Loss, BinaryCrossEntropy) {
  const Tensor p = tensor({0.25, 0.5}), target = tensor({1., 0.});
  EXPECT_NEAR(value(nn::BCELoss()(p, target)), (std::log(4) + std::log(2)) / 2, 1e-6);
  EXPECT_NEAR(value(nn::BCELoss({.weight = tensor({2., 0.})})(p, target)), std::log(4), 1e-6);
  EXPECT_THROW(nn::BCELoss()(tensor({1.5, 0.5}), target), Error);
  const Tensor logits = (p / (1 - p)).log();
  EXPECT_NEAR(value(nn::BCEWithLogitsLoss()(logits, target)), (std::log(4) + std::log(2)) / 2, 1e-6);
  EXPECT_NEAR(value(nn::BCEWithLogitsLoss({.pos_weight = tensor({3., 3.})})(logits, target)),
              (3 * std::log(4) + std::log(2)) / 2, 1e-6);
}

TEST(Loss, Classification) {
  const Tensor scores = tensor({{0., 0.}, {std::log(3.0), 0.}}), target = tensor({0, 1});
  EXPECT_NEAR(value(nn::CrossEntropyLoss()(scores, target)), (std::log(2) + std::log(4)) / 2, 1e-6);
  EXPECT_NEAR(value(nn::CrossEntropyLoss({.weight = tensor({1., 3.})})(scores, target)),
              (std::log(2) + 3 * std::log(4)) / 4, 1e-6);
  EXPECT_NEAR(value(nn::CrossEntropyLoss({.ignore_index = 1})(scores, target)), std::log(2), 1e-6);
  EXPECT_NEAR(value(nn::NLLLoss({.reduction = Reduction::kSum})(scores.log_softmax(1), target)),
              std::log(2) + std::log(4), 1e-6);
}

TEST(Loss, WeightsAreBuffers) {
  const nn::CrossEntropyLoss loss({.weight = ones({3})});
  EXPECT_EQ(loss.state_dict().keys(), (std::vector<std::string>{"weight"}));
  EXPECT_EQ(loss.parameters().size(), 0u);
  EXPECT_TRUE(nn::CrossEntropyLoss().state_dict().empty());
}

TEST(Loss, WarnsWhenSizesDiffer) {
  testing::internal::CaptureStderr();
  nn::MSELoss()(ones({2, 3}), ones({3}));
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(
      text.find("Using a target size ([3]) that is different to the input size ([2, 3]). This will likely lead to "
                "incorrect results due to broadcasting. Please ensure they have the same size."),
      std::string::npos)
      << text;
  EXPECT_THROW(nn::BCELoss()(full({2, 3}, 0.5), full({3}, 0.5)), Error);
}

}  // namespace
}  // namespace gradus
