#include <gradus/tests/autograd/helpers.h>
#include <gtest/gtest.h>

namespace gradus {
namespace {

/// The element that index (i, j, ...) of x shows, by x's strides.
double element(const Tensor& x, const Sizes& index) {
  const double* place = x.data_ptr<double>();
  for (size_t d = 0; d < index.size(); ++d) place += index[d] * x.strides()[d];
  return *place;
}

TEST(View, SharesMemoryWithItsBase) {
  Tensor x = counting({2, 3});
  const Tensor views[] = {x.view({6}),         x.t(),
                          x.transpose(0, 1),   x.permute({1, 0}),
                          x.unsqueeze(1),      x.narrow(1, 1, 2),
                          x.slice(0, 1),       x.select(1, 1),
                          x.expand({4, 2, 3}), x.flatten(),
                          x.diagonal(1),       x.squeeze(),
                          x.unflatten(1, {3}), x.as_strided({2}, {4}),
                          x.split(1)[1],       x.chunk(2, 1)[0],
                          x.unbind()[1],       x.reshape({3, 2}),
                          x.index({}),         x[1]};
  for (const Tensor& view : views) {
    EXPECT_EQ(view.impl()->storage, x.impl()->storage);
    EXPECT_TRUE(view.is_view());
    EXPECT_TRUE(view._base().is_same(x));
  }
  x.fill_(7);
  for (const Tensor& view : views) {
    for (const double value : values(view)) EXPECT_EQ(value, 7);
  }
}

TEST(View, OfAViewHasTheSameBase) {
  const Tensor x = counting({2, 3});
  EXPECT_TRUE(x.t()[1].unsqueeze(0)._base().is_same(x));
}

TEST(View, InfersOneSize) {
  const Tensor x = counting({2, 3});
  EXPECT_EQ(sizes_of(x.view({-1})), (Sizes{6}));
  EXPECT_EQ(sizes_of(x.view({3, -1, 1})), (Sizes{3, 2, 1}));
  EXPECT_EQ(sizes_of(zeros({0, 3}).view({-1, 3})), (Sizes{0, 3}));
  EXPECT_EQ(sizes_of(tensor(1.5).view({-1})), (Sizes{1}));
  EXPECT_EQ(sizes_of(ones({1}).view({})), (Sizes{}));
  EXPECT_EQ(sizes_of(zeros({2, 0}).view({0, 5})), (Sizes{0, 5}));
}

TEST(View, ErrorsAsPyTorchSaysThem) {
  EXPECT_EQ(error_of([] { zeros({5}).view({2, -1}); }), "shape '[2, -1]' is invalid for input of size 5");
  EXPECT_EQ(error_of([] { zeros({5}).reshape({2, 3}); }), "shape '[2, 3]' is invalid for input of size 5");
  EXPECT_EQ(error_of([] { zeros({4}).view({-1, -1}); }), "only one dimension can be inferred");
  EXPECT_EQ(error_of([] { zeros({4}).view({-2, 2}); }), "invalid shape dimension -2 in shape [-2, 2]");
  EXPECT_EQ(
      error_of([] {
        zeros({0, 3}).reshape({-1, 0});
      }),
      "cannot reshape tensor of 0 elements into shape [-1, 0] because the unspecified dimension size -1 can be any "
      "value and is ambiguous");
  EXPECT_TRUE(
      error_of([] {
        zeros({2, 3}).t().view({6});
      })
          .starts_with("view size is not compatible with input tensor's size and stride (at least one dimension "
                       "spans across two contiguous subspaces). Use .reshape(...) instead."));
  EXPECT_EQ(error_of([] {
              zeros({4}).view({int64_t{1} << 62, 4});
            }),
            "shape '[4611686018427387904, 4]' is invalid for input of size 4");
}

TEST(View, OfStridedMemoryWhereStridesAllowIt) {
  const Tensor x = counting({2, 3, 4}).slice(2, 0, 2);  // strides 12, 4, 1
  const Tensor merged = x.view({6, 2});
  EXPECT_EQ(merged.strides().vec(), (Sizes{4, 1}));
  EXPECT_EQ(values(merged), (Doubles{0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21}));
  EXPECT_EQ(values(x.view({2, 3, 1, 2, 1})), values(merged));
  EXPECT_EQ(sizes_of(x.transpose(0, 1).view({3, 2, 2, 1})), (Sizes{3, 2, 2, 1}));
  EXPECT_THROW(x.view({12}), Error);
  EXPECT_THROW(x.transpose(0, 1).view({6, 2}), Error);
  EXPECT_EQ(sizes_of(counting({1, 3}).t().view({3})), (Sizes{3}));
}

TEST(View, OfExpandedMemory) {
  const Tensor x = counting({3}).expand({2, 4, 3});
  const Tensor merged = x.view({8, 3});
  EXPECT_EQ(merged.strides().vec(), (Sizes{0, 1}));
  EXPECT_EQ(element(merged, {7, 2}), 2);
}

TEST(View, OfIntegersAndBools) {
  const Tensor x = tensor({{1, 2}, {3, 4}});
  EXPECT_EQ(x.t().to_vector<int64_t>(), (std::vector<int64_t>{1, 3, 2, 4}));
  const Tensor mask = tensor({true, false, true});
  EXPECT_EQ(values(mask.slice(0, 0, std::nullopt, 2)), (Doubles{1, 1}));
  EXPECT_FALSE(mask[0].requires_grad());
}

TEST(Reshape, CopiesOnlyWhenItMust) {
  const Tensor x = counting({2, 3});
  EXPECT_EQ(x.reshape({3, 2}).impl()->data, x.impl()->data);
  EXPECT_EQ(x.t().reshape({3, 1, 2}).impl()->data, x.impl()->data);
  const Tensor copied = x.t().reshape({6});
  EXPECT_NE(copied.impl()->data, x.impl()->data);
  EXPECT_EQ(values(copied), (Doubles{0, 3, 1, 4, 2, 5}));
}

TEST(Reshape, OfACopyHasTheRightGradient) {
  const Tensor x = leaf({{1., 2.}, {3., 4.}});
  (x.t().reshape({4}) * tensor({1., 10., 100., 1000.}, kFloat64)).sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{1, 100, 10, 1000}));
}

TEST(Flatten, JoinsARangeOfDimensions) {
  const Tensor x = counting({2, 3, 4});
  EXPECT_EQ(sizes_of(x.flatten()), (Sizes{24}));
  EXPECT_EQ(sizes_of(x.flatten(1)), (Sizes{2, 12}));
  EXPECT_EQ(sizes_of(x.flatten(0, -2)), (Sizes{6, 4}));
  EXPECT_TRUE(x.flatten(1, 1).is_same(x));
  EXPECT_EQ(sizes_of(tensor(1.5).flatten()), (Sizes{1}));
  EXPECT_EQ(error_of([&] { x.flatten(2, 0); }), "flatten() has invalid args: start_dim cannot come after end_dim");
}

TEST(Unflatten, SplitsADimension) {
  const Tensor x = counting({2, 6});
  EXPECT_EQ(sizes_of(x.unflatten(1, {2, 3})), (Sizes{2, 2, 3}));
  EXPECT_EQ(sizes_of(x.unflatten(-1, {-1, 2})), (Sizes{2, 3, 2}));
  EXPECT_EQ(error_of([&] {
              x.unflatten(1, {4, 2});
            }),
            "unflatten: Provided sizes [4, 2] don't multiply up to the size of dim 1 (6) in the input tensor");
  EXPECT_EQ(error_of([&] { x.unflatten(1, {}); }), "unflatten: sizes must be non-empty");
}

TEST(Transpose, ReordersDimensions) {
  const Tensor x = counting({2, 3, 4});
  const Tensor swapped = x.transpose(0, -1);
  EXPECT_EQ(sizes_of(swapped), (Sizes{4, 3, 2}));
  EXPECT_EQ(element(swapped, {3, 1, 0}), element(x, {0, 1, 3}));
  const Tensor cycled = x.permute({2, 0, -2});
  EXPECT_EQ(sizes_of(cycled), (Sizes{4, 2, 3}));
  EXPECT_EQ(element(cycled, {3, 1, 2}), element(x, {1, 2, 3}));
  EXPECT_EQ(sizes_of(tensor(1.5).transpose(0, -1)), (Sizes{}));
  EXPECT_EQ(sizes_of(tensor(1.5).t()), (Sizes{}));
  EXPECT_EQ(sizes_of(zeros({3}).t()), (Sizes{3}));
  EXPECT_EQ(error_of([&] { x.t(); }), "t() expects a tensor with <= 2 dimensions, but self is 3D");
  EXPECT_EQ(error_of([&] { x.permute({0, 1, 0}); }), "permute(): duplicate dims are not allowed. [0, 1, 0]");
  EXPECT_TRUE(error_of([&] { x.permute({0}); }).ends_with("input.dim() = 3 is not equal to len(dims) = 1"));
  EXPECT_EQ(error_of([] {
              zeros({2, 3}).transpose(0, 2);
            }),
            "Dimension out of range (expected to be in range of [-2, 1], but got 2)");
}

TEST(Squeeze, DropsAndAddsDimensionsOfSizeOne) {
  const Tensor x = counting({1, 3, 1});
  EXPECT_EQ(sizes_of(x.squeeze()), (Sizes{3}));
  EXPECT_EQ(sizes_of(x.squeeze(0)), (Sizes{3, 1}));
  EXPECT_EQ(sizes_of(x.squeeze(1)), (Sizes{1, 3, 1}));
  EXPECT_EQ(sizes_of(ones({1, 1}).squeeze()), (Sizes{}));
  EXPECT_EQ(sizes_of(tensor(1.5).squeeze(0)), (Sizes{}));
  EXPECT_EQ(sizes_of(x.unsqueeze(-1)), (Sizes{1, 3, 1, 1}));
  EXPECT_EQ(sizes_of(x.unsqueeze(0)), (Sizes{1, 1, 3, 1}));
  EXPECT_TRUE(counting({2, 3}).unsqueeze(1).is_contiguous());
  EXPECT_EQ(values(counting({2, 3}).t().unsqueeze(1)), (Doubles{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(error_of([&] { x.unsqueeze(5); }),
            "Dimension out of range (expected to be in range of [-4, 3], but got 5)");
  EXPECT_EQ(error_of([] { tensor(1.5).unsqueeze(1); }),
            "Dimension out of range (expected to be in range of [-1, 0], but got 1)");
}

TEST(Expand, RepeatsWithoutCopying) {
  const Tensor x = counting({3, 1});
  const Tensor y = x.expand({2, -1, 4});
  EXPECT_EQ(sizes_of(y), (Sizes{2, 3, 4}));
  EXPECT_EQ(y.strides().vec(), (Sizes{0, 1, 0}));
  EXPECT_EQ(element(y, {1, 2, 3}), 2);
  EXPECT_EQ(sizes_of(x.expand({3, 0})), (Sizes{3, 0}));
  EXPECT_EQ(
      error_of([] {
        zeros({2, 3}).expand({3, 3});
      }),
      "The expanded size of the tensor (3) must match the existing size (2) at non-singleton dimension 0.  Target "
      "sizes: [3, 3].  Tensor sizes: [2, 3]");
  EXPECT_EQ(error_of([] {
              zeros({3}).expand({-1, 3});
            }),
            "The expanded size of the tensor (-1) isn't allowed in a leading, non-existing dimension 0");
  EXPECT_TRUE(error_of([] { zeros({2, 3}).expand({3}); }).starts_with("expand: the number of sizes provided (1)"));
}

TEST(Slice, TakesStartEndAndStep) {
  const Tensor x = counting({5});
  EXPECT_EQ(values(x.slice(0, 1, 4)), (Doubles{1, 2, 3}));
  EXPECT_EQ(values(x.slice(0, -2)), (Doubles{3, 4}));
  EXPECT_EQ(values(x.slice(0, std::nullopt, -3)), (Doubles{0, 1}));
  EXPECT_EQ(values(x.slice(0, 0, 5, 2)), (Doubles{0, 2, 4}));
  EXPECT_EQ(values(x.slice(0, 1, 100, 3)), (Doubles{1, 4}));
  EXPECT_EQ(sizes_of(x.slice(0, 3, 1)), (Sizes{0}));
  EXPECT_EQ(sizes_of(x.slice(0, 7)), (Sizes{0}));
  EXPECT_THROW(x.slice(0, 0, 5, 0), ValueError);
  EXPECT_EQ(error_of([] { tensor(1.5).slice(); }), "slice() cannot be applied to a 0-dim tensor.");
}

TEST(Narrow, ChecksItsRange) {
  const Tensor x = counting({2, 3});
  EXPECT_EQ(values(x.narrow(1, 1, 2)), (Doubles{1, 2, 4, 5}));
  EXPECT_EQ(values(x.narrow(1, -1, 1)), (Doubles{2, 5}));
  EXPECT_EQ(sizes_of(x.narrow(0, 2, 0)), (Sizes{0, 3}));
  EXPECT_EQ(error_of([&] { x.narrow(0, 1, 2); }), "start (1) + length (2) exceeds dimension size (2).");
  EXPECT_EQ(error_of([&] { x.narrow(0, 0, -1); }), "narrow(): length must be non-negative, but got -1");
  EXPECT_THROW(x.narrow(0, 3, 0), IndexError);
}

TEST(Select, TakesOneOfADimension) {
  const Tensor x = counting({2, 3});
  EXPECT_EQ(values(x[1]), (Doubles{3, 4, 5}));
  EXPECT_EQ(values(x.select(1, -1)), (Doubles{2, 5}));
  EXPECT_EQ(sizes_of(x[0][1]), (Sizes{}));
  EXPECT_EQ(error_of([&] { x[2]; }), "index 2 is out of bounds for dimension 0 with size 2");
  EXPECT_EQ(error_of([&] { x.select(1, -4); }), "index -4 is out of bounds for dimension 1 with size 3");
  EXPECT_TRUE(error_of([] { tensor(1.5)[0]; }).starts_with("invalid index of a 0-dim tensor"));
  EXPECT_THROW(x[2], IndexError);
}

TEST(Diagonal, OfMatricesAndBatches) {
  const Tensor x = counting({3, 4});
  EXPECT_EQ(values(x.diagonal()), (Doubles{0, 5, 10}));
  EXPECT_EQ(values(x.diagonal(2)), (Doubles{2, 7}));
  EXPECT_EQ(values(x.diagonal(-1)), (Doubles{4, 9}));
  EXPECT_EQ(sizes_of(x.diagonal(4)), (Sizes{0}));
  EXPECT_EQ(sizes_of(x.diagonal(-7)), (Sizes{0}));
  const Tensor batch = counting({2, 3, 3}).diagonal(0, 1, 2);
  EXPECT_EQ(sizes_of(batch), (Sizes{2, 3}));
  EXPECT_EQ(values(batch), (Doubles{0, 4, 8, 9, 13, 17}));
  EXPECT_EQ(error_of([&] { x.diagonal(0, 1, -1); }), "diagonal dimensions cannot be identical 1, -1");
}

TEST(AsStrided, ShowsAnyPlacesOfTheStorage) {
  const Tensor x = counting({6});
  const Tensor windows = x.as_strided({3, 2}, {2, 1});
  EXPECT_EQ(values(windows), (Doubles{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(values(x.as_strided({4, 3}, {1, 1})), (Doubles{0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5}));
  EXPECT_EQ(values(x.slice(0, 2).as_strided({2}, {1})), (Doubles{2, 3}));     // from where the view starts
  EXPECT_EQ(values(x.slice(0, 2).as_strided({2}, {1}, 0)), (Doubles{0, 1}));  // from the storage's start
  EXPECT_EQ(error_of([] {
              zeros({2, 3}, kFloat32).as_strided({3, 3}, {3, 1});
            }),
            "setStorage: sizes [3, 3], strides [3, 1], storage offset 0, and itemsize 4 requiring a storage size of 36 "
            "are out of bounds for storage of size 24");
  EXPECT_TRUE(error_of([&] { x.as_strided({3}, {-1}); }).starts_with("as_strided: Negative strides"));
  EXPECT_EQ(error_of([&] { x.as_strided({3}, {1}, -1); }), "Tensor: invalid storage offset -1");
  EXPECT_THROW(x.as_strided({3}, {1, 1}), Error);
}

TEST(AsStrided, OverlappingWindowsAddTheirGradients) {
  const Tensor x = leaf({1., 2., 3., 4.});
  (x.as_strided({3, 2}, {1, 1}) * tensor({{1., 2.}, {3., 4.}, {5., 6.}}, kFloat64)).sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{1, 5, 9, 6}));
}

TEST(AsStrided, OfAnInputThatOverlapsHasNoGradient) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = x.expand({3, 2}).as_strided({2}, {1});
  EXPECT_TRUE(error_of([&] { y.sum().backward(); }).starts_with("as_strided: elements of the input (sizes [3, 2]"));
}

TEST(Split, IntoEqualPartsSizesAndChunks) {
  const Tensor x = counting({5, 2});
  const TensorList parts = x.split(2);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(values(parts[1]), (Doubles{4, 5, 6, 7}));
  EXPECT_EQ(sizes_of(parts[2]), (Sizes{1, 2}));
  const TensorList sizes = x.split({1, 0, 4}, 0);
  EXPECT_EQ(sizes_of(sizes[1]), (Sizes{0, 2}));
  EXPECT_EQ(values(sizes[2][0]), (Doubles{2, 3}));
  EXPECT_EQ(x.chunk(4).size(), 3u);  // PyTorch: parts of ceil(5 / 4)
  EXPECT_EQ(x.chunk(2, 1)[1].strides().vec(), (Sizes{2, 1}));
  EXPECT_EQ(zeros({0, 3}).chunk(3).size(), 3u);
  EXPECT_EQ(zeros({0, 3}).split(0).size(), 1u);
  EXPECT_EQ(values(x.unbind(1)[1]), (Doubles{1, 3, 5, 7, 9}));
}

TEST(Split, ErrorsAsPyTorchSaysThem) {
  const Tensor x = zeros({2, 3});
  EXPECT_EQ(error_of([&] { x.split(0); }),
            "split_size can only be 0 if dimension size is 0, but got dimension size of 2");
  EXPECT_EQ(error_of([&] { x.split(-1); }), "split expects split_size be non-negative, but got split_size=-1");
  EXPECT_EQ(error_of([&] {
              x.split({1, 2}, 0);
            }),
            "split_with_sizes expects split_sizes to sum exactly to 2 (input tensor's size at dimension 0), but got "
            "split_sizes=[1, 2]");
  EXPECT_EQ(error_of([&] { x.chunk(0); }), "chunk expects `chunks` to be greater than 0, got: 0");
  EXPECT_EQ(error_of([] { tensor(1.5).split(1); }), "split expects at least a 1-dimensional tensor");
  EXPECT_EQ(error_of([] { tensor(1.5).unbind(); }), "Dimension specified as 0 but tensor has no dimensions");
}

TEST(Split, PartsThatAreNotUsedHaveZeroGradient) {
  const Tensor x = leaf({1., 2., 3., 4., 5.});
  const TensorList parts = x.split(2);
  (parts[0] * 3 + parts[1] * parts[1]).sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{3, 3, 6, 8, 0}));
}

}  // namespace
}  // namespace gradus
