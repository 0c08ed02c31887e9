#include <gradus/autograd/engine.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/memory.h>
#include <gradus/tests/autograd/helpers.h>
#include <gtest/gtest.h>

#include <array>

namespace gradus {
namespace {

constexpr auto kSecondTime =
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already been "
    "freed). Saved intermediate values of the graph are freed when you call .backward() or autograd::grad(). Specify "
    "retain_graph=true if you need to backward through the graph a second time or if you need to access saved tensors "
    "after calling backward.";

TEST(Backward, OfOneElementWhateverItsDimensions) {
  const Tensor x = leaf({{2.}});
  (x * x).unsqueeze(0).backward();
  EXPECT_EQ(values(x.grad()), (Doubles{4}));
  EXPECT_TRUE(error_of([] { (leaf({{1.}, {2.}}) * 2).backward(); }).starts_with("grad can be implicitly created only"));
}

TEST(Backward, RetainGraphIsCreateGraphUnlessGiven) {
  const Tensor x = leaf(3);
  const Tensor kept = x * x;
  kept.backward({}, std::nullopt, true);
  kept.backward({}, std::nullopt, true);
  EXPECT_EQ(values(x.grad()), (Doubles{12}));
  const Tensor freed = x * x;
  freed.backward({}, false, true);
  EXPECT_EQ(error_of([&] { freed.backward(); }), kSecondTime);
  x.mutable_grad() = Tensor();
}

TEST(Backward, GradFreesTheGraphAsBackwardDoes) {
  const Tensor x = leaf(3), y = x * x;
  autograd::grad({y}, {x}, {}, true);
  autograd::grad({y}, {x});
  EXPECT_EQ(error_of([&] { autograd::grad({y}, {x}); }), kSecondTime);
}

TEST(Backward, NamesOutputShapeAndVersionsOfAChangedTensor) {
  const Tensor x = leaf({1., 2.});
  Tensor y = x.exp();  // saves its output
  y.add_(1);
  EXPECT_EQ(error_of([&] { y.sum().backward(); }),
            "one of the variables needed for gradient computation has been modified by an inplace operation: [Double "
            "[2]], which is output 0 of ExpBackward0, is at version 1; expected version 0 instead. Hint: enable "
            "anomaly detection to find the operation that failed to compute its gradient, with "
            "gradus::autograd::set_detect_anomaly(true).");
}

TEST(Backward, FindsAChangedTensorEveryTimeItIsAsked) {
  const Tensor x = leaf({1., 2.}), y = leaf({3., 4.});
  Tensor a = x * 1;
  const Tensor b = y * 1, loss = (a * b).sum();
  a.add_(1);
  const std::string first = error_of([&] { loss.backward(); });
  EXPECT_TRUE(first.starts_with("one of the variables needed for gradient computation has been modified")) << first;
  EXPECT_EQ(error_of([&] { loss.backward(); }), first);
}

TEST(Backward, WritesIntoNoGradientThatSomebodyHolds) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x * 2, z = y * 3;
  Tensor seen;
  z.register_hook([&](const Tensor& g) {
    seen = g;
    return Tensor();
  });
  Tensor seed = full({2}, 5, kFloat64);
  z.backward(seed, true);
  EXPECT_EQ(values(seed), (Doubles{5, 5}));
  EXPECT_EQ(values(seen), (Doubles{5, 5}));
  EXPECT_EQ(values(x.grad()), (Doubles{30, 30}));
  const TensorList gradients = autograd::grad({z.sum()}, {z, y, x});
  EXPECT_EQ(values(gradients[0]), (Doubles{1, 1}));
  EXPECT_EQ(values(gradients[1]), (Doubles{3, 3}));
  EXPECT_EQ(values(gradients[2]), (Doubles{6, 6}));
}

// Hands out memory of its own as a gradient.
struct Lender : Function<Lender> {
  static constexpr auto name = "lender";
  static Tensor forward(Context&, const Tensor& x) { return x * 1; }
  static TensorList backward(Context&, const Tensor&) { return {from_blob(lent.data(), {2}, kFloat64)}; }
  static inline std::array<double, 2> lent{7, 8};
};

TEST(Backward, WritesIntoNoMemoryOfSomebodyElse) {
  const Tensor x = leaf({1., 2.});
  Lender::apply(x * 2).sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{14, 16}));
  EXPECT_EQ(Lender::lent, (std::array<double, 2>{7, 8}));
}

// Two handles of the same saved tensor in one backward.
TEST(Backward, OfAProductWithItselfAndTwice) {
  const Tensor x = leaf({1., 2.});
  const Tensor loss = (x * x).sum();
  loss.backward({}, true);
  loss.backward();
  EXPECT_EQ(values(x.grad()), (Doubles{4, 8}));
  EXPECT_EQ(error_of([&] { loss.backward(); }), kSecondTime);
}

// out = x in rows, with a gradient that has not been summed over them.
struct Rows : Function<Rows> {
  static constexpr auto name = "rows";
  static Tensor forward(Context&, const Tensor& x) { return x.expand({2, 3, 2}).clone(); }
  static TensorList backward(Context&, const Tensor& g) { return {g}; }
};

TEST(Backward, SumsAGradientLargerThanTheInput) {
  const Tensor x = leaf({1., 2.}), y = leaf({{1., 2.}, {3., 4.}, {5., 6.}}), z = leaf({{1.}, {2.}, {3.}});
  for (const Tensor& input : {x, y, z}) Rows::apply(input).backward(counting({2, 3, 2}));
  EXPECT_EQ(values(x.grad()), (Doubles{30, 36}));
  EXPECT_EQ(values(y.grad()), (Doubles{6, 8, 10, 12, 14, 16}));
  EXPECT_EQ(sizes_of(z.grad()), (Sizes{3, 1}));
  EXPECT_EQ(values(z.grad()), (Doubles{14, 22, 30}));
}

TEST(Backward, AddsLaterGradientsInPlaceUnlessTheyHaveAHistory) {
  const Tensor x = leaf({1., 2.});
  (x * 3).sum().backward();
  const Tensor first = x.grad();
  (x * 3).sum().backward();
  EXPECT_TRUE(x.grad().is_same(first));
  EXPECT_EQ(values(first), (Doubles{6, 6}));
  (x * x).sum().backward({}, std::nullopt, true);
  EXPECT_EQ(values(first), (Doubles{6, 6}));
  EXPECT_EQ(values(x.grad()), (Doubles{8, 10}));
  x.mutable_grad() = Tensor();
}

#if !defined(__SANITIZE_ADDRESS__)  // the allocator counts only where it is not bypassed
TEST(Backward, FreesWhatWasSavedUnlessItRetainsTheGraph) {
  const Tensor x = ones({1000}, dtype(kFloat64).requires_grad());
  const Tensor loss = x.exp().sin().sum();
  x.mutable_grad() = zeros({1000}, kFloat64);
  const size_t before = memory::stats().allocated;
  loss.backward({}, true);
  EXPECT_EQ(memory::stats().allocated, before);
  loss.backward();
  EXPECT_LE(memory::stats().allocated + 8000, before);
}
#endif

}  // namespace
}  // namespace gradus
