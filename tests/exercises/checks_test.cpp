#include "helpers.h"

#include "../error_of.h"

using namespace gradus;
using namespace gradus::tutorials;

namespace {

TEST(ExpectClose, NamesTheElementAndBothNumbers) {
  EXPECT_EQ(error_of([] { expect_close("x", tensor({1., 2.}), tensor({1., 2.})); }), "no error");
  EXPECT_EQ(error_of([] {
              expect_close("x", tensor({{1., 2.}, {3., 4.}}), tensor({{1., 2.}, {3.5, 4.}}));
            }),
            "x, element [1, 0]: expected 3.5, found 3 (1 of 4 elements differ)\n"
            "expected: tensor([[1.0000, 2.0000],\n        [3.5000, 4.0000]], dtype=float64)\n"
            "found: tensor([[1., 2.],\n        [3., 4.]], dtype=float64)");
  EXPECT_EQ(error_of([] { expect_close("x", zeros({2, 1}), zeros({2})); }), "x has sizes [2, 1], but [2] was expected");
  EXPECT_EQ(error_of([] { expect_close("x", Tensor(), zeros({2})); }), "x is an undefined tensor, one without numbers");
  EXPECT_NE(error_of([] { expect_close("x", tensor({0. / 0.}), tensor({1.})); }), "no error");
  EXPECT_EQ(error_of([] { expect_close("x", int64_t{7}, int64_t{8}); }), "x: expected 8, found 7");
}

TEST(ExpectClose, ShowsEnoughDigitsToTellNumbersApart) {
  EXPECT_EQ(error_of([] { expect_close("x", 0.12345678, 0.12345699, {}, {.rtol = 0, .atol = 0}); }),
            "x: expected 0.123457, found 0.1234568");
  EXPECT_EQ(error_of([] { expect_close("x", 0.5, 0.25); }), "x: expected 0.25, found 0.5");
}

TEST(ExpectClose, RecognisesMistakes) {
  const Mistakes mistakes = {{6, "This is the sum."}, {tensor({2., 4.}), "Twice the answer."}};
  EXPECT_EQ(error_of([&] { expect_close("x", 6, 2, mistakes); }), "x: expected 2, found 6\nThis is the sum.");
  EXPECT_EQ(error_of([&] { expect_close("x", 5, 2, mistakes); }), "x: expected 2, found 5");
  EXPECT_NE(error_of([&] {
              expect_close("x", tensor({2., 4.}), tensor({1., 2.}), mistakes);
            }).find("\nTwice"),
            std::string::npos);
  // A right answer stays one, even where a mistake gives the same value.
  EXPECT_EQ(error_of([&] { expect_close("x", 6, 6, mistakes); }), "no error");
}

TEST(ExpectGradient, ComparesWithCentralDifferences) {
  const Tensor x = tensor({0.5, -1.0, 2.0}, kFloat64);
  const auto cube = [](const Tensor& t) { return t * t * t; };
  EXPECT_EQ(error_of([&] {
              expect_gradient(
                  "cube'", cube, [](const Tensor& t) { return 3 * t * t; }, x);
            }),
            "no error");
  const std::string message = error_of([&] {
    expect_gradient(
        "cube'", cube, [](const Tensor& t) { return 2 * t * t; }, x);
  });
  EXPECT_TRUE(message.starts_with("cube', element [0]: central difference 0.75, your gradient 0.5 (3 of 3 elements"))
      << message;
  EXPECT_EQ(x.to_vector<double>(), (std::vector<double>{0.5, -1, 2}));
}

TEST(ExpectGradcheck, PassesTheLibrarysMessageOn) {
  const Tensor x = tensor({0.5, -1.0}, TensorOptions(kFloat64).requires_grad());
  EXPECT_EQ(error_of([&] { expect_gradcheck("square", [](const Tensor& t) { return t * t; }, {x}); }), "no error");
  const std::string message =
      error_of([&] { expect_gradcheck("square", [](const Tensor& t) { return t * t.detach(); }, {x}); });
  EXPECT_NE(message.find("the gradient check of square fails"), std::string::npos);
  EXPECT_NE(message.find("backward gives 0.5, the central difference 1"), std::string::npos) << message;
}

TEST(ExpectError, WantsAnError) {
  EXPECT_EQ(error_of([] { expect_error([] { throw ValueError("no"); }, "should throw"); }), "no error");
  EXPECT_EQ(error_of([] { expect_error([] {}, "should throw"); }), "should throw");
  EXPECT_THROW(expect_error([] { not_done_yet(); }, "should throw"), NotDoneYet);
}

}  // namespace
