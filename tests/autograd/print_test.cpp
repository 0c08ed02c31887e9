#include <gradus/autograd/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

namespace gradus {
namespace {

// The expected texts are what PyTorch prints for the same tensors.
TEST(Print, Scalars) {
  EXPECT_EQ(tensor(3.5).to_string(), "tensor(3.5000)");
  EXPECT_EQ(tensor(14.0).to_string(), "tensor(14.)");
  EXPECT_EQ(tensor(7).to_string(), "tensor(7)");
  EXPECT_EQ(tensor(true).to_string(), "tensor(True)");
  EXPECT_EQ(tensor(3.5, requires_grad()).to_string(), "tensor(3.5000, requires_grad=True)");
  EXPECT_EQ(tensor(1.5, kFloat64).to_string(), "tensor(1.5000, dtype=float64)");
}

TEST(Print, GradFn) {
  const Tensor x = tensor({1.0, 2.0}, requires_grad());
  std::ostringstream stream;
  stream << x * x;
  EXPECT_EQ(stream.str(), "tensor([1., 4.], grad_fn=<MulBackward0>)");
  EXPECT_EQ((x[0] * 1.875).to_string(), "tensor(1.8750, grad_fn=<MulBackward0>)");
}

TEST(Print, Matrices) {
  EXPECT_EQ(tensor({{1.0, 2.5}, {-3.0, 100.0}}).to_string(),
            "tensor([[  1.0000,   2.5000],\n        [ -3.0000, 100.0000]])");
  EXPECT_EQ(tensor({{1, 2}, {30, 4}}).to_string(), "tensor([[ 1,  2],\n        [30,  4]])");
  EXPECT_EQ(tensor({true, false}).to_string(), "tensor([ True, False])");
  EXPECT_EQ(arange(8).view({2, 2, 2}).to_string(),
            "tensor([[[0, 1],\n         [2, 3]],\n\n        [[4, 5],\n         [6, 7]]])");
}

TEST(Print, ScientificNonFiniteAndEmpty) {
  EXPECT_EQ(tensor({1e-5, 1.0}).to_string(), "tensor([1.0000e-05, 1.0000e+00])");
  EXPECT_EQ(tensor({1.0, double{INFINITY}, double{NAN}}).to_string(), "tensor([1., inf, nan])");
  EXPECT_EQ(zeros({0}).to_string(), "tensor([])");
  EXPECT_EQ(zeros({2, 0}).to_string(), "tensor([], size=(2, 0))");
  EXPECT_EQ(Tensor().to_string(), "Tensor (undefined)");
}

TEST(Print, LongLinesBreakAndLargeTensorsAreSummarised) {
  EXPECT_EQ(arange(30).to_string(),
            "tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,\n"
            "        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])");
  EXPECT_EQ(arange(2000).to_string(), "tensor([   0,    1,    2,  ..., 1997, 1998, 1999])");
  EXPECT_EQ(zeros({40, 40}).to_string(),
            "tensor([[0., 0., 0.,  ..., 0., 0., 0.],\n"
            "        [0., 0., 0.,  ..., 0., 0., 0.],\n"
            "        [0., 0., 0.,  ..., 0., 0., 0.],\n"
            "        ...,\n"
            "        [0., 0., 0.,  ..., 0., 0., 0.],\n"
            "        [0., 0., 0.,  ..., 0., 0., 0.],\n"
            "        [0., 0., 0.,  ..., 0., 0., 0.]])");
}

}  // namespace
}  // namespace gradus
