#include <gradus/nn/activation.h>
#include <gradus/nn/conv.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/flatten.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/norm.h>
#include <gradus/nn/pool.h>
#include <gradus/nn/sequential.h>

#include <set>

#include "parity.h"

namespace gradus::parity {
namespace {

using ModulePtr = std::shared_ptr<nn::Module>;

template <class M>
ModulePtr share(const M& module) {
  return std::make_shared<M>(module);
}

/// The modules of cases/nn.py.
std::map<std::string, ModulePtr> modules() {
  using namespace nn;
  Dropout dropout(0.25);
  dropout.eval();
  BatchNorm1d evaluation(4), untracked(4, {.track_running_stats = false});
  evaluation.eval();
  untracked.eval();
  BatchNorm2d evaluation2d(2);
  evaluation2d.eval();
  const Tensor three = tensor({0.5, 1.0, 2.0}), four = tensor({1.0, 2.0, 0.5, 0.25});
  return {
      {"Linear", share(Linear(4, 2))},
      {"Linear without bias", share(Linear(4, 2, {.bias = false}))},
      {"Identity", share(Identity())},
      {"Flatten", share(Flatten())},
      {"Flatten dims", share(Flatten({.start_dim = 0, .end_dim = 1}))},
      {"Unflatten", share(Unflatten(1, {2, 2}))},
      {"Sigmoid", share(Sigmoid())},
      {"Tanh", share(Tanh())},
      {"ReLU", share(ReLU())},
      {"LeakyReLU", share(LeakyReLU())},
      {"LeakyReLU 0.02", share(LeakyReLU({.negative_slope = 0.02}))},
      {"Softmax", share(Softmax(-1))},
      {"LogSoftmax", share(LogSoftmax(-1))},
      {"Softplus", share(Softplus())},
      {"Softplus options", share(Softplus({.beta = 2.5, .threshold = 1.5}))},
      {"Dropout", share(dropout)},
      {"LayerNorm", share(LayerNorm(4))},
      {"LayerNorm dims", share(LayerNorm({4, 3}, {.eps = 0.001}))},
      {"LayerNorm plain", share(LayerNorm(4, {.elementwise_affine = false}))},
      {"Conv2d", share(Conv2d(2, 3, 3))},
      {"Conv2d options",
       share(Conv2d(2, 4, {3, 2},
                    {.stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}, .groups = 2, .bias = false}))},
      {"Conv2d same", share(Conv2d(2, 1, {2, 3}, {.padding = "same"}))},
      {"Conv2d valid", share(Conv2d(2, 1, 2, {.padding = "valid", .dilation = 2}))},
      {"MaxPool2d", share(MaxPool2d(2))},
      {"MaxPool2d options",
       share(MaxPool2d({3, 2}, {.stride = {2, 1}, .padding = 1, .dilation = {1, 2}, .ceil_mode = true}))},
      {"AvgPool2d", share(AvgPool2d({2, 3}))},
      {"AvgPool2d options",
       share(AvgPool2d(3, {.stride = 2, .padding = {1, 0}, .ceil_mode = true, .count_include_pad = false}))},
      {"AvgPool2d divisor", share(AvgPool2d(2, {.divisor_override = 3}))},
      {"BatchNorm1d", share(BatchNorm1d(4))},
      {"BatchNorm1d evaluation", share(evaluation)},
      {"BatchNorm1d momentum", share(BatchNorm1d(4, {.eps = 0.001, .momentum = 0.25}))},
      {"BatchNorm1d cumulative", share(BatchNorm1d(4, {.momentum = std::nullopt}))},
      {"BatchNorm1d plain", share(BatchNorm1d(4, {.affine = false}))},
      {"BatchNorm1d without running statistics", share(untracked)},
      {"BatchNorm2d", share(BatchNorm2d(2))},
      {"BatchNorm2d evaluation", share(evaluation2d)},
      {"MSELoss", share(MSELoss())},
      {"MSELoss sum", share(MSELoss({.reduction = Reduction::kSum}))},
      {"MSELoss none", share(MSELoss({.reduction = Reduction::kNone}))},
      {"L1Loss", share(L1Loss())},
      {"L1Loss sum", share(L1Loss({.reduction = Reduction::kSum}))},
      {"L1Loss none", share(L1Loss({.reduction = Reduction::kNone}))},
      {"SmoothL1Loss", share(SmoothL1Loss({.beta = 0.5}))},
      {"SmoothL1Loss sum", share(SmoothL1Loss({.reduction = Reduction::kSum}))},
      {"SmoothL1Loss none", share(SmoothL1Loss({.reduction = Reduction::kNone}))},
      {"BCELoss", share(BCELoss())},
      {"BCELoss weight", share(BCELoss({.weight = three, .reduction = Reduction::kSum}))},
      {"BCELoss none", share(BCELoss({.reduction = Reduction::kNone}))},
      {"BCEWithLogitsLoss", share(BCEWithLogitsLoss({.pos_weight = three}))},
      {"BCEWithLogitsLoss weight", share(BCEWithLogitsLoss({.weight = three, .reduction = Reduction::kSum}))},
      {"BCEWithLogitsLoss none", share(BCEWithLogitsLoss({.reduction = Reduction::kNone}))},
      {"NLLLoss", share(NLLLoss({.weight = four}))},
      {"NLLLoss options", share(NLLLoss({.ignore_index = 3, .reduction = Reduction::kSum}))},
      {"NLLLoss none", share(NLLLoss({.reduction = Reduction::kNone}))},
      {"CrossEntropyLoss", share(CrossEntropyLoss())},
      {"CrossEntropyLoss options",
       share(CrossEntropyLoss(
           {.weight = four, .ignore_index = 3, .reduction = Reduction::kSum, .label_smoothing = 0.1}))},
      {"CrossEntropyLoss none", share(CrossEntropyLoss({.reduction = Reduction::kNone}))},
      {"baseline", share(Sequential(Linear(4, 3), Sigmoid(), Linear(3, 2), Sigmoid()))},
      {"leakyrelu", share(Sequential(Linear(4, 3), LeakyReLU(0.02), Linear(3, 2), LeakyReLU(0.02)))},
      {"layernorm", share(Sequential(Linear(4, 3), Sigmoid(), LayerNorm(3), Linear(3, 2), Sigmoid()))},
      {"all", share(Sequential(Linear(4, 3), LeakyReLU(0.02), LayerNorm(3), Linear(3, 2), Sigmoid()))},
      {"cnn", share(Sequential(Conv2d(1, 2, 3, {.stride = 2}), LeakyReLU(0.02), BatchNorm2d(2), MaxPool2d(2), Flatten(),
                               Linear(8, 3), Sigmoid()))},
      {"nested",
       share(Sequential(Sequential(Linear(4, 3), Tanh()), Sequential(Sequential(Linear(3, 3)), Softmax(-1))))},
  };
}

/// Loads the state PyTorch's module had, and compares what it prints, its outputs and all gradients.
void check_module(const Json& json, nn::Module& module) {
  EXPECT_EQ(module.to_string(), json.at("repr").get<std::string>());
  for (const Dtype dtype : {kFloat64, kFloat32}) {
    const std::string type(to_string(dtype));
    SCOPED_TRACE(json.at("case").get<std::string>() + ", " + type);
    module.to(dtype);
    module.zero_grad();
    nn::StateDict state;
    for (const auto& [name, tensor] : json.at("state").items()) state.insert(name, tensor_of(tensor));
    module.load_state_dict(state);
    const Json& expected = json.at("expected").at(type);
    const Json& parameter_grads = expected.at("parameter grads");
    check({{"case", json.at("case")}, {"inputs", json.at("inputs")}, {"expected", {{type, expected}}}},
          json.at("inputs").size() == 1 ? Case([&](Tensor x) { return module(x); })
                                        : Case([&](Tensor x, Tensor y) { return module(x, y); }));
    const nn::NamedTensors parameters = module.named_parameters();
    ASSERT_EQ(parameters.size(), parameter_grads.size());
    for (const auto& [name, parameter] : parameters) {
      EXPECT_TRUE(close(parameter.grad(), parameter_grads.at(name))) << name;
    }
    const nn::StateDict after = module.state_dict();
    const Json buffers = expected.value("buffers", Json::object());
    for (const auto& [name, buffer] : buffers.items()) {
      EXPECT_TRUE(close(after[name], buffer)) << name;
    }
  }
}

TEST(NnParity, EqualsPyTorch) {
  const auto table = modules();
  std::set<std::string> in_file, in_table;
  for (const auto& entry : table) in_table.insert(entry.first);
  for (const Json& json : load("nn")) {
    const std::string name = json.at("function");
    SCOPED_TRACE(name);
    in_file.insert(name);
    if (table.contains(name)) check_module(json, *table.at(name));
  }
  EXPECT_EQ(in_file, in_table);
}

}  // namespace
}  // namespace gradus::parity
