#include <gradus/autograd/engine.h>
#include <gradus/autograd/memory.h>
#include <gradus/autograd/random.h>
#include <gtest/gtest.h>

#include <thread>

namespace gradus {
namespace {

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

Tensor leaf(double value) { return tensor(value, dtype(kFloat64).requires_grad()); }

// -- golden gradients -------------------------------------------------------------------------------------------------

TEST(Engine, SquarePlusTwo) {
  const Tensor x = leaf(3.5);
  const Tensor y = x * x + 2;
  EXPECT_DOUBLE_EQ(y.item<double>(), 14.25);
}

TEST(Engine, CubicAt3Point5HasGradient5Point75) {
  const Tensor x = leaf(3.5);
  ((x - 1) * (x - 2) * (x - 3)).backward();
  EXPECT_DOUBLE_EQ(x.grad().item<double>(), 5.75);
}

TEST(Engine, TwoXSquaredPlusThreeHasGradient14) {
  const Tensor x = leaf(3.5);
  (2 * x * x + 3).backward();
  EXPECT_DOUBLE_EQ(x.grad().item<double>(), 14);
}

TEST(Engine, ChainedExpressionHasGradients64And33) {
  const Tensor a = leaf(2), b = leaf(1);
  const Tensor x = 2 * a + 3 * b;
  const Tensor y = 5 * a * a + 3 * b * b * b;
  const Tensor z = 2 * x + 3 * y;
  z.backward();
  EXPECT_DOUBLE_EQ(a.grad().item<double>(), 64);
  EXPECT_DOUBLE_EQ(b.grad().item<double>(), 33);
}

// -- order of the nodes -----------------------------------------------------------------------------------------------

TEST(Engine, DiamondsInBothOperandOrders) {
  for (const bool swapped : {false, true}) {
    const Tensor x = leaf(3);
    const Tensor a = x * 0.5, b = a * 0.5;
    (swapped ? a + b : b + a).backward();
    EXPECT_DOUBLE_EQ(x.grad().item<double>(), 0.75);
  }
}

TEST(Engine, ReusedInnerNodeCollectsBeforeItHandsOn) {
  const Tensor a = leaf(3);
  const Tensor b = a + a;
  const Tensor c = b + b;
  c.backward();
  EXPECT_DOUBLE_EQ(a.grad().item<double>(), 4);
}

TEST(Engine, CubeOfASharedInput) {
  const Tensor x = leaf(3);
  (x * x * x).backward();
  EXPECT_DOUBLE_EQ(x.grad().item<double>(), 27);
}

// -- accumulation -----------------------------------------------------------------------------------------------------

TEST(Engine, OnlyLeavesAccumulate) {
  const Tensor x = leaf(2);
  const Tensor y = x * 3;
  for (int i = 0; i < 2; ++i) (y * 1).backward({}, true);
  EXPECT_DOUBLE_EQ(x.grad().item<double>(), 6);
  EXPECT_FALSE(y.grad().defined());
}

TEST(Engine, RetainGradKeepsTheGradientOfANonLeaf) {
  const Tensor x = leaf(2);
  const Tensor y = x * 3;
  y.retain_grad();
  (y * y).backward();
  EXPECT_DOUBLE_EQ(y.grad().item<double>(), 12);
  EXPECT_DOUBLE_EQ(x.grad().item<double>(), 36);
}

TEST(Engine, GradientsOfTwoLeavesShareNoMemory) {
  const Tensor a = leaf(1), b = leaf(2);
  (a + b).backward();
  (a * 5).backward();
  EXPECT_DOUBLE_EQ(a.grad().item<double>(), 6);
  EXPECT_DOUBLE_EQ(b.grad().item<double>(), 1);
}

TEST(Engine, TheGradientArgumentIsNotKeptAsGrad) {
  const Tensor x = tensor({1.0, 2.0}, dtype(kFloat64).requires_grad());
  const Tensor g = tensor({1.0, 1.0}, kFloat64);
  x.clone().backward(g);
  x.clone().backward(g);
  EXPECT_EQ(g.to_vector<double>(), (std::vector<double>{1, 1}));
  EXPECT_EQ(x.grad().to_vector<double>(), (std::vector<double>{2, 2}));
}

TEST(Engine, BackwardForSomeInputsOnly) {
  const Tensor a = leaf(2), b = leaf(3);
  (a * b).backward({}, std::nullopt, false, TensorList(a));
  EXPECT_DOUBLE_EQ(a.grad().item<double>(), 3);
  EXPECT_FALSE(b.grad().defined());
  EXPECT_EQ(message_of([&] { (a * b).backward({}, std::nullopt, false, TensorList()); }),
            "'inputs' argument to backward() cannot be empty.");
}

// -- grad() -----------------------------------------------------------------------------------------------------------

TEST(Engine, GradReturnsAndAccumulatesNothing) {
  const Tensor a = leaf(2), b = leaf(3);
  const TensorList gradients = autograd::grad({a * b}, {a, b});
  EXPECT_DOUBLE_EQ(gradients[0].item<double>(), 3);
  EXPECT_DOUBLE_EQ(gradients[1].item<double>(), 2);
  EXPECT_FALSE(a.grad().defined());
}

TEST(Engine, GradOfAnInnerTensorStopsThere) {
  const Tensor x = leaf(2);
  const Tensor y = x * 3;
  EXPECT_DOUBLE_EQ(autograd::grad({y * y}, {y})[0].item<double>(), 12);
}

TEST(Engine, GradOfTheOutputItselfIsOne) {
  const Tensor x = leaf(2);
  const Tensor y = x * 3;
  EXPECT_DOUBLE_EQ(autograd::grad({y}, {y})[0].item<double>(), 1);
}

TEST(Engine, UnusedInput) {
  const Tensor a = leaf(2), b = leaf(3);
  EXPECT_EQ(message_of([&] { autograd::grad({a * 2}, {b}); }),
            "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if "
            "this is the desired behavior.");
  EXPECT_FALSE(autograd::grad({a * 2}, {b}, {}, std::nullopt, false, true)[0].defined());
}

TEST(Engine, SecondAndThirdDerivative) {
  const Tensor x = leaf(2);
  const Tensor first = autograd::grad({x * x * x * x}, {x}, {}, std::nullopt, true)[0];
  const Tensor second = autograd::grad({first}, {x}, {}, std::nullopt, true)[0];
  const Tensor third = autograd::grad({second}, {x})[0];
  EXPECT_DOUBLE_EQ(first.item<double>(), 32);
  EXPECT_DOUBLE_EQ(second.item<double>(), 48);
  EXPECT_DOUBLE_EQ(third.item<double>(), 48);
}

TEST(Engine, CreateGraphThroughBackwardDifferentiatesGrad) {
  Tensor x = leaf(3);
  (x * x * x).backward({}, std::nullopt, true);
  const Tensor first = x.grad();
  EXPECT_TRUE(first.requires_grad());
  EXPECT_DOUBLE_EQ(autograd::grad({first}, {x})[0].item<double>(), 18);
  x.mutable_grad() = Tensor();
}

// -- errors -----------------------------------------------------------------------------------------------------------

TEST(Engine, ErrorsAsPyTorchSaysThem) {
  const Tensor x = tensor({1.0, 2.0}, dtype(kFloat64).requires_grad());
  EXPECT_TRUE(
      message_of([&] { (x * 2).backward(); }).starts_with("grad can be implicitly created only for scalar outputs"));
  EXPECT_EQ(message_of([] { tensor(1.0).backward(); }),
            "element 0 of tensors does not require grad and does not have a grad_fn");
  EXPECT_EQ(message_of([&] { (x * 2).backward(ones({3}, kFloat64)); }),
            "Mismatch in shape: grad_output[0] has a shape of [3] and output[0] has a shape of [2].");
  EXPECT_TRUE(message_of([] {
                tensor({1, 2}).requires_grad_();
              }).starts_with("only Tensors of floating point and complex dtype can require gradients"));
}

TEST(Engine, SecondBackwardNeedsRetainGraph) {
  const Tensor x = leaf(2);
  const Tensor y = x * x;
  y.backward({}, true);
  y.backward();
  EXPECT_DOUBLE_EQ(x.grad().item<double>(), 8);
  EXPECT_TRUE(message_of([&] { y.backward(); }).starts_with("Trying to backward through the graph a second time"));
  const Tensor sum = x + x;  // saves nothing: any number of times
  sum.backward();
  sum.backward();
}

TEST(Engine, ChangedSavedTensorIsNamed) {
  const Tensor x = leaf(2);
  Tensor y = x * 3;
  const Tensor z = y * y;
  y.add_(1);
  const std::string message = message_of([&] { z.backward(); });
  EXPECT_TRUE(message.starts_with(
      "one of the variables needed for gradient computation has been modified by an inplace operation: [Double []], "
      "which is input 1 of MulBackward0, is at version 1; expected version 0 instead."))
      << message;
}

struct WrongShape : Function<WrongShape> {
  static constexpr auto name = "wrong_shape";
  static Tensor forward(Context&, const Tensor& x) { return x * 2; }
  static TensorList backward(Context&, const Tensor&) { return {zeros({5}, kFloat64)}; }
};
struct WrongCount : Function<WrongCount> {
  static constexpr auto name = "wrong_count";
  static Tensor forward(Context&, const Tensor& x) { return x * 2; }
  static TensorList backward(Context&, const Tensor& g) { return {g, g}; }
};

TEST(Engine, BackwardThatReturnsTheWrongThingIsNamed) {
  const Tensor x = tensor({1.0, 2.0}, dtype(kFloat64).requires_grad());
  const Tensor g = ones({2}, kFloat64);
  EXPECT_EQ(message_of([&] { WrongShape::apply(x).backward(g); }),
            "Function WrongShapeBackward0 returned an invalid gradient at index 0 - got [5] but expected shape "
            "compatible with [2]");
  EXPECT_EQ(message_of([&] { WrongCount::apply(x).backward(g); }),
            "function WrongCountBackward0 returned an incorrect number of gradients (expected 1, got 2)");
}

// -- hooks ------------------------------------------------------------------------------------------------------------

TEST(Engine, HooksSeeAndReplaceGradients) {
  const Tensor x = leaf(2);
  const Tensor y = x * 3;
  double seen = 0;
  const int64_t id = y.register_hook([&](const Tensor& g) {
    seen = g.item<double>();
    return g * 10;
  });
  x.register_hook([](const Tensor& g) { return g + 1; });
  (y * 2).backward({}, true);
  EXPECT_DOUBLE_EQ(seen, 2);
  EXPECT_DOUBLE_EQ(x.grad().item<double>(), 61);
  y.remove_hook(id);
  (y * 2).backward();
  EXPECT_DOUBLE_EQ(x.grad().item<double>(), 61 + 7);
}

TEST(Engine, BackwardInsideAHookOfTheSameGraph) {
  const Tensor x = leaf(2);
  const Tensor y = x * x;
  const Tensor z = y * 3;
  double inner = 0;
  z.register_hook([&](const Tensor&) {
    inner = autograd::grad({y}, {x}, {}, true)[0].item<double>();
    return Tensor();
  });
  (z + y).backward({}, true);
  EXPECT_DOUBLE_EQ(inner, 4);
  EXPECT_DOUBLE_EQ(x.grad().item<double>(), 16);
}

TEST(Engine, AGraphBelongsToOneThreadAtATime) {
  const Tensor x = leaf(2);
  const Tensor y = x * x;
  const Tensor z = y * 1;
  std::string message;
  z.register_hook([&](const Tensor&) {
    std::thread([&] { message = message_of([&] { autograd::grad({y}, {x}, {}, true); }); }).join();
    return Tensor();
  });
  z.backward({}, true);
  EXPECT_TRUE(message.starts_with("two threads run backward over the same graph at the same time")) << message;
  EXPECT_DOUBLE_EQ(x.grad().item<double>(), 4);  // the run that owned the graph finished
}

TEST(Engine, ThreadsWithGraphsOfTheirOwn) {
  std::vector<double> gradients(4);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < gradients.size(); ++i) {
    threads.emplace_back([&gradients, i] {
      for (int round = 0; round < 200; ++round) {
        const Tensor x = leaf(static_cast<double>(i));
        (x * x * x).backward();
        gradients[i] = x.grad().item<double>();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(gradients, (std::vector<double>{0, 3, 12, 27}));
}

TEST(Engine, AnErrorInBackwardLeavesTheGraphUsable) {
  const Tensor x = leaf(2);
  const Tensor y = x * x;
  bool fail = true;
  y.register_hook([&](const Tensor&) -> Tensor {
    if (fail) throw Error("from the hook");
    return {};
  });
  EXPECT_EQ(message_of([&] { (y * 2).backward({}, true); }), "from the hook");
  fail = false;
  (y * 2).backward();
  EXPECT_DOUBLE_EQ(x.grad().item<double>(), 8);
}

// -- depth, lifetime --------------------------------------------------------------------------------------------------

TEST(Engine, AMillionNodesDeep) {
  const Tensor x = leaf(1);
  {
    Tensor y = x;
    for (int i = 0; i < 1'000'000; ++i) y = y + x;
    y.backward();
  }
  EXPECT_DOUBLE_EQ(x.grad().item<double>(), 1'000'001);
}

TEST(Engine, AMillionNodesDeepAreDestroyedUnused) {
  const Tensor x = leaf(1);
  Tensor y = x;
  for (int i = 0; i < 1'000'000; ++i) y = y * x;
  y = Tensor();
  EXPECT_FALSE(x.grad().defined());
}

#if !defined(__SANITIZE_ADDRESS__)  // the allocator counts only where it is not bypassed
TEST(Engine, AMillionSmallGraphsLeakNothing) {
  Tensor x = leaf(2);
  const auto once = [&](bool create_graph) {
    x.mutable_grad() = Tensor();
    (x * x * x + x).backward({}, std::nullopt, create_graph);
  };
  once(true);
  x.mutable_grad() = Tensor();
  const size_t before = memory::stats().allocated;
  for (int i = 0; i < 1'000'000; ++i) once(i % 2 == 0);
  x.mutable_grad() = Tensor();
  EXPECT_EQ(memory::stats().allocated, before);
}

TEST(Engine, AGradientWithAHistoryDiesWithItsLeaf) {
  const size_t before = memory::stats().allocated;
  {
    const Tensor x = leaf(2);
    (x * x * x).backward({}, std::nullopt, true);
    EXPECT_TRUE(x.grad().requires_grad());
  }
  EXPECT_EQ(memory::stats().allocated, before);
}

TEST(Engine, ANodeDiesWithTheLastTensorThatReachesIt) {
  const size_t before = memory::stats().allocated;
  {
    const Tensor x = leaf(2);
    Tensor y = (x * 2).sigmoid();  // saves its own output
    y.exp_();
    EXPECT_GT(memory::stats().allocated, before);
  }
  EXPECT_EQ(memory::stats().allocated, before);
}
#endif

// -- grad mode --------------------------------------------------------------------------------------------------------

TEST(GradMode, GuardsNest) {
  const Tensor x = leaf(2);
  {
    const NoGradGuard no_grad;
    EXPECT_FALSE((x * 2).requires_grad());
    {
      const EnableGradGuard enable_grad;
      EXPECT_TRUE((x * 2).requires_grad());
    }
    EXPECT_FALSE((x * 2).requires_grad());
  }
  EXPECT_TRUE((x * 2).requires_grad());
}

TEST(GradMode, IsPerThread) {
  const NoGradGuard no_grad;
  bool elsewhere = false;
  std::thread([&] { elsewhere = GradMode::is_enabled(); }).join();
  EXPECT_TRUE(elsewhere);
  EXPECT_FALSE(GradMode::is_enabled());
}

// -- anomaly mode -----------------------------------------------------------------------------------------------------

TEST(Anomaly, NamesTheOpThatMadeNan) {
  const Tensor x = leaf(0);
  const autograd::DetectAnomalyGuard anomaly;
  const std::string message = message_of([&] { (x / x).backward(); });
  EXPECT_TRUE(message.starts_with("Function 'DivBackward0' returned nan values in its 1th output.")) << message;
  EXPECT_NE(message.find("The forward call of DivBackward0 was here:"), std::string::npos) << message;
  EXPECT_NE(message.find("NamesTheOpThatMadeNan"), std::string::npos) << message;
}

TEST(Anomaly, NamesThePlaceOfAnOpThatCannotGoBackward) {
  const autograd::DetectAnomalyGuard anomaly;
  const Tensor x = leaf(2);
  Tensor y = x * 3;
  const Tensor z = y * y;
  y.add_(1);
  const std::string message = message_of([&] { z.backward(); });
  EXPECT_NE(message.find("NamesThePlaceOfAnOpThatCannotGoBackward"), std::string::npos) << message;
}

}  // namespace
}  // namespace gradus
