#include <gradus/autograd/random.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/clone.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/norm.h>
#include <gradus/nn/sequential.h>
#include <gtest/gtest.h>

namespace gradus {
namespace {

class Network : public nn::Module {
 public:
  Network() {
    register_module("layers", layers);
    register_module("head", head);
    for (int i = 0; i < 2; ++i) extra.push_back(register_module("extra" + std::to_string(i), nn::Linear(3, 3)));
  }
  Tensor forward(const Tensor& x) {
    Tensor y = layers(x);
    for (const nn::Linear& linear : extra) y = linear(y);
    return head(y) * scale + shift;
  }
  nn::Sequential layers{nn::Linear(2, 3), nn::LayerNorm(3), nn::Tanh()};
  nn::Linear head{3, 1};
  std::vector<nn::Linear> extra;
  nn::Parameter scale = register_parameter("scale", full({1}, 2.0));
  nn::Buffer shift = register_buffer("shift", full({1}, 0.5));
};

TEST(Clone, HasEverythingOfItsOwn) {
  manual_seed(1);
  Network net;
  const Tensor x = rand({4, 2});
  net(x).sum().backward();
  net.eval();
  const Tensor expected = net(x);
  Network twin = nn::clone(net);
  EXPECT_TRUE(twin(x).equal(expected));
  EXPECT_FALSE(twin.is_training());
  const auto originals = net.named_parameters(), copies = twin.named_parameters();
  EXPECT_EQ(originals.keys(), copies.keys());
  for (const auto& [name, parameter] : copies) {
    EXPECT_FALSE(parameter.is_same(originals[name])) << name;
    EXPECT_TRUE(parameter.equal(originals[name])) << name;
    EXPECT_TRUE(parameter.requires_grad()) << name;
    EXPECT_FALSE(parameter.grad().defined()) << name;
  }
  {
    const NoGradGuard no_grad;
    for (auto& [name, parameter] : net.named_parameters()) parameter.fill_(9);
    net.shift.fill_(9);
  }
  EXPECT_TRUE(twin(x).equal(expected));  // nothing of the original is left in it

  // Members and registered children of the twin are the same modules.
  {
    const NoGradGuard no_grad;
    for (auto& [name, parameter] : twin.named_parameters()) parameter.fill_(0);
  }
  EXPECT_TRUE(twin(x).equal(full({4, 1}, 0.5)));
  twin.train();
  EXPECT_FALSE(net.is_training());
}

TEST(Clone, KeepsWhatWasSharedShared) {
  const nn::Linear layer(2, 2);
  const nn::Sequential net(layer, layer);
  const nn::Sequential twin = nn::clone(net);
  EXPECT_EQ(twin.parameters().size(), 2u);
  EXPECT_TRUE(twin.at<nn::Linear>(0).weight.is_same(twin.at<nn::Linear>(1).weight));
  EXPECT_FALSE(twin.at<nn::Linear>(0).weight.is_same(layer.weight));
}

TEST(Clone, KeepsOptionsFlagsAndHooks) {
  nn::Sequential net(nn::Dropout(0.25), nn::Linear(2, 2, {.bias = false}), nn::LeakyReLU(0.02));
  net.at<nn::Linear>(1).weight.requires_grad_(false);
  int calls = 0;
  net.register_forward_hook([&](nn::Module&, const TensorList&, const Tensor&) { ++calls; });
  const nn::Sequential twin = nn::clone(net);
  EXPECT_EQ(twin.to_string(), net.to_string());
  EXPECT_FALSE(twin.parameters()[0].requires_grad());
  twin(ones({1, 2}));
  EXPECT_EQ(calls, 1);
}

TEST(Clone, RefusesWhatWouldStillReferToTheOriginal) {
  struct Careless : nn::Module {
    Tensor scale = register_parameter("scale", ones({1}));
  };
  const Careless net;
  try {
    nn::clone(net);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "the clone of Careless still refers to 'scale' of the original: keep parameters as nn::Parameter, "
                 "buffers as nn::Buffer, and optimisers outside of the module");
  }
  EXPECT_FALSE(nn::clone(nn::Linear(1, 1)).weight.is_same(net.scale));  // and cloning works afterwards
}

}  // namespace
}  // namespace gradus
