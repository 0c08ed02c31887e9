#pragma once
// Every operation, as a free function; most are Tensor methods too. Names, arguments and defaults are PyTorch's
// (https://pytorch.org/docs/stable/torch.html). Each lives in autograd/ops/ with formula, forward, backward and
// samples.
#include <gradus/autograd/size2d.h>
#include <gradus/autograd/tensor.h>

namespace gradus {

// -- creation: ops/creation.cpp -----------------------------------------------------------------------------------
/// Numbers for tensor(...): a number, {1, 2, 3}, nested lists of equal lengths, or a vector.
class TensorData {
 public:
  TensorData(std::floating_point auto v) : values_{static_cast<double>(v)}, kind_(kFloat64) {}
  TensorData(std::integral auto v) : integers_{static_cast<int64_t>(v)}, kind_(kInt64) {}
  TensorData(bool v) : integers_{v}, kind_(kBool) {}
  TensorData(std::initializer_list<TensorData> list);
  template <class T>
  requires(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) TensorData(const std::vector<T>& v)
      : TensorData(std::span<const T>(v)) {}
  template <std::same_as<bool> T>
  TensorData(const std::vector<T>& v)
      : sizes_{static_cast<int64_t>(v.size())}, integers_(v.begin(), v.end()), kind_(kBool) {}
  template <class T>
  TensorData(std::span<const T> v)
      : sizes_{static_cast<int64_t>(v.size())}, kind_(std::is_floating_point_v<T> ? kFloat64 : kInt64) {
    if constexpr (std::is_floating_point_v<T>) {
      values_.assign(v.begin(), v.end());
    } else {
      integers_.assign(v.begin(), v.end());
    }
  }

  /// kBool, kInt64, or kFloat64 for any floating-point number.
  Dtype kind() const { return kind_; }
  IntArrayRef sizes() const { return sizes_; }
  Tensor to_tensor(const TensorOptions& options) const;

 private:
  Dims sizes_;
  std::vector<double> values_;     // of kind kFloat64
  std::vector<int64_t> integers_;  // of the other kinds
  Dtype kind_ = kFloat64;
};

/// A tensor of the given numbers: tensor(3.5), tensor({1, 2, 3}), tensor({{1., 2.}, {3., 4.}}), tensor(vector).
/// Integers give int64, bools bool, floating-point numbers the default dtype, unless options name one.
/// Write tensor({0, 1}).view({-1, 1}) for a column: {{0}, {1}} is ambiguous in C++.
Tensor tensor(const TensorData& data, const TensorOptions& options = {});
Tensor scalar_tensor(Scalar value, const TensorOptions& options = {});
/// A tensor on memory owned by the caller, who is told by `deleter` (may be empty) when it is no longer used.
Tensor from_blob(void* data, IntArrayRef sizes, const TensorOptions& options = {}, std::function<void()> deleter = {});
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, const TensorOptions& options,
                 std::function<void()> deleter = {});
/// Uninitialised numbers.
Tensor empty(IntArrayRef sizes, const TensorOptions& options = {});
Tensor empty_strided(IntArrayRef sizes, IntArrayRef strides, const TensorOptions& options = {});
Tensor zeros(IntArrayRef sizes, const TensorOptions& options = {});
Tensor ones(IntArrayRef sizes, const TensorOptions& options = {});
/// dtype as the value's kind (bool, int64, default float) unless options name one.
Tensor full(IntArrayRef sizes, Scalar value, const TensorOptions& options = {});
Tensor eye(int64_t n, const TensorOptions& options = {});
Tensor eye(int64_t n, int64_t m, const TensorOptions& options = {});
Tensor arange(Scalar end, const TensorOptions& options = {});
Tensor arange(Scalar start, Scalar end, const TensorOptions& options = {});
Tensor arange(Scalar start, Scalar end, Scalar step, const TensorOptions& options = {});
Tensor linspace(Scalar start, Scalar end, int64_t steps, const TensorOptions& options = {});
Tensor empty_like(const Tensor& x);
Tensor empty_like(const Tensor& x, const TensorOptions& options);
Tensor zeros_like(const Tensor& x);
Tensor zeros_like(const Tensor& x, const TensorOptions& options);
Tensor ones_like(const Tensor& x);
Tensor ones_like(const Tensor& x, const TensorOptions& options);
Tensor full_like(const Tensor& x, Scalar value);
Tensor full_like(const Tensor& x, Scalar value, const TensorOptions& options);
Tensor rand_like(const Tensor& x);
Tensor rand_like(const Tensor& x, const TensorOptions& options);
Tensor randn_like(const Tensor& x);
Tensor randn_like(const Tensor& x, const TensorOptions& options);
/// Uniform in [0, 1).
Tensor rand(IntArrayRef sizes, const TensorOptions& options = {}, Generator* generator = nullptr);
/// Standard normal.
Tensor randn(IntArrayRef sizes, const TensorOptions& options = {}, Generator* generator = nullptr);
/// Integers low..high-1, int64 unless options name a dtype.
Tensor randint(int64_t high, IntArrayRef sizes, const TensorOptions& options = {}, Generator* generator = nullptr);
Tensor randint(int64_t low, int64_t high, IntArrayRef sizes, const TensorOptions& options = {},
               Generator* generator = nullptr);
/// 0 or 1, 1 with the probability that stands in the same place of p.
Tensor bernoulli(const Tensor& p, Generator* generator = nullptr);
/// A random order of 0..n-1.
Tensor randperm(int64_t n, const TensorOptions& options = {}, Generator* generator = nullptr);
Tensor tril(const Tensor& x, int64_t diagonal = 0);
Tensor triu(const Tensor& x, int64_t diagonal = 0);

// -- types and broadcasting: tensor.cpp, ops/broadcast.cpp --------------------------------------------------------
/// The dtype of a op b: dimensions rank over 0-d tensors (https://pytorch.org/docs/stable/tensor_attributes.html).
Dtype result_type(const Tensor& a, const Tensor& b);
Dtype result_type(const Tensor& a, Scalar b);
/// The shape two shapes broadcast to. Throws Error with both sizes and the dimension.
Dims broadcast_shapes(IntArrayRef a, IntArrayRef b);
std::vector<Tensor> broadcast_tensors(const std::vector<Tensor>& tensors);
/// Sums x over the dimensions that broadcasting `sizes` to x's shape would stretch: the gradient of broadcasting.
Tensor sum_to(const Tensor& x, IntArrayRef sizes);

// -- arithmetic: ops/arithmetic.cpp, ops/power.cpp, ops/addcmul.cpp -----------------------------------------------
Tensor add(const Tensor& a, const Tensor& b, AlphaOptions options = {});
Tensor sub(const Tensor& a, const Tensor& b, AlphaOptions options = {});
Tensor mul(const Tensor& a, const Tensor& b);
/// True division: integers give the default floating-point dtype.
Tensor div(const Tensor& a, const Tensor& b);
Tensor pow(const Tensor& base, const Tensor& exponent);
Tensor pow(const Tensor& base, Scalar exponent);
Tensor pow(Scalar base, const Tensor& exponent);
Tensor neg(const Tensor& x);
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value = 1);
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value = 1);
Tensor lerp(const Tensor& start, const Tensor& end, Scalar weight);
/// `value` as a 0-d tensor of the dtype that a number beside x has: what the operators below do with numbers.
Tensor scalar_like(const Tensor& x, Scalar value);

inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
inline Tensor operator+(const Tensor& a, Scalar b) { return add(a, scalar_like(a, b)); }
inline Tensor operator-(const Tensor& a, Scalar b) { return sub(a, scalar_like(a, b)); }
inline Tensor operator*(const Tensor& a, Scalar b) { return mul(a, scalar_like(a, b)); }
inline Tensor operator/(const Tensor& a, Scalar b) { return div(a, scalar_like(a, b)); }
inline Tensor operator+(Scalar a, const Tensor& b) { return add(scalar_like(b, a), b); }
inline Tensor operator-(Scalar a, const Tensor& b) { return sub(scalar_like(b, a), b); }
inline Tensor operator*(Scalar a, const Tensor& b) { return mul(scalar_like(b, a), b); }
inline Tensor operator/(Scalar a, const Tensor& b) { return div(scalar_like(b, a), b); }

// -- pointwise: ops/exponential.cpp, ops/power.cpp, ops/activation.cpp, ops/rounding.cpp, ops/select.cpp ----------
Tensor exp(const Tensor& x);
Tensor expm1(const Tensor& x);
Tensor log(const Tensor& x);
Tensor log1p(const Tensor& x);
Tensor log2(const Tensor& x);
Tensor log10(const Tensor& x);
Tensor sqrt(const Tensor& x);
Tensor rsqrt(const Tensor& x);
Tensor square(const Tensor& x);
Tensor reciprocal(const Tensor& x);
Tensor abs(const Tensor& x);
Tensor sign(const Tensor& x);
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tan(const Tensor& x);
Tensor tanh(const Tensor& x);
Tensor sigmoid(const Tensor& x);
Tensor relu(const Tensor& x);
Tensor leaky_relu(const Tensor& x, double negative_slope = 0.01);
Tensor softplus(const Tensor& x, double beta = 1, double threshold = 20);
Tensor logsigmoid(const Tensor& x);
Tensor floor(const Tensor& x);
Tensor ceil(const Tensor& x);
/// Half to even.
Tensor round(const Tensor& x);
Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max = std::nullopt);
Tensor clamp(const Tensor& x, const Tensor& min, const Tensor& max);
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, const Tensor& b);
/// a where condition holds, b elsewhere.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, Scalar b);
Tensor where(const Tensor& condition, Scalar a, const Tensor& b);
/// Indices of the non-zero elements, one tensor a dimension.
TensorList where(const Tensor& condition);
Tensor masked_fill(const Tensor& x, const Tensor& mask, Scalar value);
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value);

// -- comparisons: ops/comparison.cpp ------------------------------------------------------------------------------
Tensor eq(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, const Tensor& b);
Tensor lt(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, const Tensor& b);
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_xor(const Tensor& a, const Tensor& b);
Tensor logical_not(const Tensor& x);
Tensor isnan(const Tensor& x);
Tensor isinf(const Tensor& x);
Tensor isfinite(const Tensor& x);
bool equal(const Tensor& a, const Tensor& b);
bool allclose(const Tensor& a, const Tensor& b, CloseOptions options = {});
Tensor isclose(const Tensor& a, const Tensor& b, CloseOptions options = {});

inline Tensor operator==(const Tensor& a, const Tensor& b) { return eq(a, b); }
inline Tensor operator!=(const Tensor& a, const Tensor& b) { return ne(a, b); }
inline Tensor operator<(const Tensor& a, const Tensor& b) { return lt(a, b); }
inline Tensor operator<=(const Tensor& a, const Tensor& b) { return le(a, b); }
inline Tensor operator>(const Tensor& a, const Tensor& b) { return gt(a, b); }
inline Tensor operator>=(const Tensor& a, const Tensor& b) { return ge(a, b); }
inline Tensor operator==(const Tensor& a, Scalar b) { return eq(a, scalar_like(a, b)); }
inline Tensor operator!=(const Tensor& a, Scalar b) { return ne(a, scalar_like(a, b)); }
inline Tensor operator<(const Tensor& a, Scalar b) { return lt(a, scalar_like(a, b)); }
inline Tensor operator<=(const Tensor& a, Scalar b) { return le(a, scalar_like(a, b)); }
inline Tensor operator>(const Tensor& a, Scalar b) { return gt(a, scalar_like(a, b)); }
inline Tensor operator>=(const Tensor& a, Scalar b) { return ge(a, scalar_like(a, b)); }
/// Bit by bit, for bool and int64; other dtypes throw.
Tensor operator&(const Tensor& a, const Tensor& b);
Tensor operator|(const Tensor& a, const Tensor& b);
Tensor operator^(const Tensor& a, const Tensor& b);

// -- reductions: ops/reduce.cpp -----------------------------------------------------------------------------------
Tensor sum(const Tensor& x, std::optional<Dtype> dtype = std::nullopt);
Tensor sum(const Tensor& x, IntArrayRef dim, bool keepdim = false, std::optional<Dtype> dtype = std::nullopt);
Tensor mean(const Tensor& x, std::optional<Dtype> dtype = std::nullopt);
Tensor mean(const Tensor& x, IntArrayRef dim, bool keepdim = false, std::optional<Dtype> dtype = std::nullopt);
Tensor var(const Tensor& x, IntArrayRef dim, bool unbiased = true, bool keepdim = false);
inline Tensor var(const Tensor& x) { return var(x, IntArrayRef()); }
inline Tensor var(const Tensor& x, std::same_as<bool> auto unbiased) { return var(x, IntArrayRef(), unbiased); }
Tensor std(const Tensor& x, IntArrayRef dim, bool unbiased = true, bool keepdim = false);
inline Tensor std(const Tensor& x) { return std(x, IntArrayRef()); }
inline Tensor std(const Tensor& x, std::same_as<bool> auto unbiased) { return std(x, IntArrayRef(), unbiased); }
Tensor prod(const Tensor& x, std::optional<Dtype> dtype = std::nullopt);
Tensor prod(const Tensor& x, int64_t dim, bool keepdim = false, std::optional<Dtype> dtype = std::nullopt);
Tensor max(const Tensor& x);
Tensor min(const Tensor& x);
inline Tensor max(const Tensor& a, const Tensor& b) { return maximum(a, b); }
inline Tensor min(const Tensor& a, const Tensor& b) { return minimum(a, b); }
std::tuple<Tensor, Tensor> max(const Tensor& x, int64_t dim, bool keepdim = false);
std::tuple<Tensor, Tensor> min(const Tensor& x, int64_t dim, bool keepdim = false);
Tensor amax(const Tensor& x, IntArrayRef dim = {}, bool keepdim = false);
Tensor amin(const Tensor& x, IntArrayRef dim = {}, bool keepdim = false);
Tensor logsumexp(const Tensor& x, IntArrayRef dim, bool keepdim = false);
Tensor argmax(const Tensor& x, std::optional<int64_t> dim = std::nullopt, bool keepdim = false);
Tensor argmin(const Tensor& x, std::optional<int64_t> dim = std::nullopt, bool keepdim = false);
Tensor any(const Tensor& x);
Tensor any(const Tensor& x, int64_t dim, bool keepdim = false);
Tensor all(const Tensor& x);
Tensor all(const Tensor& x, int64_t dim, bool keepdim = false);
Tensor cumsum(const Tensor& x, int64_t dim, std::optional<Dtype> dtype = std::nullopt);
Tensor norm(const Tensor& x, Scalar p = 2);
Tensor norm(const Tensor& x, Scalar p, IntArrayRef dim, bool keepdim = false);
Tensor softmax(const Tensor& x, int64_t dim);
Tensor log_softmax(const Tensor& x, int64_t dim);

// -- products: ops/matmul.cpp -------------------------------------------------------------------------------------
Tensor mm(const Tensor& a, const Tensor& b);
Tensor mv(const Tensor& matrix, const Tensor& vector);
Tensor dot(const Tensor& a, const Tensor& b);
Tensor outer(const Tensor& a, const Tensor& b);
Tensor bmm(const Tensor& a, const Tensor& b);
Tensor matmul(const Tensor& a, const Tensor& b);
Tensor addmm(const Tensor& x, const Tensor& mat1, const Tensor& mat2, Scalar beta = 1, Scalar alpha = 1);
/// x W^T + b: x (..., in), W (out, in), b (out) or undefined -> (..., out).
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

// -- shape: ops/view.cpp (share memory) and ops/join.cpp (cat, stack, repeat) -------------------------------------
Tensor view(const Tensor& x, IntArrayRef sizes);
Tensor reshape(const Tensor& x, IntArrayRef sizes);
Tensor flatten(const Tensor& x, int64_t start_dim = 0, int64_t end_dim = -1);
Tensor unflatten(const Tensor& x, int64_t dim, IntArrayRef sizes);
Tensor t(const Tensor& x);
Tensor transpose(const Tensor& x, int64_t dim0, int64_t dim1);
Tensor permute(const Tensor& x, IntArrayRef dims);
Tensor squeeze(const Tensor& x);
Tensor squeeze(const Tensor& x, int64_t dim);
Tensor unsqueeze(const Tensor& x, int64_t dim);
Tensor expand(const Tensor& x, IntArrayRef sizes);
Tensor narrow(const Tensor& x, int64_t dim, int64_t start, int64_t length);
Tensor slice(const Tensor& x, int64_t dim = 0, std::optional<int64_t> start = std::nullopt,
             std::optional<int64_t> end = std::nullopt, int64_t step = 1);
Tensor select(const Tensor& x, int64_t dim, int64_t index);
Tensor diagonal(const Tensor& x, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1);
Tensor as_strided(const Tensor& x, IntArrayRef sizes, IntArrayRef strides,
                  std::optional<int64_t> storage_offset = std::nullopt);
TensorList split(const Tensor& x, int64_t split_size, int64_t dim = 0);
TensorList split(const Tensor& x, IntArrayRef split_sizes, int64_t dim);
TensorList chunk(const Tensor& x, int64_t chunks, int64_t dim = 0);
TensorList unbind(const Tensor& x, int64_t dim = 0);
Tensor clone(const Tensor& x);
Tensor cat(const TensorList& tensors, int64_t dim = 0);
Tensor stack(const TensorList& tensors, int64_t dim = 0);
Tensor repeat(const Tensor& x, IntArrayRef repeats);

// -- indexing and sorting: ops/index.cpp, ops/sort.cpp ------------------------------------------------------------
Tensor gather(const Tensor& x, int64_t dim, const Tensor& index);
Tensor scatter_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source);
Tensor index_select(const Tensor& x, int64_t dim, const Tensor& index);
Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source);
Tensor masked_select(const Tensor& x, const Tensor& mask);
/// (N) class numbers -> (N, num_classes) of 0 and 1, int64; num_classes -1: one more than the largest.
Tensor one_hot(const Tensor& classes, int64_t num_classes = -1);
/// (number of non-zero elements, dim) indices.
Tensor nonzero(const Tensor& x);
/// Values and indices; stable.
std::tuple<Tensor, Tensor> sort(const Tensor& x, int64_t dim = -1, bool descending = false);
Tensor argsort(const Tensor& x, int64_t dim = -1, bool descending = false);
std::tuple<Tensor, Tensor> topk(const Tensor& x, int64_t k, int64_t dim = -1, bool largest = true, bool sorted = true);

// -- images: ops/conv.cpp, ops/pool.cpp, ops/batch_norm.cpp -------------------------------------------------------
/// The products of weight (O, C / groups, kh, kw) with every window of x (N, C, H, W) or (C, H, W), plus bias (O)
/// -> (N, O, oh, ow), oh = (H + 2 padding - dilation (kh - 1) - 1) / stride + 1. (It is a cross-correlation.)
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, Size2d stride = 1, Padding2d padding = 0,
              Size2d dilation = 1, int64_t groups = 1);
/// The gradient of conv2d with respect to x (torch.nn.grad.conv2d_input): g (N, O, oh, ow) -> (N, C, H, W).
Tensor conv2d_input(IntArrayRef input_size, const Tensor& weight, const Tensor& g, Size2d stride = 1,
                    Padding2d padding = 0, Size2d dilation = 1, int64_t groups = 1);
/// The gradient of conv2d with respect to weight (torch.nn.grad.conv2d_weight).
Tensor conv2d_weight(const Tensor& x, IntArrayRef weight_size, const Tensor& g, Size2d stride = 1,
                     Padding2d padding = 0, Size2d dilation = 1, int64_t groups = 1);
/// The largest element of every window of x (N, C, H, W) or (C, H, W); the first of several, and NaN if there is one.
/// Without a stride the windows stand side by side. ceil_mode: windows that begin inside count, wherever they end.
Tensor max_pool2d(const Tensor& x, Size2d kernel_size, Size2d stride = {}, Size2d padding = 0, Size2d dilation = 1,
                  bool ceil_mode = false);
/// The same, and where each one stood: y * W + x.
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& x, Size2d kernel_size, Size2d stride = {},
                                                   Size2d padding = 0, Size2d dilation = 1, bool ceil_mode = false);
/// The mean of every window: its sum divided by the size of the window, with the padding or without it
/// (count_include_pad), or by divisor_override.
Tensor avg_pool2d(const Tensor& x, Size2d kernel_size, Size2d stride = {}, Size2d padding = 0, bool ceil_mode = false,
                  bool count_include_pad = true, std::optional<int64_t> divisor_override = std::nullopt);
/// x (N, C, ...) with mean 0 and variance 1 in every channel, times weight plus bias (C). In training mean and variance
/// are those of x, and the running ones, where defined, move towards them by momentum, in place; else the running ones.
Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var, const Tensor& weight = {},
                  const Tensor& bias = {}, bool training = false, double momentum = 0.1, double eps = 1e-5);

// -- layers and losses as single ops: ops/loss.cpp, ops/norm.cpp --------------------------------------------------
/// What a loss does with its elements: none, mean (over all elements) or sum.
enum class Reduction { kNone, kMean, kSum };
Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::kMean);
Tensor l1_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::kMean);
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::kMean,
                      double beta = 1);
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight = {},
                            Reduction reduction = Reduction::kMean);
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target, const Tensor& weight = {},
                                        const Tensor& pos_weight = {}, Reduction reduction = Reduction::kMean);
Tensor nll_loss(const Tensor& log_probabilities, const Tensor& target, const Tensor& weight = {},
                Reduction reduction = Reduction::kMean, int64_t ignore_index = -100);
Tensor cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight = {},
                     Reduction reduction = Reduction::kMean, int64_t ignore_index = -100, double label_smoothing = 0);
Tensor layer_norm(const Tensor& x, IntArrayRef normalized_shape, const Tensor& weight = {}, const Tensor& bias = {},
                  double eps = 1e-5);
Tensor dropout(const Tensor& x, double p = 0.5, bool training = true, Generator* generator = nullptr);

}  // namespace gradus
