#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/loops.h>
#include <gradus/autograd/random.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gradus {
namespace {

constexpr Dtype kDtypes[] = {kBool, kInt64, kFloat32, kFloat64};

// The element at an index, found by strides alone.
double at(const Tensor& x, std::initializer_list<int64_t> index) {
  Tensor element = x;
  for (const int64_t i : index)
    element = kernels::alias(element, Layout::strided(element.sizes().subspan(1), element.strides().subspan(1)),
                             i * element.strides()[0]);
  return kernels::to(element, kFloat64).item<double>();
}

Tensor numbered(IntArrayRef sizes, Dtype dtype) {
  return arange(broadcast_shapes(sizes, {}).empty() ? 1 : empty(sizes).numel()).view(sizes).to(dtype);
}

TEST(Copy, ConvertsEveryDtypeToEveryOther) {
  for (const Dtype from : kDtypes) {
    for (const Dtype to : kDtypes) {
      const Tensor source = tensor({0, 1, 2, 3}).to(from);
      const std::vector<double> got = kernels::to(source, to).to_vector<double>();
      const bool by_bool = from == kBool || to == kBool;
      EXPECT_EQ(got, (by_bool ? std::vector<double>{0, 1, 1, 1} : std::vector<double>{0, 1, 2, 3}))
          << to_string(from) << " to " << to_string(to);
    }
  }
}

TEST(Copy, ConvertsTowardsZeroAndNanToTrue) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(kernels::to(tensor({-1.7, 1.7, 0.4}), kInt64).to_vector<int64_t>(), (std::vector<int64_t>{-1, 1, 0}));
  EXPECT_EQ(kernels::to(tensor({nan, 0.0, -0.0, 0.5}), kBool).to_vector<int64_t>(), (std::vector<int64_t>{1, 0, 0, 1}));
}

TEST(Copy, ToTheSameDtypeIsTheSameTensor) {
  const Tensor x = tensor({1.f, 2.f});
  EXPECT_TRUE(kernels::to(x, kFloat32).is_same(x));
  EXPECT_TRUE(kernels::contiguous(x).is_same(x));
  EXPECT_FALSE(kernels::clone(x).is_same(x));
}

// Sizes around the tile and the 4 x 4 blocks of the transposition.
TEST(Copy, TransposesMatricesOfAnySize) {
  for (const Dtype dtype : {kInt64, kFloat32, kFloat64}) {
    for (const auto& [rows, columns] :
         {std::pair<int64_t, int64_t>{1, 7}, {4, 4}, {3, 5}, {32, 33}, {37, 45}, {70, 6}}) {
      const Tensor x = numbered({rows, columns}, dtype);
      const Tensor transposed = kernels::alias(x, Layout::strided({columns, rows}, {1, columns}));
      const Tensor copy = kernels::clone(transposed);
      ASSERT_TRUE(copy.is_contiguous());
      const std::vector<int64_t> got = copy.to_vector<int64_t>();
      for (int64_t i = 0; i < columns; ++i) {
        for (int64_t j = 0; j < rows; ++j) {
          ASSERT_EQ(got[static_cast<size_t>(i * rows + j)], j * columns + i) << rows << "x" << columns;
        }
      }
    }
  }
}

TEST(Copy, TransposesWhileConverting) {
  const Tensor x = numbered({37, 45}, kInt64);
  const Tensor transposed = kernels::alias(x, Layout::strided({45, 37}, {1, 45}));
  Tensor out = kernels::empty({45, 37}, kFloat32);
  kernels::copy(out, transposed);
  for (int64_t i = 0; i < 45; ++i) {
    for (int64_t j = 0; j < 37; ++j) ASSERT_EQ(at(out, {i, j}), static_cast<double>(j * 45 + i));
  }
}

TEST(Copy, PermutesThreeDimensions) {
  const Tensor x = numbered({5, 6, 7}, kFloat32);
  const int64_t sizes[] = {5, 6, 7}, strides[] = {42, 7, 1};
  for (const std::array<size_t, 3>& p : {std::array<size_t, 3>{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}) {
    const Tensor permuted = kernels::alias(
        x, Layout::strided({sizes[p[0]], sizes[p[1]], sizes[p[2]]}, {strides[p[0]], strides[p[1]], strides[p[2]]}));
    const Tensor copy = kernels::clone(permuted);
    for (int64_t i = 0; i < sizes[p[0]]; ++i) {
      for (int64_t j = 0; j < sizes[p[1]]; ++j) {
        for (int64_t k = 0; k < sizes[p[2]]; ++k) {
          const int64_t expected = i * strides[p[0]] + j * strides[p[1]] + k * strides[p[2]];
          ASSERT_EQ(at(copy, {i, j, k}), static_cast<double>(expected));
        }
      }
    }
  }
}

TEST(Copy, WritesThroughStridesAndBroadcasts) {
  Tensor whole = zeros({4, 6});
  Tensor part = kernels::alias(whole, Layout::strided({4, 3}, {6, 2}), 1);  // every second column
  kernels::copy(part, tensor({1, 2, 3}));
  EXPECT_EQ(whole.select(0, 3).to_vector<int64_t>(), (std::vector<int64_t>{0, 1, 0, 2, 0, 3}));
  kernels::copy(part, tensor({10, 20, 30, 40}).view({4, 1}));
  EXPECT_EQ(whole.select(0, 2).to_vector<int64_t>(), (std::vector<int64_t>{0, 30, 0, 30, 0, 30}));
  kernels::fill(part, 7);
  EXPECT_EQ(whole.select(0, 1).to_vector<int64_t>(), (std::vector<int64_t>{0, 7, 0, 7, 0, 7}));
}

TEST(Copy, CopiesEmptyTensorsAndNumbers) {
  EXPECT_EQ(kernels::clone(empty({0, 3})).numel(), 0);
  EXPECT_EQ(kernels::clone(empty({3, 0}).t()).sizes(), (IntArrayRef{0, 3}));
  EXPECT_EQ(kernels::to(tensor(3), kFloat32).item<double>(), 3);
}

TEST(Copy, RefusesASourceThatDoesNotFit) {
  Tensor x = zeros({2, 3});
  try {
    kernels::copy(x, zeros({2, 4}));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what())
                  .find("The expanded size of the tensor (3) must match the existing size (4) at "
                        "non-singleton dimension 1. Target sizes: [2, 3]. Tensor sizes: [2, 4]"),
              std::string::npos)
        << error.what();
  }
  EXPECT_THROW(kernels::copy(x, zeros({1, 2, 3})), Error);
}

TEST(LoopPlan, MergesWhatEveryOperandWalksAsOne) {
  const Tensor a = zeros({2, 3, 4}), row = zeros({4}), column = zeros({2, 1, 1});
  EXPECT_EQ(kernels::LoopPlan(a.sizes(), {a, a}).dimensions().size(), 1u);
  EXPECT_EQ(kernels::LoopPlan(a.sizes(), {a, row}).dimensions().size(), 2u);     // (6, 4)
  EXPECT_EQ(kernels::LoopPlan(a.sizes(), {a, column}).dimensions().size(), 2u);  // (2, 12)
  const Tensor p = a.permute({2, 0, 1});
  const kernels::LoopPlan same_order(p.sizes(), {p, p});  // in the order of memory, not of dimensions
  EXPECT_EQ(same_order.dimensions().size(), 1u);
  EXPECT_EQ(same_order.dimensions()[0].size, 24);
  EXPECT_EQ(same_order.dimensions()[0].strides[0], 4);
}

TEST(LoopPlan, VisitsEveryElementOnce) {
  Tensor counts = zeros({3, 4, 5}, kInt64);
  const Tensor sliced = kernels::alias(counts, Layout::strided({3, 2, 3}, {20, 10, 2}));
  const kernels::LoopPlan plan(sliced.sizes(), {sliced});
  plan.for_each_row<1>([](int64_t n, const auto& data, const auto& strides) {
    for (int64_t i = 0; i < n; ++i) ++*reinterpret_cast<int64_t*>(data[0] + i * strides[0]);
  });
  int64_t visited = 0;
  for (const int64_t count : counts.to_vector<int64_t>()) {
    ASSERT_LE(count, 1);
    visited += count;
  }
  EXPECT_EQ(visited, 18);
}

}  // namespace
}  // namespace gradus
