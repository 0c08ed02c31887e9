#include <gradus/nn/activation.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/flatten.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/norm.h>
#include <gradus/nn/repr.h>
#include <gradus/nn/sequential.h>
#include <gtest/gtest.h>

#include <sstream>

namespace gradus {
namespace {

TEST(Print, LayersAsPyTorch) {
  EXPECT_EQ(nn::Linear(784, 200).to_string(), "Linear(in_features=784, out_features=200, bias=True)");
  EXPECT_EQ(nn::Linear(3, 1, {.bias = false}).to_string(), "Linear(in_features=3, out_features=1, bias=False)");
  EXPECT_EQ(nn::Identity().to_string(), "Identity()");
  EXPECT_EQ(nn::Sigmoid().to_string(), "Sigmoid()");
  EXPECT_EQ(nn::Tanh().to_string(), "Tanh()");
  EXPECT_EQ(nn::ReLU().to_string(), "ReLU()");
  EXPECT_EQ(nn::LeakyReLU().to_string(), "LeakyReLU(negative_slope=0.01)");
  EXPECT_EQ(nn::LeakyReLU({.negative_slope = 0.02}).to_string(), "LeakyReLU(negative_slope=0.02)");
  EXPECT_EQ(nn::LeakyReLU(0.02).to_string(), "LeakyReLU(negative_slope=0.02)");
  EXPECT_EQ(nn::Softmax(1).to_string(), "Softmax(dim=1)");
  EXPECT_EQ(nn::LogSoftmax(-1).to_string(), "LogSoftmax(dim=-1)");
  EXPECT_EQ(nn::Softplus().to_string(), "Softplus(beta=1.0, threshold=20.0)");
  EXPECT_EQ(nn::Dropout().to_string(), "Dropout(p=0.5, inplace=False)");
  EXPECT_EQ(nn::Dropout(0.3).to_string(), "Dropout(p=0.3, inplace=False)");
  EXPECT_EQ(nn::LayerNorm(200).to_string(), "LayerNorm((200,), eps=1e-05, elementwise_affine=True)");
  EXPECT_EQ(nn::LayerNorm({2, 3}, {.eps = 0.001, .elementwise_affine = false}).to_string(),
            "LayerNorm((2, 3), eps=0.001, elementwise_affine=False)");
  EXPECT_EQ(nn::Flatten().to_string(), "Flatten(start_dim=1, end_dim=-1)");
  EXPECT_EQ(nn::Unflatten(1, {2, 5}).to_string(), "Unflatten(dim=1, unflattened_size=(2, 5))");
  EXPECT_EQ(nn::MSELoss().to_string(), "MSELoss()");
  EXPECT_EQ(nn::CrossEntropyLoss({.label_smoothing = 0.1}).to_string(), "CrossEntropyLoss()");
}

TEST(Print, TreesAsPyTorch) {
  struct Classifier : nn::Module {
    Classifier() { register_module("model", model); }
    nn::Sequential model{nn::Linear(784, 200), nn::LeakyReLU(0.02),
                         nn::Sequential(nn::LayerNorm(200), nn::Linear(200, 10)), nn::Sequential()};
    nn::BCELoss loss = register_module("loss", nn::BCELoss());
  };
  std::ostringstream text;
  text << Classifier();
  EXPECT_EQ(text.str(), R"(Classifier(
  (loss): BCELoss()
  (model): Sequential(
    (0): Linear(in_features=784, out_features=200, bias=True)
    (1): LeakyReLU(negative_slope=0.02)
    (2): Sequential(
      (0): LayerNorm((200,), eps=1e-05, elementwise_affine=True)
      (1): Linear(in_features=200, out_features=10, bias=True)
    )
    (3): Sequential()
  )
))");
}

TEST(Print, NamedAndListedModules) {
  const nn::Sequential named{{"hidden", nn::Linear(2, 3)}, {"activation", nn::Tanh()}};
  EXPECT_EQ(named.to_string(),
            "Sequential(\n  (hidden): Linear(in_features=2, out_features=3, bias=True)\n"
            "  (activation): Tanh()\n)");
  const nn::ModuleList list(nn::Linear(2, 2), nn::Linear(2, 2), nn::Tanh());
  EXPECT_EQ(list.to_string(),
            "ModuleList(\n  (0-1): 2 x Linear(in_features=2, out_features=2, bias=True)\n"
            "  (2): Tanh()\n)");
  const nn::ModuleDict dict{{"a", nn::Tanh()}};
  EXPECT_EQ(dict.to_string(), "ModuleDict(\n  (a): Tanh()\n)");
  EXPECT_EQ(nn::ModuleList().to_string(), "ModuleList()");
}

TEST(Print, ExtraLinesOfOnesOwn) {
  struct Described : nn::Module {
    std::string extra_repr() const override { return "first\nsecond"; }
    nn::Tanh tanh = register_module("tanh", nn::Tanh());
  };
  EXPECT_EQ(Described().to_string(), "Described(\n  first\n  second\n  (tanh): Tanh()\n)");
}

TEST(Print, NumbersAsPython) {
  EXPECT_EQ(nn::repr(1.0), "1.0");
  EXPECT_EQ(nn::repr(1e-5), "1e-05");
  EXPECT_EQ(nn::repr(0.0001), "0.0001");
  EXPECT_EQ(nn::repr(1e16), "1e+16");
  EXPECT_EQ(nn::repr(-2.0), "-2.0");
  EXPECT_EQ(nn::repr(false), "False");
}

}  // namespace
}  // namespace gradus
