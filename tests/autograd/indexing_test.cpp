#include <gradus/autograd/indexing.h>
#include <gradus/tests/autograd/helpers.h>
#include <gtest/gtest.h>

// Expected sizes and numbers are PyTorch 1.13's.
namespace gradus {
namespace {

using namespace indexing;

TEST(Index, IntegersSlicesNoneAndEllipsisMakeViews) {
  const Tensor x = counting({2, 3, 4});
  EXPECT_EQ(values(x.index({1, 0, -1})), (Doubles{15}));
  EXPECT_EQ(values(x.index({0, Slice(1), 2})), (Doubles{6, 10}));
  EXPECT_EQ(values(x.index({0, 0, Slice(None, None, 2)})), (Doubles{0, 2}));
  EXPECT_EQ(values(x.index({0, 0, Slice(-2, None)})), (Doubles{2, 3}));
  EXPECT_EQ(sizes_of(x.index({None, "...", None, 0})), (Sizes{1, 2, 3, 1}));
  EXPECT_EQ(sizes_of(x.index({Ellipsis, 1})), (Sizes{2, 3}));
  EXPECT_EQ(sizes_of(x.index({Slice(), tensor(1)})), (Sizes{2, 4}));  // a 0-d integer tensor is an integer
  for (const Tensor& view : {x.index({1}), x.index({Slice(), tensor(1)}), x.index({Ellipsis})}) {
    EXPECT_EQ(view.impl()->storage, x.impl()->storage);
    EXPECT_FALSE(view.is_same(x));
  }
  EXPECT_EQ(sizes_of(tensor(1.5).index({None})), (Sizes{1}));
}

TEST(Index, ATensorPicksRows) {
  const Tensor x = counting({3, 2});
  EXPECT_EQ(values(x[tensor({2, 0, -1})]), (Doubles{4, 5, 0, 1, 4, 5}));
  EXPECT_EQ(sizes_of(x[tensor({{0, 1}, {2, 0}})]), (Sizes{2, 2, 2}));
  EXPECT_EQ(values(x.index({Slice(), tensor({1})})), (Doubles{1, 3, 5}));
  EXPECT_EQ(sizes_of(x[zeros({0}, kInt64)]), (Sizes{0, 2}));
  EXPECT_EQ(sizes_of(zeros({0, 3})[zeros({0}, kInt64)]), (Sizes{0, 3}));
}

TEST(Index, TensorsAreBroadcastTogether) {
  const Tensor x = counting({3, 4});
  EXPECT_EQ(values(x.index({tensor({0, 2}), tensor({1, 3})})), (Doubles{1, 11}));
  EXPECT_EQ(values(x.index({tensor({0, 2}).view({2, 1}), tensor({1, 3})})), (Doubles{1, 3, 9, 11}));
  EXPECT_EQ(values(x.t().index({tensor({1, 3}), tensor({0, 2})})), (Doubles{1, 11}));
}

TEST(Index, SideBySideTensorsStayInPlaceOthersComeFirst) {
  const Tensor x = counting({2, 3, 4});
  const Tensor i = tensor({0, 1}), three = tensor({0, 1, 0});
  EXPECT_EQ(sizes_of(x.index({Slice(), i, i})), (Sizes{2, 2}));
  EXPECT_EQ(sizes_of(x.index({three, Slice(), three})), (Sizes{3, 3}));
  EXPECT_EQ(values(x.index({three, Slice(0, 1), three})), (Doubles{0, 13, 0}));
  EXPECT_EQ(sizes_of(x.index({Slice(), three})), (Sizes{2, 3, 4}));
  EXPECT_EQ(sizes_of(x.index({0, Slice(), three})), (Sizes{3, 3}));
  EXPECT_EQ(sizes_of(x.index({three, None, i.index({Slice(0, 1)})})), (Sizes{3, 1, 4}));
  EXPECT_EQ(sizes_of(x.index({three, 0})), (Sizes{3, 4}));
}

TEST(Index, MasksPickWhereTheyAreTrue) {
  const Tensor x = counting({2, 3});
  EXPECT_EQ(values(x[tensor({false, true})]), (Doubles{3, 4, 5}));
  EXPECT_EQ(values(x.index({Slice(), tensor({true, false, true})})), (Doubles{0, 2, 3, 5}));
  EXPECT_EQ(values(x[x > 2]), (Doubles{3, 4, 5}));
  EXPECT_EQ(values(x.t()[x.t() > 2]), (Doubles{3, 4, 5}));
  EXPECT_EQ(values(x.index({tensor({true, true}), tensor({0, 1})})), (Doubles{0, 4}));
  EXPECT_EQ(sizes_of(x[zeros({2, 3}, kBool)]), (Sizes{0}));
  EXPECT_EQ(sizes_of(x.index({true})), (Sizes{1, 2, 3}));
  EXPECT_EQ(sizes_of(x.index({false})), (Sizes{0, 2, 3}));
  EXPECT_EQ(values(tensor(1.5).index({tensor(true)})), (Doubles{1.5}));
}

TEST(Index, ErrorsAsPyTorchSaysThem) {
  const Tensor x = counting({2, 3});
  EXPECT_EQ(error_of([&] { x.index({0, 3}); }), "index 3 is out of bounds for dimension 1 with size 3");
  EXPECT_EQ(error_of([&] { x.index({0, 0, 0}); }), "too many indices for tensor of dimension 2: got 3");
  EXPECT_EQ(error_of([&] { x[tensor({2})]; }), "index 2 is out of bounds for dimension 0 with size 2");
  EXPECT_EQ(error_of([&] {
              x.index({Slice(), tensor({-4})});
            }),
            "index -4 is out of bounds for dimension 1 with size 3");
  EXPECT_EQ(error_of([&] {
              x.index({tensor({0, 1}), tensor({0, 1, 2})});
            }),
            "shape mismatch: indexing tensors could not be broadcast together with shapes [2], [3]");
  EXPECT_EQ(error_of([&] {
              x.index({Slice(), tensor({true})});
            }),
            "The shape of the mask [1] at index 0 does not match the shape of the indexed tensor [2, 3] at index 1");
  EXPECT_EQ(error_of([&] { x[tensor({0.5})]; }),
            "tensors used as indices must be int64 or bool tensors, but got float32");
  EXPECT_EQ(error_of([&] { x.index({Ellipsis, Ellipsis}); }), "an index can only have a single ellipsis ('...')");
  EXPECT_EQ(error_of([&] { x.index({"..", 0}); }), "Expected \"...\" to represent an ellipsis index, but got \"..\"");
  EXPECT_THROW(x[tensor({2})], IndexError);
  EXPECT_THROW(tensor(1.5)[tensor({0})], IndexError);
}

TEST(Index, RepeatedIndicesAddTheirGradients) {
  const Tensor x = leaf({1., 2., 3.});
  x[tensor({0, 0})].sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{2, 0, 0}));
}

TEST(Index, GradientsOfMixedIndices) {
  const Tensor x = leaf({{1., 2., 3.}, {4., 5., 6.}});
  const Tensor y = x.index({tensor({1, 1, 0}), Slice(1)});
  EXPECT_EQ(values(y), (Doubles{5, 6, 5, 6, 2, 3}));
  (y * tensor({{1., 2.}, {10., 20.}, {100., 200.}}, kFloat64)).sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{0, 100, 200, 0, 11, 22}));
}

TEST(IndexPut, WritesRowsPairsAndMasks) {
  Tensor x = zeros({3, 2}, kFloat64);
  x.index_put_({tensor({2, 0})}, tensor({{1., 2.}, {3., 4.}}, kFloat64));
  EXPECT_EQ(values(x), (Doubles{3, 4, 0, 0, 1, 2}));
  x.index_put_({tensor({0, 1}), tensor({1, -1})}, tensor({8., 9.}, kFloat64));
  EXPECT_EQ(values(x), (Doubles{3, 8, 0, 9, 1, 2}));
  x.index_put_({x > 5}, -1);
  EXPECT_EQ(values(x), (Doubles{3, -1, 0, -1, 1, 2}));
  x.index_put_({Slice(1), 0}, 7);
  EXPECT_EQ(values(x), (Doubles{3, -1, 7, -1, 7, 2}));
  x.index_put_({Ellipsis, tensor({true, false})}, tensor({1., 2., 3.}, kFloat64).view({3, 1}));
  EXPECT_EQ(values(x), (Doubles{1, -1, 2, -1, 3, 2}));
  x.index_put_({Ellipsis}, 0);
  EXPECT_EQ(values(x), (Doubles{0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(x.version(), 6u);
}

TEST(IndexPut, WritesThroughViewsWhateverTheirStrides) {
  Tensor x = zeros({2, 3}, kFloat64);
  Tensor columns = x.t();
  columns.index_put_({tensor({2, 0}), tensor({0, 1})}, tensor({5., 6.}, kFloat64));
  EXPECT_EQ(values(x), (Doubles{0, 0, 5, 6, 0, 0}));
  columns.index_put_({columns > 5}, 1);
  EXPECT_EQ(values(x), (Doubles{0, 0, 5, 1, 0, 0}));
  Tensor y = zeros({2, 2, 2}, kFloat64);
  y.index_put_({tensor({0, 1}), Slice(), tensor({1, 0})}, tensor({{1., 2.}, {3., 4.}}, kFloat64));
  EXPECT_EQ(values(y), (Doubles{0, 1, 0, 2, 3, 0, 4, 0}));
}

TEST(IndexPut, TheLastOfSeveralWritesStaysAndHasTheGradient) {
  const Tensor x = leaf({1., 2., 3.}), v = leaf({4., 5., 6.});
  Tensor y = x * 1;
  y.index_put_({tensor({1, 1, 0})}, v);
  EXPECT_EQ(values(y), (Doubles{6, 5, 3}));
  (y * tensor({1., 10., 100.}, kFloat64)).sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{0, 0, 100}));
  EXPECT_EQ(values(v.grad()), (Doubles{0, 10, 1}));
}

TEST(IndexPut, ThroughAViewHasGradientsInBoth) {
  const Tensor x = leaf({{1., 2.}, {3., 4.}}), v = leaf(5.);
  Tensor y = x * x;
  y.index_put_({Slice(), tensor({true, false})}, v * v);
  EXPECT_EQ(values(y), (Doubles{25, 4, 25, 16}));
  (y * tensor({{1., 10.}, {100., 1000.}}, kFloat64)).sum().backward();
  EXPECT_EQ(values(x.grad()), (Doubles{0, 40, 0, 8000}));
  EXPECT_EQ(v.grad().item<double>(), 101 * 10);
}

TEST(IndexPut, ValuesMayHaveLeadingOnesAsInPyTorch) {
  Tensor x = zeros({2, 3}, kFloat64);
  x.index_put_({0}, ones({1, 1, 3}, kFloat64));
  x.index_put_({tensor({1})}, ones({1, 1, 3}, kFloat64) * 2);
  EXPECT_EQ(values(x), (Doubles{1, 1, 1, 2, 2, 2}));
}

TEST(IndexPut, ErrorsAsPyTorchSaysThem) {
  Tensor x = zeros({2, 3}, kFloat64);
  EXPECT_EQ(error_of([&] {
              x.index_put_({tensor({0})}, zeros({2, 3}, kFloat64));
            }),
            "shape mismatch: value tensor of shape [2, 3] cannot be broadcast to indexing result of shape [1, 3]");
  EXPECT_EQ(error_of([&] { x.index_put_({tensor({0})}, zeros({1}, kFloat32)); }),
            "Index put requires the source and destination dtypes match, got Double for the destination and Float for "
            "the source.");
  EXPECT_EQ(error_of([&] { x.index_put_({tensor({5})}, 1); }), "index 5 is out of bounds for dimension 0 with size 2");
  Tensor w = leaf({1., 2.});
  EXPECT_EQ(error_of([&] { w.index_put_({tensor({0})}, 1); }),
            "a leaf Variable that requires grad is being used in an in-place operation.");
  EXPECT_EQ(values(w), (Doubles{1, 2}));
}

}  // namespace
}  // namespace gradus
