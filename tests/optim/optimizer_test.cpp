#include <gradus/optim/optimizer.h>

#include <gradus/autograd/tensor.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>
#include <gtest/gtest.h>

namespace gradus::optim {
namespace {

Tensor parameter(const std::vector<double>& values) { return tensor(values, requires_grad()); }

void set_grad(Tensor& p, const std::vector<double>& values) { p.mutable_grad() = tensor(values).to(p.dtype()); }

template <class F>
std::string message_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Optimizer, RefusesWhatCannotBeOptimized) {
  EXPECT_EQ(message_of([] { SGD(std::vector<Tensor>{}); }), "optimizer got an empty parameter list");
  EXPECT_EQ(message_of([] { SGD(std::vector<SGD::Group>{}); }), "optimizer got an empty parameter list");
  EXPECT_EQ(message_of([] { SGD({Tensor()}); }),
            "optimizer can only optimize Tensors, but one of the params (number 0) is an undefined Tensor");
  const Tensor w = parameter({1, 2});
  EXPECT_EQ(
      message_of([&] {
        SGD({w, w * 2});
      }),
      "can't optimize a non-leaf Tensor: parameter 1 of shape [2] is the result of an operation; give the tensor it "
      "was computed from, or detach() it");
  EXPECT_THROW(SGD({w * 2}), ValueError);
  EXPECT_EQ(message_of([&] {
              SGD({{{w}}, {{w}, {.lr = 0.1}}});
            }),
            "some parameters appear in more than one parameter group (parameter 0 of shape [2])");
}

TEST(Optimizer, WarnsAboutADuplicateWithinAGroup) {
  const Tensor w = parameter({1});
  testing::internal::CaptureStderr();
  SGD sgd({w, w}, {.lr = 0.1});
  EXPECT_NE(testing::internal::GetCapturedStderr().find("duplicate parameters"), std::string::npos);
}

TEST(Optimizer, RefusesOptionsThatMakeNoSense) {
  const std::vector<Tensor> w = {parameter({1})};
  EXPECT_EQ(message_of([&] { SGD(w, {.lr = -1}); }), "Invalid learning rate: -1");
  EXPECT_EQ(message_of([&] { SGD(w, {.momentum = -0.5}); }), "Invalid momentum value: -0.5");
  EXPECT_EQ(message_of([&] { SGD(w, {.weight_decay = -0.5}); }), "Invalid weight_decay value: -0.5");
  EXPECT_EQ(message_of([&] { SGD(w, {.nesterov = true}); }),
            "Nesterov momentum requires a momentum and zero dampening");
  EXPECT_EQ(message_of([&] { SGD(w, {.momentum = 0.9, .dampening = 0.1, .nesterov = true}); }),
            "Nesterov momentum requires a momentum and zero dampening");
  EXPECT_EQ(message_of([&] { Adam(w, {.lr = -1}); }), "Invalid learning rate: -1");
  EXPECT_EQ(message_of([&] { Adam(w, {.eps = -1}); }), "Invalid epsilon value: -1");
  EXPECT_EQ(message_of([&] { Adam(w, {.betas = {1.0, 0.9}}); }), "Invalid beta parameter at index 0: 1");
  EXPECT_EQ(message_of([&] { Adam(w, {.betas = {0.9, -0.1}}); }), "Invalid beta parameter at index 1: -0.1");
  EXPECT_EQ(message_of([&] { Adam(w, {.weight_decay = -1}); }), "Invalid weight_decay value: -1");
  EXPECT_EQ(message_of([&] { AdamW(w, {.lr = -1}); }), "Invalid learning rate: -1");
  EXPECT_EQ(message_of([&] { AdamW(w, {.betas = {-0.5, 0.9}}); }), "Invalid beta parameter at index 0: -0.5");
  EXPECT_EQ(message_of([&] { AdamW(w, {.betas = {0.9, 1.5}}); }), "Invalid beta parameter at index 1: 1.5");
  EXPECT_EQ(message_of([&] { AdamW(w, {.eps = -1}); }), "Invalid epsilon value: -1");
  EXPECT_EQ(message_of([&] { AdamW(w, {.weight_decay = -1}); }), "Invalid weight_decay value: -1");
  EXPECT_EQ(message_of([&] { RMSprop(w, {.lr = -1}); }), "Invalid learning rate: -1");
  EXPECT_EQ(message_of([&] { RMSprop(w, {.weight_decay = -1}); }), "Invalid weight_decay value: -1");
  EXPECT_EQ(message_of([&] { RMSprop(w, {.alpha = -1}); }), "Invalid alpha value: -1");
  EXPECT_EQ(message_of([&] { RMSprop(w, {.momentum = -1}); }), "Invalid momentum value: -1");
  EXPECT_EQ(message_of([&] { RMSprop({{w, {.eps = -1}}}); }), "Invalid epsilon value: -1");
}

TEST(Optimizer, GroupsTakeFromTheOptimizerWhatTheyDoNotGive) {
  SGD sgd({{{parameter({1})}, {.lr = 0.5}}, {{parameter({1})}}}, {.lr = 0.1, .momentum = 0.9});
  ASSERT_EQ(sgd.num_groups(), 2U);
  EXPECT_EQ(sgd.lr(0), 0.5);
  EXPECT_EQ(sgd.lr(1), 0.1);
  EXPECT_EQ(*sgd.options(0).momentum, 0.9);
  EXPECT_EQ(*sgd.options(1).momentum, 0.9);
  sgd.add_param_group({{parameter({1})}, {.momentum = 0}});
  EXPECT_EQ(*sgd.options(2).momentum, 0);
  EXPECT_EQ(sgd.lr(2), 0.1);
  EXPECT_EQ(*SGD({parameter({1})}).options().lr, 1e-3);
}

TEST(Optimizer, SkipsParametersWithoutGradient) {
  Tensor w = parameter({1}), untouched = parameter({1});
  SGD sgd({w, untouched}, {.lr = 0.1, .weight_decay = 0.5});
  set_grad(w, {0});
  sgd.step();
  EXPECT_FLOAT_EQ(w.item<float>(), 0.95f);  // a gradient of zero: weight decay still acts
  EXPECT_EQ(untouched.item<float>(), 1);
}

TEST(Optimizer, ZeroGradForgetsOrClearsGradients) {
  Tensor w = parameter({1, 2});
  SGD sgd({w}, {.lr = 0.1});
  set_grad(w, {3, 4});
  const Tensor gradient = w.grad();
  sgd.zero_grad(/*set_to_none=*/false);
  EXPECT_TRUE(w.grad().is_same(gradient));
  EXPECT_TRUE(gradient.equal(zeros({2})));
  sgd.zero_grad();
  EXPECT_FALSE(w.grad().defined());
}

TEST(Optimizer, StepsInPlaceAndRaisesTheVersion) {
  const auto expect_in_place = [](auto make, int steps) {
    Tensor w = parameter({1, 2});
    const Tensor alias = w.detach();
    auto optimizer = make(std::vector<Tensor>{w});
    for (int i = 0; i < steps; ++i) {
      set_grad(w, {1, 1});
      const uint32_t version = w.version();
      optimizer.step();
      EXPECT_GT(w.version(), version) << "step " << i;
    }
    EXPECT_TRUE((alias < tensor({1.0, 2.0})).all().item<bool>());
    EXPECT_TRUE(w.is_leaf());
    EXPECT_TRUE(w.requires_grad());
  };
  expect_in_place([](auto params) { return SGD(params, {.lr = 0.1}); }, 1);
  expect_in_place([](auto params) { return SGD(params, {.lr = 0.1, .weight_decay = 0.1}); }, 1);
  expect_in_place([](auto params) { return SGD(params, {.lr = 0.1, .momentum = 0.9}); }, 3);
  expect_in_place([](auto params) { return Adam(params, {.lr = 0.1}); }, 2);
  expect_in_place([](auto params) { return AdamW(params, {.lr = 0.1}); }, 2);
  expect_in_place([](auto params) { return RMSprop(params, {.lr = 0.1}); }, 2);
}

TEST(Optimizer, BackwardThroughAParameterThatAStepHasChangedIsRefused) {
  Tensor w = parameter({1, 2});
  Adam adam({w}, {.lr = 0.1});
  const Tensor loss = (w * w).sum();
  set_grad(w, {1, 1});
  adam.step();
  EXPECT_NE(message_of([&] { loss.backward(); }).find("modified by an inplace operation"), std::string::npos);
}

TEST(Optimizer, StepWithAClosureRecordsAndReturnsTheLoss) {
  Tensor w = parameter({3});
  SGD sgd({w}, {.lr = 0.1});
  const NoGradGuard no_grad;
  const Tensor loss = sgd.step([&] {
    sgd.zero_grad();
    Tensor square = (w * w).sum();
    square.backward();
    return square;
  });
  EXPECT_FLOAT_EQ(loss.item<float>(), 9);
  EXPECT_FLOAT_EQ(w.item<float>(), 3 - 0.1f * 6);
}

TEST(Optimizer, GoesOnFromASavedState) {
  const auto run = [](bool interrupted) {
    Tensor a = parameter({1, -2}), b = parameter({0.5});
    const auto make = [&] { return Adam({{{a}, {.lr = 0.1}}, {{b}, {.amsgrad = true}}}, {.lr = 0.02}); };
    Adam adam = make();
    for (int i = 0; i < 6; ++i) {
      if (interrupted && i == 3) {
        const OptimizerState state = adam.state_dict();
        adam = make();
        adam.options(0).lr = 7;  // the saved options replace it
        adam.load_state_dict(state);
      }
      set_grad(a, {0.1 * i, 1.0});
      set_grad(b, {0.3 - i});
      adam.step();
    }
    return std::vector<float>{a[0].item<float>(), a[1].item<float>(), b.item<float>()};
  };
  EXPECT_EQ(run(true), run(false));
}

TEST(Optimizer, StateHasPyTorchsNames) {
  Tensor w = parameter({1, 2});
  Adam adam({w}, {.amsgrad = true});
  EXPECT_TRUE(adam.state_dict().state.at(0).empty());
  set_grad(w, {1, 1});
  adam.step();
  const OptimizerState state = adam.state_dict();
  ASSERT_EQ(state.state.size(), 1U);
  EXPECT_EQ(state.state[0].size(), 4U);
  EXPECT_TRUE(state.state[0].at("exp_avg").allclose(tensor({0.1, 0.1})));
  EXPECT_TRUE(state.state[0].at("exp_avg_sq").allclose(tensor({0.001, 0.001})));
  EXPECT_TRUE(state.state[0].contains("max_exp_avg_sq"));
  EXPECT_EQ(state.state[0].at("step").item<int64_t>(), 1);
  EXPECT_EQ(state.param_groups.at(0).options.at("betas"), (std::vector<double>{0.9, 0.999}));
  EXPECT_EQ(state.param_groups.at(0).params, std::vector<size_t>{0});
}

TEST(Optimizer, RefusesAStateOfOtherGroups) {
  const Tensor a = parameter({1}), b = parameter({1});
  const OptimizerState one = SGD({a, b}).state_dict();
  SGD two({{{a}, {}}, {{b}, {}}});
  EXPECT_NE(message_of([&] { two.load_state_dict(one); }).find("has a different number of parameter groups"),
            std::string::npos);
  SGD smaller({a});
  EXPECT_NE(message_of([&] { smaller.load_state_dict(one); }).find("doesn't match the size of optimizer's group"),
            std::string::npos);
}

}  // namespace
}  // namespace gradus::optim
