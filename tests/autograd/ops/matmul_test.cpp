#include <gradus/autograd/engine.h>
#include <gradus/autograd/kernels/parallel.h>
#include <gradus/autograd/random.h>
#include <gradus/autograd/threads.h>
#include <gradus/tests/error_of.h>
#include <gtest/gtest.h>
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>

namespace gradus {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// The definition: out[i][j] = sum_k a[i][k] b[k][j], in double.
std::vector<double> product(const Tensor& a, const Tensor& b) {
  const std::vector<double> x = a.to_vector<double>(), y = b.to_vector<double>();
  const auto rows = static_cast<size_t>(a.size(0)), inner = static_cast<size_t>(a.size(1)),
             columns = static_cast<size_t>(b.size(1));
  std::vector<double> out(rows * columns, 0.0);
  for (size_t i = 0; i < rows; ++i) {
    for (size_t k = 0; k < inner; ++k) {
      for (size_t j = 0; j < columns; ++j) out[i * columns + j] += x[i * inner + k] * y[k * columns + j];
    }
  }
  return out;
}

void expect_close(const Tensor& actual, const std::vector<double>& expected, const std::string& what) {
  const std::vector<double> values = actual.to_vector<double>();
  ASSERT_EQ(values.size(), expected.size()) << what;
  const double tolerance = actual.dtype() == kFloat32 ? 2e-5 : 1e-12;
  for (size_t i = 0; i < values.size(); ++i) {
    ASSERT_NEAR(values[i], expected[i], tolerance * (1 + std::abs(expected[i]))) << what << " at " << i;
  }
}

// (rows, columns) of small integers or normal numbers, lying in memory in one of several ways.
Tensor matrix(int64_t rows, int64_t columns, int layout, Dtype dtype) {
  const auto numbers = [dtype](IntArrayRef sizes) {
    return dtype == kInt64 ? randint(-5, 6, sizes) : randn(sizes, dtype);
  };
  switch (layout) {
    case 0:
      return numbers({rows, columns});
    case 1:
      return numbers({columns, rows}).t();
    case 2:  // rows with a gap
      return numbers({rows, columns + 3}).narrow(1, 1, columns);
    case 3:  // columns with a gap
      return numbers({columns, rows + 2}).t().narrow(0, 2, rows);
    case 4:  // neither stride is 1
      return numbers({rows, 2 * columns}).slice(1, 0, 2 * columns, 2);
    default:  // one row for all
      return numbers({1, columns}).expand({rows, columns});
  }
}
constexpr int kLayouts = 6;

class Matmul : public testing::TestWithParam<Dtype> {};

TEST_P(Matmul, EverySizeAndLayoutMatchesTheDefinition) {
  manual_seed(1);
  for (const int64_t m : {1, 2, 5, 9}) {
    for (const int64_t k : {0, 1, 2, 3, 4, 5, 17}) {
      for (const int64_t n : {1, 2, 7}) {
        for (int left = 0; left < kLayouts; ++left) {
          for (int right = 0; right < kLayouts; ++right) {
            const Tensor a = matrix(m, k, left, GetParam()), b = matrix(k, n, right, GetParam());
            const Tensor out = a.mm(b);
            ASSERT_EQ(out.sizes(), IntArrayRef({m, n}));
            ASSERT_EQ(out.dtype(), GetParam());
            expect_close(out, product(a, b), "layouts " + std::to_string(left) + " " + std::to_string(right));
          }
        }
      }
    }
  }
}

TEST_P(Matmul, MatrixVector) {
  manual_seed(2);
  for (int layout = 0; layout < kLayouts; ++layout) {
    const Tensor a = matrix(4, 6, layout, GetParam());
    const Tensor column = matrix(6, 1, 0, GetParam()), stepped = matrix(6, 3, 0, GetParam()).select(1, 1);
    expect_close(a.mv(column.select(1, 0)), product(a, column), "contiguous");
    expect_close(a.mv(stepped), product(a, stepped.unsqueeze(1)), "stepped");
    const Tensor same = matrix(1, 1, 0, GetParam()).expand({6, 1});
    expect_close(a.mv(same.select(1, 0)), product(a, same), "expanded");
  }
}

TEST_P(Matmul, Dot) {
  manual_seed(3);
  const Tensor a = matrix(1, 9, 0, GetParam()), b = matrix(9, 2, 0, GetParam());
  const Tensor result = a.select(0, 0).dot(b.select(1, 0));
  EXPECT_EQ(result.dim(), 0);
  expect_close(result, product(a, b.narrow(1, 0, 1)), "stepped");
  const Tensor same = matrix(1, 1, 0, GetParam()).expand({9, 1});
  expect_close(a.select(0, 0).dot(same.select(1, 0)), product(a, same), "expanded");
  const Tensor none = empty({0}, GetParam());
  EXPECT_EQ(none.dot(none).item<double>(), 0);
}

TEST_P(Matmul, BatchesOfAnyLayout) {
  manual_seed(4);
  const Tensor a = matrix(2 * 3, 4, 0, GetParam()).view({2, 3, 4}), b = matrix(2 * 4, 5, 0, GetParam()).view({2, 4, 5});
  const Tensor transposed = matrix(5, 2 * 4, 0, GetParam()).view({5, 2, 4}).permute({1, 2, 0});
  const Tensor one = matrix(4, 5, 0, GetParam()).expand({2, 4, 5});
  for (const Tensor& right : {b, transposed, one}) {
    const Tensor out = a.bmm(right);
    ASSERT_EQ(out.sizes(), IntArrayRef({2, 3, 5}));
    for (int64_t i = 0; i < 2; ++i) expect_close(out[i], product(a[i], right[i]), "batch");
  }
}

INSTANTIATE_TEST_SUITE_P(Dtypes, Matmul, testing::Values(kFloat32, kFloat64, kInt64),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST(MatmulShapes, AreThoseOfPyTorch) {
  manual_seed(5);
  const auto result = [](IntArrayRef a, IntArrayRef b) { return matmul(randn(a), randn(b)).sizes().vec(); };
  using Sizes = std::vector<int64_t>;
  EXPECT_EQ(result({3}, {3}), Sizes{});
  EXPECT_EQ(result({2, 3}, {3}), Sizes{2});
  EXPECT_EQ(result({3}, {3, 4}), Sizes{4});
  EXPECT_EQ(result({2, 3}, {3, 4}), (Sizes{2, 4}));
  EXPECT_EQ(result({5, 2, 3}, {3, 4}), (Sizes{5, 2, 4}));
  EXPECT_EQ(result({5, 2, 3}, {3}), (Sizes{5, 2}));
  EXPECT_EQ(result({3}, {5, 3, 4}), (Sizes{5, 4}));
  EXPECT_EQ(result({2, 3}, {5, 3, 4}), (Sizes{5, 2, 4}));
  EXPECT_EQ(result({6, 1, 2, 3}, {5, 3, 4}), (Sizes{6, 5, 2, 4}));
  EXPECT_EQ(result({0, 2, 3}, {3, 4}), (Sizes{0, 2, 4}));
  EXPECT_EQ(result({2, 0}, {0, 4}), (Sizes{2, 4}));
}

TEST(MatmulShapes, BroadcastBatchesMultiplyTheRightMatrices) {
  manual_seed(6);
  const Tensor a = randn({2, 1, 3, 4}, kFloat64), b = randn({5, 4, 2}, kFloat64), out = matmul(a, b);
  ASSERT_EQ(out.sizes(), IntArrayRef({2, 5, 3, 2}));
  for (int64_t i = 0; i < 2; ++i) {
    for (int64_t j = 0; j < 5; ++j) expect_close(out[i][j], product(a[i][0], b[j]), "batch");
  }
}

TEST(MatmulValues, NoElementsGiveZeros) {
  EXPECT_EQ(matmul(ones({2, 0}), ones({0, 3})).to_vector<float>(), std::vector<float>(6, 0.f));
  EXPECT_EQ(matmul(ones({0, 3}), ones({3, 2})).numel(), 0);
  EXPECT_EQ(linear(ones({2, 0}), ones({3, 0}), ones({3})).to_vector<float>(), std::vector<float>(6, 1.f));
}

TEST(MatmulValues, NanAndInfinityPropagate) {
  for (const int64_t rows : {1, 3, 9}) {
    Tensor a = zeros({rows, 6}, kFloat64);
    const Tensor b = zeros({6, 7}, kFloat64);
    b.select(0, 2).fill_(kNan);
    for (const double value : a.mm(b).to_vector<double>()) EXPECT_TRUE(std::isnan(value));  // 0 * NaN
    b.select(0, 2).fill_(std::numeric_limits<double>::infinity());
    for (const double value : (a + 1).mm(b).to_vector<double>()) EXPECT_TRUE(std::isinf(value));
  }
}

TEST(MatmulValues, AddmmReadsXOnlyIfBetaIsNotZero) {
  manual_seed(7);
  const Tensor a = randn({3, 4}, kFloat64), b = randn({4, 2}, kFloat64), x = tensor({1., 2.}, kFloat64);
  const std::vector<double> ab = product(a, b);
  const auto expected = [&](double beta, double alpha) {
    std::vector<double> values(6);
    for (size_t i = 0; i < 6; ++i) values[i] = beta * static_cast<double>(i % 2 + 1) + alpha * ab[i];
    return values;
  };
  expect_close(addmm(x, a, b), expected(1, 1), "plain");
  expect_close(addmm(x, a, b, 0.5, -2), expected(0.5, -2), "scaled");
  expect_close(addmm(full({2}, kNan, kFloat64), a, b, 0, 3), expected(0, 3), "beta 0");
  expect_close(addmm(x, a, b, 2, 0), expected(2, 0), "alpha 0");
  expect_close(addmm(tensor({1, 2}), tensor({{1, 2}}).t(), tensor({{3, 4}}), 2, 3), {11, 16, 20, 28}, "int64");
}

TEST(MatmulValues, OuterIsEveryPair) {
  EXPECT_EQ(outer(tensor({1, 2}), tensor({3, 4, 5})).to_vector<int64_t>(), (std::vector<int64_t>{3, 4, 5, 6, 8, 10}));
}

TEST(Linear, ForwardAndGradientsMatchTheDefinitionForEveryBatch) {
  manual_seed(8);
  for (const Dtype dtype : {kFloat32, kFloat64}) {
    for (const int64_t batch : {1, 2, 3, 4, 5, 8, 33}) {
      const Tensor x = randn({batch, 12}, dtype).requires_grad_(), w = randn({7, 12}, dtype).requires_grad_(),
                   b = randn({7}, dtype).requires_grad_(), g = randn({batch, 7}, dtype);
      const Tensor y = linear(x, w, b);
      std::vector<double> expected = product(x.detach(), w.detach().t()), bias = b.detach().to_vector<double>();
      for (size_t i = 0; i < expected.size(); ++i) expected[i] += bias[i % 7];
      expect_close(y, expected, "forward");
      y.backward(g);
      expect_close(x.grad(), product(g, w.detach()), "dx");
      expect_close(w.grad(), product(g.t(), x.detach()), "dW");
      expect_close(b.grad(), product(ones({1, batch}, dtype), g), "db");
    }
  }
}

TEST(Linear, FusedBackwardEqualsTheComposedOne) {
  manual_seed(9);
  for (const std::vector<int64_t>& sizes : {std::vector<int64_t>{4}, {1, 4}, {3, 4}, {2, 3, 4}, {0, 4}}) {
    const Tensor x = randn(sizes, kFloat64).requires_grad_(), w = randn({5, 4}, kFloat64).requires_grad_(),
                 b = randn({5}, kFloat64).requires_grad_();
    const Tensor y = linear(x, w, b), g = randn(y.sizes(), kFloat64);
    const TensorList fused = autograd::grad({y}, {x, w, b}, {g}, true, false);
    const TensorList composed = autograd::grad({y}, {x, w, b}, {g}, true, true);
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(fused[i].sizes(), composed[i].sizes());
      expect_close(fused[i], composed[i].to_vector<double>(), "gradient " + std::to_string(i));
    }
  }
}

TEST(Linear, BiasGradientIsNotTheCallersTensor) {
  const Tensor x = ones({1, 2}), w = ones({3, 2}), b = zeros({3}, requires_grad()), g = ones({1, 3});
  linear(x, w, b).backward(g);
  b.grad().fill_(7);
  EXPECT_EQ(g.to_vector<float>(), (std::vector<float>{1, 1, 1}));
}

TEST(MatmulErrors, SayBothShapes) {
  const auto expect_error = [](const char* text, const std::function<void()>& f) {
    EXPECT_NE(error_of(f).find(text), std::string::npos) << error_of(f);
  };
  expect_error("mat1 and mat2 shapes cannot be multiplied (300x16 and 8x1)", [] { mm(ones({300, 16}), ones({8, 1})); });
  expect_error("mm: expected two matrices, got shapes [3] and [3, 1]", [] { mm(ones({3}), ones({3, 1})); });
  expect_error("size mismatch, got mat (2x3), vec (4)", [] { mv(ones({2, 3}), ones({4})); });
  expect_error("1D tensors expected, but got 2D and 1D tensors", [] { dot(ones({2, 3}), ones({4})); });
  expect_error("inconsistent tensor size, expected tensor [3] and src [4]", [] { dot(ones({3}), ones({4})); });
  expect_error("Expected size for first two dimensions of batch2 tensor to be: [2, 4] but got: [2, 3].", [] {
    bmm(ones({2, 3, 4}), ones({2, 3, 4}));
  });
  expect_error("both arguments to matmul need to be at least 1D, but they are 0D and 1D",
               [] { matmul(ones({}), ones({3})); });
  expect_error("shapes [2, 2, 3] and [2, 4, 3]", [] { matmul(ones({2, 2, 3}), ones({2, 4, 3})); });
  expect_error("The size of tensor a (2) must match the size of tensor b (4) at non-singleton dimension 0", [] {
    matmul(ones({2, 2, 3}), ones({4, 3, 3}));
  });
  expect_error("size of tensor a (4)", [] { addmm(ones({4}), ones({2, 3}), ones({3, 3})); });
  expect_error("cannot be expanded", [] { addmm(ones({5, 2, 3}), ones({2, 3}), ones({3, 3})); });
  expect_error("shapes cannot be multiplied (64x28 and 784x10)", [] { linear(ones({64, 28}), ones({10, 784})); });
  expect_error("expected a bias of shape [10], got [9]", [] { linear(ones({784}), ones({10, 784}), ones({9})); });
  expect_error("float32 and float64", [] { mm(ones({2, 2}), ones({2, 2}, kFloat64)); });
  expect_error("mm: undefined for dtype bool", [] { mm(ones({2, 2}, kBool), ones({2, 2}, kBool)); });
}

TEST(Threads, CountIsKeptAndChecked) {
  EXPECT_EQ(get_num_threads(), 1);
  set_num_threads(2);
  EXPECT_EQ(get_num_threads(), 2);
  set_num_threads(1);
  EXPECT_THROW(set_num_threads(0), ValueError);
  EXPECT_EQ(get_num_threads(), 1);
}

// Products split by rows and by columns, simple and transcendental operations, and simple ones on what threads have
// computed: large enough to be split, and not in equal parts.
TEST(Threads, ResultsAgreeToRoundingAndRepeat) {
  manual_seed(10);
  const Tensor a = randn({331, 257}), b = randn({257, 203}), large = randn({1'700'003});
  const Tensor weight = randn({203, 257}), bias = randn({203});
  const auto all = [&] {
    const Tensor e = a.exp();
    return TensorList{a.mm(b), b.t().mm(a.t()), linear(a, weight, bias), e, e + a, e * e, large + large, large * 2};
  };
  const TensorList one = all();
  for (const int threads : {2, 3}) {
    set_num_threads(threads);
    const TensorList several = all(), again = all();
    for (size_t i = 0; i < one.size(); ++i) {
      EXPECT_TRUE(several[i].allclose(one[i], {.rtol = 1e-5, .atol = i < 3 ? 1e-4 : 0})) << i;
      EXPECT_TRUE(several[i].equal(again[i])) << i;
    }
  }
  set_num_threads(1);
}

// The optimizer step goes by what the gradient says of its threads.
TEST(Threads, EachComputesRowsOfAWeightGradient) {
  manual_seed(11);
  const Tensor x = randn({64, 331}), g = randn({64, 97});
  const auto weight_gradient = [&](int threads) {
    set_num_threads(threads);
    const Tensor weight = zeros({97, 331}, requires_grad());
    linear(x, weight).backward(g);
    set_num_threads(1);
    EXPECT_EQ(weight.grad().impl()->parts, threads);
    return weight.grad();
  };
  const Tensor one = weight_gradient(1);
  EXPECT_TRUE(one.allclose(g.t().mm(x), {.rtol = 1e-5, .atol = 1e-4}));
  for (const int threads : {2, 3}) {
    EXPECT_TRUE(weight_gradient(threads).allclose(one, {.rtol = 1e-5, .atol = 1e-4}));
  }
}

// A simple operation on few elements stays on its thread, unless an input says that several have computed it.
TEST(Threads, SimpleOperationsAreSplitAsTheirInputsWere) {
  manual_seed(12);
  const Tensor x = randn({200, 211});
  set_num_threads(2);
  const Tensor y = x.exp();
  EXPECT_EQ((x * x).impl()->parts, 1);
  for (const Tensor& result : {y, y * x, x * y, y * 2, 2 * y, y.relu(), (y * 1).add_(x)}) {
    EXPECT_EQ(result.impl()->parts, 2);
  }
  set_num_threads(1);
  EXPECT_EQ((y * x).impl()->parts, 1);
}

// To start another thread takes longer than most operations. Each is counted when it first has a part.
TEST(Threads, ThoseWithoutAPartAreKept) {
  static std::atomic<int> threads{0};
  const auto run = [](int64_t parts) {
    const auto part = [](int64_t, int64_t) { [[maybe_unused]] thread_local const int number = ++threads; };
    EXPECT_EQ(kernels::parallel_for(parts, 1, part, 1), parts);
  };
  set_num_threads(4);
  run(4);
  const int first = threads;
  EXPECT_EQ(first, 4);
  for (int i = 0; i < 3; ++i) {
    run(2);
    run(4);
  }
  EXPECT_EQ(threads, first);
  set_num_threads(1);
}

}  // namespace
}  // namespace gradus
