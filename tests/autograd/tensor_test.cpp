#include <gradus/tests/autograd/helpers.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace gradus {
namespace {

TEST(Tensor, IsANumberOrABoolWithOneElementOnly) {
  EXPECT_EQ(tensor({{2.5}}).item<double>(), 2.5);
  EXPECT_EQ(error_of([] { tensor({1, 2, 3}).item(); }), "a Tensor with 3 elements cannot be converted to Scalar");
  EXPECT_EQ(error_of([] { zeros({0}).item(); }), "a Tensor with 0 elements cannot be converted to Scalar");
  EXPECT_TRUE(static_cast<bool>(tensor({{-1}})));
  EXPECT_FALSE(static_cast<bool>(tensor(0.0)));
  EXPECT_EQ(error_of([] {
              static_cast<void>(static_cast<bool>(tensor({true, true})));
            }),
            "Boolean value of Tensor with more than one value is ambiguous");
  EXPECT_EQ(error_of([] { static_cast<void>(static_cast<bool>(zeros({0}))); }),
            "Boolean value of Tensor with no values is ambiguous");
}

TEST(Tensor, GradOfANonLeafIsUndefinedWithAWarning) {
  // A warning comes once in a process, so this asks in a process of its own.
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto ask = [] {
    const Tensor x = leaf(2), y = x * 3;
    y.backward();
    std::exit(y.grad().defined() ? 1 : 0);
  };
  EXPECT_EXIT(ask(), testing::ExitedWithCode(0),
              "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't "
              "be populated during autograd.backward\\(\\). If you indeed want the .grad field to be populated for a "
              "non-leaf Tensor, use .retain_grad\\(\\) on the non-leaf Tensor.");
}

TEST(Tensor, GradOfAViewWhoseBaseGotAHistorySinceHasAWarning) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto ask = [] {
    const Tensor base = zeros({2, 2}, kFloat64), row = base[1];
    base[0] = leaf({1., 2.});
    std::exit(row.grad().defined() ? 1 : 0);
  };
  EXPECT_EXIT(ask(), testing::ExitedWithCode(0), "The .grad attribute of a Tensor that is not a leaf Tensor");
}

TEST(Tensor, GradOfALeafOrARetainedOneHasNoWarning) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  const auto ask = [] {
    const Tensor x = leaf(2), y = x * 3;
    y.retain_grad();
    std::exit(x.grad().defined() || y.grad().defined() ? 1 : 0);
  };
  EXPECT_EXIT(ask(), testing::ExitedWithCode(0), "^$");
}

TEST(Tensor, RequiresGradChangesOnLeavesOnly) {
  const Tensor x = leaf(2);
  Tensor y = x * 3;
  EXPECT_TRUE(
      error_of([&] { y.requires_grad_(false); }).starts_with("you can only change requires_grad flags of leaf"));
  EXPECT_TRUE(y.requires_grad_().requires_grad());
  EXPECT_FALSE(leaf(2).requires_grad_(false).requires_grad());
  for (const Dtype dtype : {kInt64, kBool}) {
    EXPECT_EQ(error_of([=] { ones({2}, dtype).requires_grad_(); }),
              "only Tensors of floating point and complex dtype can require gradients, but this one is " +
                  std::string(to_string(dtype)));
  }
}

TEST(Tensor, RetainGradAndHooksNeedAGradient) {
  EXPECT_EQ(error_of([] { tensor(1.0).retain_grad(); }), "can't retain_grad on Tensor that has requires_grad=False");
  EXPECT_EQ(error_of([] { tensor(1.0).register_hook([](const Tensor& g) { return g; }); }),
            "cannot register a hook on a tensor that doesn't require gradient");
  Tensor part = leaf({1., 2.}).clone()[0];
  EXPECT_EQ(error_of([&] { part.detach_(); }), "Can't detach views in-place. Use detach() instead.");
}

TEST(Tensor, ToReturnsItselfIfNothingChanges) {
  const Tensor x = leaf({1., 2.});
  EXPECT_TRUE(x.to(kFloat64).is_same(x));
  EXPECT_FALSE(x.to(kFloat32).is_same(x));
}

}  // namespace
}  // namespace gradus
