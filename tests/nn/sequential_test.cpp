#include <gradus/autograd/random.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/flatten.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/sequential.h>
#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(Sequential, RunsItsModulesInOrder) {
  manual_seed(1);
  const nn::Linear first(4, 3), second(3, 2);
  const nn::Sequential net(nn::Flatten(), first, nn::Tanh(), second);
  const Tensor x = rand({5, 2, 2});
  EXPECT_TRUE(net(x).equal(second(first(x.flatten(1)).tanh())));
  EXPECT_TRUE(nn::Sequential()(x).is_same(x));
}

TEST(Sequential, NestsWithDottedNames) {
  nn::Sequential block(nn::Linear(2, 2), nn::Tanh());
  nn::Sequential net(block, nn::Sequential(nn::Linear(2, 1)), block);
  EXPECT_EQ(net.state_dict().keys(),
            (std::vector<std::string>{"0.0.weight", "0.0.bias", "1.0.weight", "1.0.bias", "2.0.weight", "2.0.bias"}));
  EXPECT_EQ(net.named_parameters().size(), 4u);
}

TEST(Sequential, GrowsForAllHandles) {
  manual_seed(2);
  nn::Sequential net;
  const nn::Sequential copy = net;
  net.push_back(nn::Linear(3, 2)).append(nn::Tanh()).push_back("out", nn::Linear(2, 1));
  EXPECT_EQ(copy.size(), 3u);
  EXPECT_EQ(copy.state_dict().keys(), (std::vector<std::string>{"0.weight", "0.bias", "out.weight", "out.bias"}));
  EXPECT_THROW(net.push_back("out", nn::Tanh()), Error);
  EXPECT_EQ(copy(ones({1, 3})).sizes(), IntArrayRef({1, 1}));
}

TEST(Sequential, IsIndexedAndWalkedOver) {
  const nn::Sequential net(nn::Linear(3, 2), nn::Tanh());
  EXPECT_EQ(net[0].name(), "Linear");
  EXPECT_EQ(net[-1].name(), "Tanh");
  EXPECT_EQ(net.at<nn::Linear>(-2).weight.size(1), 3);
  EXPECT_THROW(net[2], IndexError);
  EXPECT_THROW(net[-3], IndexError);
  EXPECT_THROW(net.at<nn::Linear>(1), TypeError);
  std::vector<std::string> names;
  for (const nn::Module& module : net) names.push_back(module.name());
  EXPECT_EQ(names, (std::vector<std::string>{"Linear", "Tanh"}));
}

TEST(ModuleList, RegistersWhatItHolds) {
  manual_seed(3);
  struct Deep : nn::Module {
    Deep() {
      for (int i = 0; i < 3; ++i) layers.append(nn::Linear(2, 2));
      register_module("layers", layers);
    }
    Tensor forward(const Tensor& x) const {
      Tensor y = x;
      for (const nn::Module& layer : layers) y = layer(y).tanh();
      return y;
    }
    nn::ModuleList layers;
  };
  const Deep net;
  EXPECT_EQ(net.parameters().size(), 6u);
  EXPECT_EQ(net.named_parameters().keys()[5], "layers.2.bias");
  Tensor y = ones({1, 2});
  for (int64_t i = 0; i < 3; ++i) y = net.layers.at<nn::Linear>(i)(y).tanh();
  EXPECT_TRUE(net(ones({1, 2})).equal(y));
}

TEST(ModuleDict, FindsByName) {
  nn::ModuleDict dict{{"tanh", nn::Tanh()}, {"linear", nn::Linear(2, 1)}};
  dict.insert("relu", nn::ReLU());
  EXPECT_EQ(dict.keys(), (std::vector<std::string>{"tanh", "linear", "relu"}));
  EXPECT_TRUE(dict.contains("relu"));
  EXPECT_FALSE(dict.contains("sigmoid"));
  EXPECT_EQ(dict["relu"](tensor({-1., 2.})).to_vector<double>(), (std::vector<double>{0, 2}));
  EXPECT_EQ(dict.at<nn::Linear>("linear").weight.numel(), 2);
  EXPECT_THROW(dict["sigmoid"], IndexError);
  EXPECT_THROW(dict.at<nn::ReLU>("linear"), TypeError);
}

}  // namespace
}  // namespace gradus
