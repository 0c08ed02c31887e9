#include <gradus/autograd/tensor.h>
#include <gtest/gtest.h>

#include <numbers>

namespace gradus {
namespace {

using Doubles = std::vector<double>;
using Integers = std::vector<int64_t>;

TEST(Creation, TensorFromNumbersAndLists) {
  EXPECT_EQ(tensor(3.5).dim(), 0);
  EXPECT_EQ(tensor(3.5).dtype(), kFloat32);
  EXPECT_EQ(tensor(3).dtype(), kInt64);
  EXPECT_EQ(tensor(true).dtype(), kBool);
  EXPECT_EQ(tensor({1, 2.5}).to_vector<double>(), (Doubles{1, 2.5}));
  const Tensor matrix = tensor({{1., 2., 3.}, {4., 5., 6.}});
  EXPECT_EQ(matrix.sizes(), (IntArrayRef{2, 3}));
  EXPECT_EQ(matrix.to_vector<double>(), (Doubles{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(tensor({{{1, 2}}, {{3, 4}}}).sizes(), (IntArrayRef{2, 1, 2}));
  EXPECT_EQ(tensor({true, false}).dtype(), kBool);
  EXPECT_EQ(tensor({1, 2}, kFloat64).dtype(), kFloat64);
  EXPECT_EQ(tensor(int64_t{1} << 60).item<int64_t>(), int64_t{1} << 60);
  EXPECT_THROW(tensor({{1., 2.}, {3.}}), ValueError);
}

TEST(Creation, TensorFromVectors) {
  EXPECT_EQ(tensor(std::vector<float>{1, 2}).dtype(), kFloat32);
  EXPECT_EQ(tensor(std::vector<double>{1, 2}).dtype(), kFloat32);  // as PyTorch: the default dtype
  EXPECT_EQ(tensor(std::vector<int>{1, 2}).dtype(), kInt64);
  EXPECT_EQ(tensor(std::vector<bool>{true, false}).dtype(), kBool);
  EXPECT_EQ(tensor(std::vector<double>{}).sizes(), (IntArrayRef{0}));
}

TEST(Creation, FilledTensors) {
  EXPECT_EQ(zeros({2, 2}).to_vector<double>(), (Doubles{0, 0, 0, 0}));
  EXPECT_EQ(ones({3}, kInt64).to_vector<int64_t>(), (Integers{1, 1, 1}));
  EXPECT_EQ(full({2}, 7).dtype(), kInt64);
  EXPECT_EQ(full({2}, 0.5).dtype(), kFloat32);
  EXPECT_EQ(eye(2, 3).to_vector<double>(), (Doubles{1, 0, 0, 0, 1, 0}));
  EXPECT_TRUE(ones({2}, requires_grad()).requires_grad());
  EXPECT_EQ(zeros_like(ones({2, 3}, kFloat64)).dtype(), kFloat64);
  EXPECT_EQ(full_like(ones({2}), 3).to_vector<double>(), (Doubles{3, 3}));
  EXPECT_THROW(zeros({-1}), Error);
}

TEST(Creation, Ranges) {
  EXPECT_EQ(arange(4).to_vector<int64_t>(), (Integers{0, 1, 2, 3}));
  EXPECT_EQ(arange(1, 2, 0.25).to_vector<double>(), (Doubles{1, 1.25, 1.5, 1.75}));
  EXPECT_EQ(arange(5, 0, -2).to_vector<int64_t>(), (Integers{5, 3, 1}));
  EXPECT_EQ(arange(0).numel(), 0);
  EXPECT_THROW(arange(0, 1, 0), Error);
  EXPECT_THROW(arange(0, 1, -1), Error);
  EXPECT_EQ(linspace(0, 1, 5).to_vector<double>(), (Doubles{0, 0.25, 0.5, 0.75, 1}));
  EXPECT_EQ(linspace(3, 5, 1).to_vector<double>(), (Doubles{3}));
}

TEST(Creation, FromBlobSharesMemoryAndTellsItsOwner) {
  std::vector<float> numbers{1, 2, 3, 4, 5, 6};
  bool told = false;
  {
    Tensor x = from_blob(numbers.data(), {2, 3}, kFloat32, [&] { told = true; });
    x.add_(1);
    EXPECT_FALSE(told);
  }
  EXPECT_TRUE(told);
  EXPECT_EQ(numbers[5], 7);
  const Tensor column = from_blob(numbers.data(), {2}, {3}, kFloat32, {});
  EXPECT_EQ(column.to_vector<double>(), (Doubles{2, 5}));
}

TEST(Creation, DefaultDtype) {
  set_default_dtype(kFloat64);
  EXPECT_EQ(zeros({1}).dtype(), kFloat64);
  EXPECT_EQ(tensor(1.5).dtype(), kFloat64);
  EXPECT_EQ(tensor(1).dtype(), kInt64);
  set_default_dtype(kFloat32);
  EXPECT_THROW(set_default_dtype(kInt64), TypeError);
}

TEST(Tensor, ItemVectorAndAccess) {
  const Tensor x = tensor({{1., 2.}, {3., 4.}});
  EXPECT_EQ((x.accessor<float, 2>()[1][0]), 3);
  EXPECT_EQ(x.t().to_vector<float>(), (std::vector<float>{1, 3, 2, 4}));
  EXPECT_EQ(x.data_ptr<float>()[3], 4);
  EXPECT_THROW(x.data_ptr<double>(), TypeError);
  EXPECT_THROW((x.accessor<float, 1>()), Error);
  EXPECT_THROW(x.item(), Error);
  EXPECT_EQ(tensor({2.5}).item<double>(), 2.5);
  EXPECT_EQ(x.size(-1), 2);
  EXPECT_THROW(x.size(2), IndexError);
  EXPECT_THROW(Tensor().sizes(), Error);
  EXPECT_TRUE(static_cast<bool>(tensor(1)));
  EXPECT_THROW((void)static_cast<bool>(x), Error);
}

TEST(Tensor, TypePromotion) {
  const Tensor f32 = ones({2}), f64 = ones({2}, kFloat64), i64 = ones({2}, kInt64), boolean = ones({2}, kBool);
  EXPECT_EQ((f32 + f64).dtype(), kFloat64);
  EXPECT_EQ((i64 + f32).dtype(), kFloat32);
  EXPECT_EQ((boolean + i64).dtype(), kInt64);
  EXPECT_EQ((f32 + tensor(1.0, kFloat64)).dtype(), kFloat32);  // a 0-d tensor of the same category gives way
  EXPECT_EQ((i64 + tensor(1.0, kFloat64)).dtype(), kFloat64);
  EXPECT_EQ((i64 + 1.5).dtype(), kFloat32);
  EXPECT_EQ((f64 * 2.5).dtype(), kFloat64);
  EXPECT_EQ((i64 * 2).dtype(), kInt64);
  EXPECT_EQ((i64 / 2).dtype(), kFloat32);
  EXPECT_EQ((boolean * 2).dtype(), kInt64);
}

TEST(Tensor, BroadcastShapes) {
  EXPECT_EQ(IntArrayRef(broadcast_shapes({2, 1}, {3})), (IntArrayRef{2, 3}));
  EXPECT_EQ(IntArrayRef(broadcast_shapes({}, {0, 2})), (IntArrayRef{0, 2}));
  try {
    broadcast_shapes({2, 3}, {2, 4});
    FAIL();
  } catch (const Error& error) {
    EXPECT_TRUE(
        std::string(error.what())
            .starts_with("The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1"));
  }
}

}  // namespace
}  // namespace gradus
