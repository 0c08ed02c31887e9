#include <gradus/autograd/function.h>
#include <gradus/autograd/indexing.h>
#include <gradus/autograd/random.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/sequential.h>
#include <gtest/gtest.h>

#include <cmath>

namespace gradus {
namespace {

// The tutorial's class: a member that is a module, and a train(inputs, targets) of its own.
class Classifier : public nn::Module {
 public:
  Classifier() { register_module("model", model); }
  Tensor forward(const Tensor& x) { return model(x); }
  using Module::train;
  double train(const Tensor& inputs, const Tensor& targets) {
    Tensor loss = loss_function(forward(inputs), targets);
    zero_grad();
    loss.backward();
    return loss.item<double>();
  }
  nn::Sequential model{nn::Linear(4, 3), nn::Sigmoid(), nn::Linear(3, 2), nn::Sigmoid()};
  nn::MSELoss loss_function;
};

// Parameters and buffers of its own, children made where they are declared, forward const.
class Scaled : public nn::Module {
 public:
  Tensor forward(const Tensor& x) const { return linear(x) * scale + shift; }
  nn::Parameter scale = register_parameter("scale", full({2}, 3.0));
  nn::Buffer shift = register_buffer("shift", ones({2}));
  nn::Linear linear = register_module("linear", nn::Linear(2, 2));
};

TEST(Module, NamesParametersByPathInOrder) {
  manual_seed(1);
  const Classifier net;
  EXPECT_EQ(net.named_parameters().keys(),
            (std::vector<std::string>{"model.0.weight", "model.0.bias", "model.2.weight", "model.2.bias"}));
  ASSERT_EQ(net.parameters().size(), 4u);
  EXPECT_TRUE(net.parameters()[2].is_same(net.model.at<nn::Linear>(2).weight));
  EXPECT_EQ(net.parameters(false).size(), 0u);
  EXPECT_EQ(net.named_parameters("net").keys()[0], "net.model.0.weight");

  const Scaled scaled;
  EXPECT_EQ(scaled.named_parameters().keys(), (std::vector<std::string>{"scale", "linear.weight", "linear.bias"}));
  EXPECT_EQ(scaled.named_buffers().keys(), (std::vector<std::string>{"shift"}));
  EXPECT_EQ(scaled.buffers().size(), 1u);
  EXPECT_EQ(scaled.state_dict().keys(), (std::vector<std::string>{"scale", "shift", "linear.weight", "linear.bias"}));
  EXPECT_TRUE(scaled.scale.requires_grad());
  EXPECT_FALSE(scaled.shift.requires_grad());
}

TEST(Module, NamesModulesByPathInOrder) {
  const Classifier net;
  std::vector<std::string> paths, names;
  for (const auto& [path, module] : net.named_modules()) {
    paths.push_back(path);
    names.push_back(module.name());
  }
  EXPECT_EQ(paths, (std::vector<std::string>{"", "model", "model.0", "model.1", "model.2", "model.3"}));
  EXPECT_EQ(names, (std::vector<std::string>{"Classifier", "Sequential", "Linear", "Sigmoid", "Linear", "Sigmoid"}));
  EXPECT_EQ(net.modules().size(), 6u);
  EXPECT_EQ(net.children().size(), 1u);
  EXPECT_EQ(net.named_children()[0].first, "model");
}

TEST(Module, ListsWhatIsSharedOnce) {
  const nn::Linear layer(2, 2);
  const nn::Sequential net(layer, nn::Tanh(), layer);
  EXPECT_EQ(net.named_parameters().keys(), (std::vector<std::string>{"0.weight", "0.bias"}));
  EXPECT_EQ(net.modules().size(), 3u);
  EXPECT_EQ(net.children().size(), 2u);
  EXPECT_EQ(net.state_dict().size(), 4u);  // as PyTorch: by name, twice
}

TEST(Module, CallsForwardConstOrNot) {
  manual_seed(2);
  Classifier net;
  const Tensor x = rand({5, 4});
  EXPECT_TRUE(net(x).equal(net.forward(x)));
  const Classifier& constant = net;
  EXPECT_TRUE(constant(x).equal(net.forward(x)));
  const Scaled scaled;
  const Tensor y = rand({3, 2});
  EXPECT_TRUE(scaled(y).allclose(y.matmul(scaled.linear.weight.t()) * 3 + scaled.linear.bias * 3 + 1));
}

TEST(Module, SaysWhichForwardIsMissing) {
  struct Empty : nn::Module {};
  const Empty empty;
  try {
    empty(ones({1}), ones({1}));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "Module [Empty] is missing the required \"forward\" function for 2 tensors: declare `Tensor "
                 "forward(const Tensor& x, const Tensor& y)`");
  }
}

TEST(Module, CopiesShareEverything) {
  manual_seed(3);
  Classifier net;
  Classifier copy = net;
  const Tensor x = rand({1, 4});
  {
    const NoGradGuard no_grad;
    net.model.at<nn::Linear>(0).weight.fill_(0.5);
  }
  EXPECT_TRUE(copy(x).equal(net(x)));
  EXPECT_TRUE(copy.parameters()[0].is_same(net.parameters()[0]));
  copy.eval();
  EXPECT_FALSE(net.is_training());
  EXPECT_FALSE(net.model.is_training());
  net.register_parameter("late", ones({1}));
  EXPECT_EQ(copy.parameters().size(), 5u);

  // A copy outlives the original, as in `return net;`.
  Tensor expected;
  const auto make = [&] {
    Classifier local;
    expected = local(x);
    return local;
  };
  EXPECT_TRUE(make()(x).equal(expected));

  Classifier other;
  other = net;  // assignment makes it another handle on the same
  EXPECT_TRUE(other.parameters()[0].is_same(net.parameters()[0]));
  EXPECT_TRUE(other(x).equal(net(x)));
}

TEST(Module, KeepsAnOwnTrainBesideTheModulesTrain) {
  manual_seed(4);
  Classifier net;
  const double loss = net.train(rand({1, 4}), tensor({{0., 1.}}));
  EXPECT_GT(loss, 0);
  EXPECT_LT(loss, 1);
  for (const Tensor& parameter : net.parameters()) EXPECT_TRUE(parameter.grad().defined());
  net.train(false);
  EXPECT_FALSE(net.is_training());
  net.train();
  EXPECT_TRUE(net.is_training());
}

TEST(Module, TrainsAndEvaluatesAllBelow) {
  nn::Sequential net(nn::Linear(2, 2), nn::Sequential(nn::Dropout(0.3), nn::ReLU()));
  net.eval();
  for (const nn::Module& module : net.modules()) EXPECT_FALSE(module.is_training());
  net[1].train();
  EXPECT_FALSE(net.is_training());
  EXPECT_TRUE(net.at<nn::Sequential>(1).at<nn::Dropout>(0).is_training());
}

TEST(Module, ZeroGradDropsOrClears) {
  manual_seed(5);
  Classifier net;
  net.train(rand({1, 4}), tensor({{0., 1.}}));
  net.zero_grad(false);
  for (const Tensor& parameter : net.parameters()) {
    EXPECT_TRUE(parameter.grad().equal(zeros_like(parameter)));
  }
  net.zero_grad();
  for (const Tensor& parameter : net.parameters()) EXPECT_FALSE(parameter.grad().defined());
}

TEST(Module, ToChangesTheTensorsThatEverybodyHolds) {
  manual_seed(6);
  Scaled net;
  const Tensor weight = net.linear.weight, before = weight.detach().clone();
  net(rand({1, 2})).sum().backward();
  const Tensor gradient = weight.grad().clone();
  net.to(kFloat64);
  EXPECT_EQ(weight.dtype(), kFloat64);
  EXPECT_EQ(net.shift.dtype(), kFloat64);
  EXPECT_TRUE(weight.is_same(net.linear.weight));
  EXPECT_TRUE(weight.is_same(net.named_parameters()["linear.weight"]));
  EXPECT_TRUE(weight.detach().equal(before.to(kFloat64)));
  EXPECT_TRUE(weight.grad().equal(gradient.to(kFloat64)));
  net.zero_grad();
  net(rand({1, 2}, kFloat64)).sum().backward();
  EXPECT_EQ(weight.grad().dtype(), kFloat64);
  EXPECT_THROW(net.to(kInt64), TypeError);
}

TEST(Module, RequiresGradOfAll) {
  Classifier net;
  net.requires_grad_(false);
  for (const Tensor& parameter : net.parameters()) EXPECT_FALSE(parameter.requires_grad());
  EXPECT_FALSE(net(ones({1, 4})).requires_grad());
  net.requires_grad_();
  EXPECT_TRUE(net(ones({1, 4})).requires_grad());
}

TEST(Module, AppliesChildrenFirst) {
  Classifier net;
  std::vector<std::string> order;
  net.apply([&](nn::Module& module) { order.push_back(module.name()); });
  EXPECT_EQ(order, (std::vector<std::string>{"Linear", "Sigmoid", "Linear", "Sigmoid", "Sequential", "Classifier"}));
  net.apply<nn::Linear>([](nn::Linear& linear) {
    const NoGradGuard no_grad;
    linear.weight.fill_(0);
    linear.bias.fill_(0);
  });
  EXPECT_TRUE(net(rand({1, 4})).allclose(full({1, 2}, 0.5)));
}

TEST(Module, RefusesNamesThatCannotBePaths) {
  struct Open : nn::Module {};
  Open net;
  const auto message = [](auto&& action) -> std::string {
    try {
      action();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message([&] { net.register_parameter("", ones({1})); }), "Parameter name must not be empty");
  EXPECT_EQ(message([&] { net.register_parameter("a.b", ones({1})); }),
            "Parameter name must not contain a dot (got 'a.b')");
  EXPECT_EQ(message([&] { net.register_buffer("", ones({1})); }), "Buffer name must not be empty");
  EXPECT_EQ(message([&] { net.register_buffer("a.b", ones({1})); }), "Buffer name must not contain a dot (got 'a.b')");
  EXPECT_EQ(message([&] { net.register_module("", nn::Tanh()); }), "Submodule name must not be empty");
  net.register_buffer("a", ones({1}));
  EXPECT_EQ(message([&] { net.register_parameter("a", ones({1})); }), "Parameter 'a' already defined");
  EXPECT_EQ(message([&] { net.register_module("self", net); }), "a module cannot be its own child: 'self' of Open");
  EXPECT_THROW(net.register_parameter("integer", ones({1}, kInt64)), Error);
  EXPECT_THROW(net.register_parameter("inner", ones({1}, requires_grad()) * 2), Error);
}

TEST(Module, RefusesToCutAModuleShort) {
  nn::Linear linear(2, 2);
  nn::Module& base = linear;
  EXPECT_EQ(base.as<nn::Linear>(), &linear);
  EXPECT_EQ(base.as<nn::Tanh>(), nullptr);
  static_assert(!std::is_copy_constructible_v<nn::Module>);
  static_assert(std::is_copy_constructible_v<nn::Linear>);
}

TEST(ForwardHooks, SeeAndReplaceInputsAndOutputs) {
  manual_seed(7);
  nn::Linear linear(3, 2);
  const Tensor x = rand({1, 3});
  const Tensor plain = linear(x);
  int seen = 0;
  auto watch = linear.register_forward_hook([&](nn::Module& module, const TensorList& inputs, const Tensor& output) {
    ++seen;
    EXPECT_EQ(module.name(), "Linear");
    EXPECT_TRUE(inputs[0].is_same(x));
    EXPECT_TRUE(output.equal(plain));
  });
  EXPECT_TRUE(linear(x).equal(plain));
  EXPECT_EQ(seen, 1);
  nn::Sequential{linear}(x);  // a copy has the same hooks
  EXPECT_EQ(seen, 2);
  watch.remove();
  watch.remove();
  linear(x);
  EXPECT_EQ(seen, 2);

  auto negate =
      linear.register_forward_hook([](nn::Module&, const TensorList&, const Tensor& output) { return output.neg(); });
  EXPECT_TRUE(linear(x).equal(plain.neg()));
  auto twice = linear.register_forward_pre_hook([](nn::Module&, const TensorList& inputs) { return inputs[0] * 2; });
  EXPECT_TRUE(linear(x).allclose((plain - linear.bias) * -2 - linear.bias));
  negate.remove();
  twice.remove();
  EXPECT_TRUE(linear(x).equal(plain));
}

TEST(ForwardHooks, WorkWithSeveralInputsAndMayRemoveThemselves) {
  nn::MSELoss loss;
  nn::RemovableHandle handle;
  int seen = 0;
  handle = loss.register_forward_pre_hook([&](nn::Module&, const TensorList& inputs) {
    ++seen;
    EXPECT_EQ(inputs.size(), 2u);
    handle.remove();
  });
  EXPECT_DOUBLE_EQ(loss(tensor({1., 3.}), tensor({0., 0.})).item<double>(), 5);
  EXPECT_DOUBLE_EQ(loss(tensor({1., 3.}), tensor({0., 0.})).item<double>(), 5);
  EXPECT_EQ(seen, 1);
}

TEST(StateDict, RoundTrip) {
  manual_seed(8);
  const Classifier trained;
  Classifier fresh;
  const Tensor x = rand({2, 4});
  const nn::StateDict snapshot = trained.state_dict().clone();
  EXPECT_FALSE(fresh(x).equal(trained(x)));
  const Tensor weight = fresh.parameters()[0];
  const auto keys = fresh.load_state_dict(trained.state_dict());
  EXPECT_TRUE(keys.missing_keys.empty() && keys.unexpected_keys.empty());
  EXPECT_TRUE(fresh(x).equal(trained(x)));
  EXPECT_TRUE(fresh.parameters()[0].is_same(weight));
  EXPECT_TRUE(weight.requires_grad() && weight.is_leaf());
  {
    const NoGradGuard no_grad;
    trained.parameters()[0].fill_(7);
  }
  EXPECT_EQ(trained.state_dict()["model.0.weight"].index({0, 0}).item<double>(), 7);  // shares memory
  EXPECT_NE(snapshot["model.0.weight"].index({0, 0}).item<double>(), 7);              // does not
  EXPECT_FALSE(snapshot["model.0.weight"].requires_grad());
}

TEST(StateDict, ReportsAllThatDoesNotFitAtOnce) {
  nn::Sequential net(nn::Linear(2, 2), nn::Linear(2, 1));
  const Tensor before = net.parameters()[0].detach().clone();
  const nn::StateDict state{{"0.weight", ones({2, 2})}, {"0.bias", ones({3})}, {"1.bias", ones({1})}, {"x", ones({1})}};
  try {
    net.load_state_dict(state);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "Error(s) in loading state_dict for Sequential:\n"
                 "\tMissing key(s) in state_dict: \"1.weight\". \n"
                 "\tUnexpected key(s) in state_dict: \"x\". \n"
                 "\tsize mismatch for 0.bias: copying a param with shape [3] from checkpoint, the shape in current "
                 "model is [2].");
  }
  EXPECT_TRUE(net.parameters()[0].equal(before));  // nothing was copied
  EXPECT_THROW(net.load_state_dict(state, false), Error);
}

TEST(StateDict, NotStrictTakesWhatFits) {
  nn::Sequential net(nn::Linear(2, 2), nn::Linear(2, 1));
  const auto keys = net.load_state_dict({{"0.weight", full({2, 2}, 2.0, kFloat64)}, {"other", ones({1})}}, false);
  EXPECT_EQ(keys.missing_keys, (std::vector<std::string>{"0.bias", "1.weight", "1.bias"}));
  EXPECT_EQ(keys.unexpected_keys, (std::vector<std::string>{"other"}));
  EXPECT_TRUE(net.parameters()[0].equal(full({2, 2}, 2.0)));
  EXPECT_EQ(net.parameters()[0].dtype(), kFloat32);
}

struct Double : Function<Double> {
  static constexpr auto name = "double";
  static Tensor forward(Context&, const Tensor& x) { return x * 2; }
  static TensorList backward(Context&, const Tensor& g) { return {g * 2}; }
};

TEST(Parameter, TakesPartInOpsOfOnesOwn) {
  const nn::Linear linear(2, 1);
  Double::apply(linear.weight).sum().backward();
  EXPECT_TRUE(linear.weight.grad().equal(full({1, 2}, 2.0)));
}

TEST(Parameter, CannotBeReplacedBehindTheModulesBack) {
  nn::Linear a(2, 2), b(2, 2);
  static_assert(!std::is_assignable_v<nn::Parameter&, const Tensor&>);
  a.weight = b.weight;
  try {
    a(ones({1, 2}));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "Linear.weight was assigned another parameter, but the registered one is what is trained and saved: "
                 "write weight.copy_(...) under a NoGradGuard");
  }
}

}  // namespace
}  // namespace gradus
