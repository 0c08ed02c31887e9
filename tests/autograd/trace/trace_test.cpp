#include <gradus/autograd/autograd_meta.h>
#include <gradus/autograd/engine.h>
#include <gradus/autograd/random.h>
#include <gradus/autograd/trace.h>
#include <gradus/autograd/trace/json.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/dropout.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/sequential.h>
#include <gradus/tests/autograd/helpers.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace gradus {
namespace {

using Json = nlohmann::json;
using autograd::TraceGuard;

/// A file for one test, removed with it.
class TraceTest : public testing::Test {
 protected:
  TraceTest() {
    std::filesystem::create_directories(folder);
    manual_seed(7);
  }
  ~TraceTest() override { std::filesystem::remove_all(folder); }

  /// What a guard has recorded.
  static Json recorded(TraceGuard& guard) {
    guard.finish();
    return Json::parse(guard.json());
  }
  /// The data inside a page.
  static Json data_of(const std::string& page_path) {
    std::ifstream stream(page_path);
    const std::string page{std::istreambuf_iterator<char>(stream), {}};
    const std::string open = "<script type=\"application/json\" id=\"trace\">";
    const size_t begin = page.find(open) + open.size();
    return Json::parse(page.substr(begin, page.find("</script>", begin) - begin));
  }

  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("gradus_trace_test_" + std::to_string(getpid()));
  const std::string path = (folder / "trace.html").string();
};

Json numbers(const Json& trace, const Json& value) { return trace["values"][value.get<size_t>()]["numbers"]; }
std::vector<Json> steps_of(const Json& trace, const std::string& phase) {
  std::vector<Json> steps;
  for (const Json& step : trace["steps"]) {
    if (step["phase"] == phase) steps.push_back(step);
  }
  return steps;
}
Json node_of(const Json& trace, const Json& step) { return trace["nodes"][step["node"].get<size_t>()]; }

TEST_F(TraceTest, ForwardStepsHaveTheNumbersOfTheProgram) {
  const Tensor w = leaf({2., -3.}), x = tensor({5., 7.}, kFloat64);
  TraceGuard guard(path, {.names = {{"w", w}, {"x", x}}});
  const Tensor y = mul(w, x);
  const Tensor z = autograd::name_in_trace("z", y.sum());
  const Json trace = recorded(guard);

  const std::vector<Json> steps = steps_of(trace, "forward");
  ASSERT_EQ(steps.size(), 2u);
  const Json product = node_of(trace, steps[0]), sum = node_of(trace, steps[1]);
  EXPECT_EQ(product["op"], "mul");
  EXPECT_EQ(product["math"], "out = a * b;  da = g * b,  db = g * a");
  EXPECT_EQ(product["backward"], "MulBackward0");
  EXPECT_EQ(sum["name"], "z");
  EXPECT_EQ(sum["inputs"], Json::parse("[[2,0]]"));
  EXPECT_EQ(trace["nodes"][0]["kind"], "parameter");
  EXPECT_EQ(trace["nodes"][0]["name"], "w");
  EXPECT_EQ(trace["nodes"][1]["kind"], "leaf");
  EXPECT_EQ(trace["nodes"][1]["name"], "x");
  EXPECT_EQ(numbers(trace, steps[0]["inputs"][0]["value"]), Json({2., -3.}));
  EXPECT_EQ(numbers(trace, steps[0]["inputs"][1]["value"]), Json({5., 7.}));
  EXPECT_EQ(numbers(trace, steps[0]["outputs"][0]), Json({10., -21.}));
  EXPECT_EQ(numbers(trace, steps[1]["outputs"][0]), Json({-11.}));
  ASSERT_EQ(steps[0]["saved"].size(), 1u);  // x asks for no gradient, so w is not needed
  EXPECT_EQ(steps[0]["saved"][0]["what"], "input 1");
  EXPECT_EQ(trace["values"][steps[0]["outputs"][0].get<size_t>()]["mean"], -5.5);
}

TEST_F(TraceTest, NamesTheLineOfTheProgram) {
  const Tensor x = leaf({1., 2.});
  TraceGuard guard(path);
  const Tensor y = exp(x);
  const size_t line = __LINE__ - 1;
  const Json trace = recorded(guard);
  const Json step = steps_of(trace, "forward").at(0);
  ASSERT_TRUE(step.contains("source"));
  const Json source = trace["sources"][step["source"].get<size_t>()];
  EXPECT_EQ(source["file"], "trace/trace_test.cpp");
  EXPECT_EQ(source["line"], line);
  if (std::filesystem::path(__FILE__).is_absolute()) {  // a path that some build tools make relative cannot be read
    EXPECT_EQ(source["text"], "const Tensor y = exp(x);");
  }
}

TEST_F(TraceTest, BackwardStepsShowWhatArrivesAndWhatLeaves) {
  const Tensor a = leaf(3), b = leaf(4);
  TraceGuard guard(path, {.names = {{"a", a}, {"b", b}}});
  (a * b).backward();
  const Json trace = recorded(guard);

  const Json seed = steps_of(trace, "seed").at(0);
  EXPECT_EQ(numbers(trace, seed["sent"][0]["value"]), Json({1.}));
  const Json step = steps_of(trace, "backward").at(0);
  EXPECT_EQ(node_of(trace, step)["op"], "mul");
  EXPECT_EQ(numbers(trace, step["incoming"][0]), Json({1.}));
  ASSERT_EQ(step["sent"].size(), 2u);
  EXPECT_EQ(numbers(trace, step["sent"][0]["value"]), Json({4.}));
  EXPECT_EQ(numbers(trace, step["sent"][1]["value"]), Json({3.}));
  EXPECT_EQ(step["sent"][0]["to"], Json::parse("[0,0]"));
  EXPECT_EQ(step["frees"], true);
  const std::vector<Json> accumulated = steps_of(trace, "accumulate");
  ASSERT_EQ(accumulated.size(), 2u);
  for (const Json& grad : accumulated) {
    EXPECT_FALSE(grad.contains("grad_before"));
    EXPECT_EQ(numbers(trace, grad["grad_after"]), Json({node_of(trace, grad)["name"] == "a" ? 4. : 3.}));
  }
}

TEST_F(TraceTest, ShowsHowGradientsAddUpWhereAValueFeedsSeveral) {
  const Tensor x = leaf(3);
  TraceGuard guard(path);
  const Tensor a = x * 2;
  (a + a * a).backward();
  const Json trace = recorded(guard);
  EXPECT_DOUBLE_EQ(x.grad().item<double>(), 26);

  std::vector<Json> to_a;  // node 2: x, 2 and a were made in this order
  for (const Json& step : steps_of(trace, "backward")) {
    for (const Json& sent : step.value("sent", Json::array())) {
      if (sent["to"] == Json::parse("[2,0]")) to_a.push_back(sent);
    }
  }
  ASSERT_EQ(to_a.size(), 3u);
  EXPECT_FALSE(to_a[0].contains("before"));
  double sum = 0;
  for (const Json& sent : to_a) {
    if (sum != 0) {
      EXPECT_EQ(numbers(trace, sent["before"])[0], sum);
    }
    sum += numbers(trace, sent["value"])[0].get<double>();
    EXPECT_EQ(numbers(trace, sent["after"])[0], sum);
  }
  EXPECT_EQ(sum, 13);
}

TEST_F(TraceTest, ShowsWhatIsAddedToAGradientThatWasThere) {
  const Tensor x = leaf({1., 2.});
  (x * 10).sum().backward();
  TraceGuard guard(path);
  (x * 3).sum().backward({}, true);
  const Json trace = recorded(guard);
  const Json step = steps_of(trace, "accumulate").at(0);
  EXPECT_EQ(numbers(trace, step["grad_before"]), Json({10., 10.}));
  EXPECT_EQ(numbers(trace, step["incoming"][0]), Json({3., 3.}));
  EXPECT_EQ(numbers(trace, step["grad_after"]), Json({13., 13.}));
  EXPECT_FALSE(steps_of(trace, "backward").at(0).contains("frees"));  // retain_graph
}

TEST_F(TraceTest, TellsWhatIsNotRecorded) {
  const Tensor w = leaf({1., 2.});
  TraceGuard guard(path);
  {
    const NoGradGuard no_grad;
    w * 2;
  }
  const Tensor h = w.exp();
  h.detach() * 3;
  const Json trace = recorded(guard);
  const std::vector<Json> steps = steps_of(trace, "forward");
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_FALSE(steps[0].contains("recorded"));
  EXPECT_EQ(steps[1]["recorded"], true);
  EXPECT_FALSE(steps[2].contains("recorded"));
  const Json detached = trace["nodes"][steps[2]["inputs"][0]["from"][0].get<size_t>()];
  EXPECT_EQ(detached["kind"], "leaf");
  EXPECT_EQ(detached["shares"], Json({steps[1]["node"].get<int>(), 0}));
}

TEST_F(TraceTest, FollowsInPlaceOperationsByVersion) {
  const Tensor x = leaf({1., 2., 3.});
  TraceGuard guard(path);
  Tensor h = x * 2;
  h.add_(1);
  h[0] = 10.;
  h.sum().backward();
  const Json trace = recorded(guard);
  EXPECT_EQ(values(x.grad()), Doubles({0, 2, 2}));
  const std::vector<Json> steps = steps_of(trace, "forward");
  ASSERT_EQ(steps.size(), 5u);  // mul, add_, select, fill_, sum
  EXPECT_EQ(node_of(trace, steps[1])["op"], "add_");
  EXPECT_EQ(steps[1]["inputs"][0]["version"], 0);
  EXPECT_EQ(steps[1]["versions"][0], 1);
  EXPECT_EQ(numbers(trace, steps[1]["inputs"][0]["value"]), Json({2., 4., 6.}));
  EXPECT_EQ(numbers(trace, steps[1]["outputs"][0]), Json({3., 5., 7.}));
  EXPECT_EQ(numbers(trace, steps[3]["outputs"][1]), Json({10., 5., 7.}));  // the base of the view
  EXPECT_EQ(steps[4]["inputs"][0]["from"], Json({steps[3]["node"].get<int>(), 1}));
  const std::vector<Json> backward = steps_of(trace, "backward");
  ASSERT_EQ(backward.size(), 4u);  // the selected part was written to: nothing flows through select
  EXPECT_EQ(backward[1]["node"], steps[3]["node"]);
  EXPECT_EQ(numbers(trace, backward[1]["sent"][0]["value"]), Json({0., 1., 1.}));
}

TEST_F(TraceTest, GradReturnsItsGradientsInAStep) {
  const Tensor x = leaf(2);
  TraceGuard guard(path);
  const Tensor y = x * x * x;
  const Tensor first = autograd::grad({y}, {x}, {}, std::nullopt, true)[0];
  const Tensor second = autograd::grad({first}, {x})[0];
  const Json trace = recorded(guard);
  EXPECT_DOUBLE_EQ(second.item<double>(), 12);
  const std::vector<Json> results = steps_of(trace, "result");
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(numbers(trace, results[0]["sent"][0]["value"]), Json({12.}));
  EXPECT_EQ(numbers(trace, results[1]["sent"][0]["value"]), Json({12.}));
  for (const Json& step : steps_of(trace, "backward")) {  // what the first backward computed is part of the graph
    EXPECT_NE(node_of(trace, step)["kind"], "earlier") << node_of(trace, step);
  }
}

TEST_F(TraceTest, ModulesAreGroupsAndNameTheirParameters) {
  nn::Sequential model{nn::Linear(3, 2), nn::Tanh()};
  const Tensor x = randn({3});
  TraceGuard guard(path);
  model(x).sum().backward();
  const Json trace = recorded(guard);
  ASSERT_EQ(trace["groups"].size(), 3u);
  EXPECT_EQ(trace["groups"][0]["name"], "Sequential");
  EXPECT_EQ(trace["groups"][1]["name"], "0: Linear");
  EXPECT_EQ(trace["groups"][1]["parent"], 0);
  EXPECT_EQ(trace["groups"][2]["name"], "1: Tanh");
  std::vector<std::string> names;
  for (const Json& node : trace["nodes"]) {
    if (node["kind"] == "parameter") {
      names.push_back(node["name"]);
      EXPECT_EQ(node["group"], 1);
    }
  }
  EXPECT_EQ(names, (std::vector<std::string>{"0.weight", "0.bias"}));
  for (const Json& step : steps_of(trace, "forward")) {
    if (node_of(trace, step)["op"] == "sum") {
      EXPECT_FALSE(node_of(trace, step).contains("group"));
    }
  }
}

TEST_F(TraceTest, ATraceChangesNoNumbers) {
  const auto run = [](bool traced, const std::string& file) {
    manual_seed(3);
    nn::Sequential model{nn::Linear(5, 4), nn::Sigmoid(), nn::Dropout(0.5), nn::Linear(4, 1)};
    const Tensor x = randn({6, 5});
    const auto step = [&] {
      Tensor loss = model(x).square().mean();
      loss.backward();
    };
    if (traced) {
      autograd::trace(file, step);
    } else {
      step();
    }
    std::vector<double> gradients;
    for (const Tensor& parameter : model.parameters()) {
      for (const double g : values(parameter.grad())) gradients.push_back(g);
    }
    gradients.push_back(rand({1}).item<double>());
    return gradients;
  };
  EXPECT_EQ(run(false, path), run(true, path));
  EXPECT_EQ(autograd::observer, nullptr);
}

TEST_F(TraceTest, FiniteDifferencesStandBesideTheGradients) {
  nn::Sequential model{nn::Linear(4, 3), nn::Sigmoid(), nn::Dropout(0.5), nn::Linear(3, 2)};
  const Tensor x = randn({5, 4}), target = randn({5, 2});
  nn::MSELoss loss_function;
  const std::vector<Tensor> parameters = model.parameters();
  const Tensor before = parameters[0].detach().clone();
  const Tensor loss = autograd::trace(path, [&] { return loss_function(model(x), target); }, {.finite_differences = 3});
  const Json trace = data_of(path);
  ASSERT_EQ(trace["checks"].size(), 4u);
  for (const Json& check : trace["checks"]) {
    EXPECT_EQ(check["dtype"], "float64");
    const Tensor& parameter = parameters[static_cast<size_t>(&check - &trace["checks"][0])];
    ASSERT_EQ(check["elements"].size(), static_cast<size_t>(std::min<int64_t>(3, parameter.numel())));
    double largest = 0;
    for (const Json& element : check["elements"]) {
      Tensor gradient = parameter.grad();
      for (const Json& i : element["index"]) gradient = gradient[i.get<int64_t>()];
      EXPECT_EQ(element["analytic"].get<float>(), gradient.item<float>());
      EXPECT_NEAR(element["analytic"].get<double>(), element["numeric"].get<double>(), 1e-6);
      largest = std::max(largest, std::abs(element["analytic"].get<double>()));
    }
    EXPECT_FLOAT_EQ(static_cast<float>(largest), parameter.grad().abs().max().item<float>());
  }
  EXPECT_TRUE(parameters[0].equal(before));
  EXPECT_EQ(parameters[0].dtype(), kFloat32);
  EXPECT_EQ(x.dtype(), kFloat32);
  EXPECT_EQ(get_default_dtype(), kFloat32);
}

struct Wrong : Function<Wrong> {
  static constexpr auto name = "wrong";
  static Tensor forward(Context& ctx, const Tensor& x) {
    ctx.save_for_backward(x);
    return x * x;
  }
  static TensorList backward(Context& ctx, const Tensor& g) { return {g * ctx.saved(0)}; }  // 2 is missing
};

TEST_F(TraceTest, FiniteDifferencesShowAWrongDerivative) {
  const Tensor x = leaf(3);
  autograd::trace(path, [&] { return Wrong::apply(x); }, {.finite_differences = 1});
  const Json element = data_of(path)["checks"][0]["elements"][0];
  EXPECT_DOUBLE_EQ(element["analytic"].get<double>(), 3);
  EXPECT_NEAR(element["numeric"].get<double>(), 6, 1e-6);
}

TEST_F(TraceTest, FiniteDifferencesNeedALossWithoutBackward) {
  const Tensor x = leaf(3);
  EXPECT_EQ(error_of([&] { autograd::trace(path, [&] { (x * x).backward(); }, {.finite_differences = 1}); }),
            "finite differences need a function that returns the loss and leaves backward to trace()");
  const auto function = [&] {
    Tensor loss = x * x;
    loss.backward();
    return loss;
  };
  EXPECT_EQ(error_of([&] { autograd::trace(path, function, {.finite_differences = 1}); }),
            "finite differences run the traced function again, so it must not call backward: leave that to trace()");
}

TEST_F(TraceTest, LargeValuesAreQuantisedSmallerOnesExact) {
  const Tensor w = (rand({100, 90}) - 0.5).detach().requires_grad_();
  const Tensor v = rand({90});
  TraceGuard guard(path);
  w.t().t().mv(v).sum().backward();
  const Json trace = recorded(guard);
  Json large, view;
  for (const Json& value : trace["values"]) {
    if (value.contains("quantised") && large.is_null()) large = value;
    if (value.contains("base")) view = value;
  }
  ASSERT_FALSE(large.is_null());
  EXPECT_EQ(large["shape"], Json({100, 90}));
  EXPECT_EQ(large["quantised"].get<std::string>().size(), 12000u);
  EXPECT_NEAR(large["min"].get<double>(), w.min().item<double>(), 1e-9);
  EXPECT_NEAR(large["max"].get<double>(), w.max().item<double>(), 1e-9);
  const double zero = -large["offset"].get<double>() / large["step"].get<double>();
  EXPECT_NEAR(zero, std::round(zero), 1e-9);
  ASSERT_FALSE(view.is_null());
  EXPECT_EQ(view["shape"], Json({90, 100}));
  EXPECT_EQ(view["view_strides"], Json({1, 90}));
}

TEST_F(TraceTest, NumbersThatAreNotFiniteAreText) {
  const Tensor x = leaf({0., -1., 4.});
  TraceGuard guard(path);
  1 / x;
  x.log();
  const Json trace = recorded(guard);
  const std::vector<Json> steps = steps_of(trace, "forward");
  EXPECT_EQ(numbers(trace, steps[0]["outputs"][0]), Json::parse(R"(["inf", -1.0, 0.25])"));
  EXPECT_EQ(numbers(trace, steps[1]["outputs"][0])[1], "nan");
  EXPECT_EQ(trace["values"][steps[1]["outputs"][0].get<size_t>()]["not_finite"], 2);
}

TEST_F(TraceTest, NamesMayHoldAnything) {
  const Tensor x = leaf(1);
  const std::string name = "</script><b>\"\\\n\xff\xc3\xa9&";
  autograd::trace(path, [&] { return x.exp(); }, {.title = "<i>&", .names = {{name, x}}});
  EXPECT_EQ(data_of(path)["nodes"][0]["name"], "</script><b>\"\\\n\xef\xbf\xbd\xc3\xa9&");
  std::ifstream stream(path);
  const std::string page{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_EQ(page.find("<b>\""), std::string::npos);
  EXPECT_NE(page.find("<title>&lt;i&gt;&amp;</title>"), std::string::npos);
}

TEST_F(TraceTest, APageTellsOfTheExceptionThatEndedTheRun) {
  const Tensor x = leaf({1., 2.});
  const auto run = [&] {
    Tensor h = x.exp();
    const Tensor loss = h.sum();
    h.add_(1);
    return loss;
  };
  const std::string message = error_of([&] { autograd::trace(path, run); });
  EXPECT_NE(message.find("modified by an inplace operation"), std::string::npos) << message;
  const Json trace = data_of(path);
  EXPECT_EQ(trace["error"], message);
  EXPECT_EQ(node_of(trace, trace["steps"].back())["op"], "exp");
  EXPECT_EQ(autograd::observer, nullptr);
}

TEST_F(TraceTest, WritesAsideAndSaysWhereItCannot) {
  const Tensor x = leaf(1);
  const auto run = [&] { return x.exp(); };
  autograd::trace((folder / "new" / "deep" / "page.html").string(), run);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "new" / "deep"), {}), 1);
  EXPECT_EQ(error_of([&] { autograd::trace("/proc/nowhere/page.html", run); }).substr(0, 50),
            "cannot write the trace to /proc/nowhere/page.html:");
  EXPECT_EQ(error_of([&] { autograd::trace(folder.string(), run); }),
            "cannot write the trace to " + folder.string() + ": Is a directory");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.parent_path()), {}) > 0, true);
}

TEST_F(TraceTest, OneAtATime) {
  const TraceGuard guard(path);
  EXPECT_EQ(error_of([&] { const TraceGuard second(path); }),
            "a trace is running already in this thread: finish it before the next one begins");
}

TEST_F(TraceTest, StopsAtTheGivenNumberOfSteps) {
  Tensor y = leaf(1);
  TraceGuard guard(path, {.max_steps = 5});
  for (int i = 0; i < 10; ++i) y = y.exp();
  y.backward();
  const Json trace = recorded(guard);
  EXPECT_EQ(trace["steps"].size(), 5u);
  EXPECT_EQ(trace["truncated"], true);
}

TEST_F(TraceTest, TheClassifiersPageIsUnderTwoMegabytes) {
  nn::Sequential model{nn::Linear(784, 200), nn::Sigmoid(), nn::Linear(200, 10), nn::Sigmoid()};
  nn::MSELoss loss_function;
  const Tensor image = rand({784}), target = zeros({10});
  autograd::trace(path, [&] { return loss_function(model(image), target); }, {.finite_differences = 3});
  EXPECT_LT(std::filesystem::file_size(path), 2'000'000u);
}

}  // namespace
}  // namespace gradus
