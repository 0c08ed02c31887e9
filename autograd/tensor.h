#pragma once
#include <gradus/autograd/dtype.h>
#include <gradus/autograd/error.h>
#include <gradus/autograd/inline_vector.h>
#include <gradus/autograd/int_array_ref.h>
#include <gradus/autograd/scalar.h>
#include <gradus/autograd/tensor_impl.h>
#include <array>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

namespace gradus {

class Tensor;
class TensorList;
struct TensorIndex;
struct Generator;

/// dtype and requires_grad of a tensor to be made: `zeros({2, 3}, kFloat64)`, `ones({2},
/// dtype(kFloat64).requires_grad())`.
struct TensorOptions {
  TensorOptions() = default;
  TensorOptions(Dtype d) : dtype_(d) {}
  TensorOptions dtype(Dtype d) const {
    TensorOptions options = *this;
    options.dtype_ = d;
    return options;
  }
  TensorOptions requires_grad(bool value = true) const {
    TensorOptions options = *this;
    options.requires_grad_ = value;
    return options;
  }
  Dtype dtype_or(Dtype otherwise) const { return dtype_.value_or(otherwise); }
  Dtype dtype_or_default() const { return dtype_.value_or(get_default_dtype()); }
  bool requires_grad_or_false() const { return requires_grad_; }

 private:
  std::optional<Dtype> dtype_;
  bool requires_grad_ = false;
};
inline TensorOptions dtype(Dtype d) { return TensorOptions(d); }
inline TensorOptions requires_grad(bool value = true) { return TensorOptions().requires_grad(value); }

/// alpha of `a.add_(b, {.alpha = 0.5})`: the factor of the second operand.
struct AlphaOptions {
  double alpha = 1;
};

/// How two values near each other are: |a - b| <= atol + rtol * |b|
/// (https://pytorch.org/docs/stable/generated/torch.allclose.html).
struct CloseOptions {
  double rtol = 1e-5;
  double atol = 1e-8;
  bool equal_nan = false;
};

/// Typed element access, `a[i][j]` (accessor<T, 2>), without a check: for loops over elements.
template <class T, size_t N>
class TensorAccessor {
 public:
  TensorAccessor(T* data, const int64_t* sizes, const int64_t* strides)
      : data_(data), sizes_(sizes), strides_(strides) {}
  int64_t size(int64_t dim) const { return sizes_[dim]; }
  decltype(auto) operator[](int64_t i) const {
    if constexpr (N == 1) {
      return (data_[i * strides_[0]]);
    } else {
      return TensorAccessor<T, N - 1>(data_ + i * strides_[0], sizes_ + 1, strides_ + 1);
    }
  }

 private:
  T* data_;
  const int64_t* sizes_;
  const int64_t* strides_;
};

/// A multi-dimensional array of numbers that remembers the operations it came from, so that backward() can
/// differentiate through them. A handle: copies refer to the same numbers, gradient and history, as in PyTorch.
class Tensor {
 public:
  // -- the handle ----------------------------------------------------------------------------------------------------
  /// An undefined tensor: no numbers at all (a missing gradient, an optional argument not given).
  Tensor() = default;
  explicit Tensor(Ptr<TensorImpl> impl) : impl_(std::move(impl)) {}
  Tensor(const Tensor&) = default;
  Tensor(Tensor&&) noexcept = default;
  Tensor& operator=(const Tensor&) & = default;
  Tensor& operator=(Tensor&&) & noexcept = default;
  /// `x[0] = v` writes v into the elements that x[0] views, as copy_ does.
  Tensor& operator=(const Tensor& value) &&;
  Tensor& operator=(Tensor&& value) &&;
  /// `x[0] = 3` fills the elements that x[0] views.
  Tensor& operator=(Scalar value) &&;

  bool defined() const { return impl_ != nullptr; }
  /// True if both are handles of one and the same tensor.
  bool is_same(const Tensor& other) const { return impl_ == other.impl_; }
  TensorImpl* impl() const { return impl_.get(); }

  // -- shape and numbers ---------------------------------------------------------------------------------------------
  IntArrayRef sizes() const { return checked().layout->sizes(); }
  IntArrayRef strides() const { return checked().layout->strides(); }
  /// Size of one dimension; negative counts from the end. Throws IndexError.
  int64_t size(int64_t dim) const;
  int64_t stride(int64_t dim) const;
  int64_t dim() const { return checked().layout->ndim(); }
  int64_t ndimension() const { return dim(); }
  int64_t numel() const { return checked().layout->numel(); }
  Dtype dtype() const { return checked().dtype; }
  Dtype scalar_type() const { return dtype(); }
  bool is_floating_point() const { return gradus::is_floating_point(dtype()); }
  /// dtype of this tensor as options, for the factory functions.
  TensorOptions options() const { return TensorOptions(dtype()); }
  size_t element_size() const { return gradus::element_size(dtype()); }
  /// Elements from the start of the storage to the first element.
  int64_t storage_offset() const;
  bool is_contiguous() const { return checked().layout->is_contiguous(); }
  /// The number of in-place operations the storage has seen; shared by all views of it.
  uint32_t version() const { return checked().storage->version(); }
  uint32_t _version() const { return version(); }

  /// Pointer to the first element. Throws TypeError unless T is the tensor's element type.
  template <class T>
  T* data_ptr() const {
    check_dtype(dtype_of<std::remove_const_t<T>>::value);
    return reinterpret_cast<T*>(impl_->data);
  }
  /// Element access by strides. Throws Error unless the tensor has N dimensions.
  template <class T, size_t N>
  TensorAccessor<T, N> accessor() const {
    check_ndim(static_cast<int64_t>(N));
    return {data_ptr<T>(), sizes().data(), strides().data()};
  }
  /// The single element as a number. Throws Error unless numel() is 1.
  Scalar item() const;
  template <class T>
  T item() const {
    return item().to<T>();
  }
  /// The elements in row-major order, converted to T (float, double, int64_t).
  template <class T>
  std::vector<T> to_vector() const;
  /// True if the single element is not 0. Throws Error if there are several: their truth is ambiguous.
  explicit operator bool() const;

  /// All elements equal and sizes equal; NaN equals nothing.
  bool equal(const Tensor& other) const;
  bool allclose(const Tensor& other, CloseOptions options = {}) const;
  Tensor isnan() const;
  Tensor isinf() const;
  Tensor isfinite() const;

  // -- autograd ------------------------------------------------------------------------------------------------------
  bool requires_grad() const;
  /// Asks for a gradient. Throws Error for an integer or bool tensor, and for switching off a tensor that has a
  /// history.
  Tensor& requires_grad_(bool value = true);
  Tensor& set_requires_grad(bool value) { return requires_grad_(value); }
  /// True for tensors made by the user or without gradient: where gradients are collected.
  bool is_leaf() const;
  /// The op that made this tensor, or null for a leaf. Printed as <MulBackward0>.
  Ptr<Node> grad_fn() const;
  uint32_t output_nr() const { return checked().output_nr; }
  /// The gradient that backward() collected; undefined before. Warns for a non-leaf without retain_grad().
  Tensor grad() const;
  /// The gradient's own slot: assign an undefined tensor to drop it.
  Tensor& mutable_grad() const;
  /// Makes a non-leaf collect its gradient too.
  void retain_grad() const;
  bool retains_grad() const;
  /// Computes the gradients of this tensor with respect to all leaves and adds them to their grad().
  /// `gradient` has this tensor's shape and may be left out for one element. Errors as PyTorch's
  /// (https://pytorch.org/docs/stable/generated/torch.Tensor.backward.html).
  void backward(const Tensor& gradient = {}, std::optional<bool> retain_graph = std::nullopt,
                bool create_graph = false) const;
  /// The same, for the gradients of `inputs` only.
  void backward(const Tensor& gradient, std::optional<bool> retain_graph, bool create_graph,
                const TensorList& inputs) const;
  /// Calls `hook` with the gradient of this tensor when backward computes it; a defined result replaces it.
  /// Returns an id for remove_hook.
  int64_t register_hook(std::function<Tensor(const Tensor&)> hook) const;
  void remove_hook(int64_t id) const;
  /// The same numbers without history; shares memory and version.
  Tensor detach() const;
  Tensor& detach_();
  Tensor data() const { return detach(); }
  bool is_view() const;
  /// The tensor this is a view of; undefined if it is no view.
  Tensor _base() const;

  // -- conversion ----------------------------------------------------------------------------------------------------
  /// This tensor as another dtype; itself if it has that dtype already and copy is false. Differentiable.
  Tensor to(Dtype dtype, bool copy = false) const;
  Tensor to(const TensorOptions& options) const { return to(options.dtype_or(dtype())); }
  Tensor type_as(const Tensor& other) const { return to(other.dtype()); }
  Tensor to_double() const { return to(kFloat64); }
  Tensor clone() const;
  /// Itself if its memory is in row-major order, otherwise a copy that is.
  Tensor contiguous() const;

  // -- views: share memory -------------------------------------------------------------------------------------------
  Tensor view(IntArrayRef sizes) const;
  Tensor view_as(const Tensor& other) const { return view(other.sizes()); }
  Tensor reshape(IntArrayRef sizes) const;
  Tensor reshape_as(const Tensor& other) const { return reshape(other.sizes()); }
  Tensor flatten(int64_t start_dim = 0, int64_t end_dim = -1) const;
  Tensor unflatten(int64_t dim, IntArrayRef sizes) const;
  Tensor ravel() const { return flatten(); }
  Tensor t() const;
  Tensor mT() const { return transpose(-2, -1); }
  Tensor transpose(int64_t dim0, int64_t dim1) const;
  Tensor permute(IntArrayRef dims) const;
  Tensor squeeze() const;
  Tensor squeeze(int64_t dim) const;
  Tensor unsqueeze(int64_t dim) const;
  Tensor expand(IntArrayRef sizes) const;
  Tensor expand_as(const Tensor& other) const { return expand(other.sizes()); }
  Tensor narrow(int64_t dim, int64_t start, int64_t length) const;
  Tensor slice(int64_t dim = 0, std::optional<int64_t> start = std::nullopt, std::optional<int64_t> end = std::nullopt,
               int64_t step = 1) const;
  Tensor select(int64_t dim, int64_t index) const;
  Tensor diagonal(int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) const;
  Tensor as_strided(IntArrayRef sizes, IntArrayRef strides, std::optional<int64_t> storage_offset = std::nullopt) const;
  TensorList split(int64_t split_size, int64_t dim = 0) const;
  TensorList split(IntArrayRef split_sizes, int64_t dim) const;
  TensorList chunk(int64_t chunks, int64_t dim = 0) const;
  TensorList unbind(int64_t dim = 0) const;
  /// Row i: select(0, i).
  Tensor operator[](int64_t index) const { return select(0, index); }
  /// Elements by an index tensor (int64 or bool mask): index({tensor}).
  Tensor operator[](const Tensor& index) const;
  /// Integers, Slice, None, "..." (Ellipsis), bool, index tensors and masks (gradus/autograd/indexing.h).
  Tensor index(std::initializer_list<TensorIndex> indices) const;
  Tensor index(std::span<const TensorIndex> indices) const;
  Tensor& index_put_(std::initializer_list<TensorIndex> indices, const Tensor& value);
  Tensor& index_put_(std::initializer_list<TensorIndex> indices, Scalar value);
  Tensor& index_put_(std::span<const TensorIndex> indices, const Tensor& value);

  // -- arithmetic ----------------------------------------------------------------------------------------------------
  Tensor add(const Tensor& other, AlphaOptions options = {}) const;
  Tensor add(Scalar other, AlphaOptions options = {}) const;
  Tensor sub(const Tensor& other, AlphaOptions options = {}) const;
  Tensor sub(Scalar other, AlphaOptions options = {}) const;
  Tensor mul(const Tensor& other) const;
  Tensor mul(Scalar other) const;
  Tensor div(const Tensor& other) const;
  Tensor div(Scalar other) const;
  Tensor pow(const Tensor& exponent) const;
  Tensor pow(Scalar exponent) const;
  Tensor neg() const;
  Tensor operator-() const { return neg(); }
  Tensor operator+() const { return *this; }
  /// Not, bit by bit, for bool and int64; other dtypes throw.
  Tensor operator~() const;
  Tensor addcmul(const Tensor& a, const Tensor& b, Scalar value = 1) const;
  Tensor addcdiv(const Tensor& a, const Tensor& b, Scalar value = 1) const;
  Tensor lerp(const Tensor& end, Scalar weight) const;

  // -- pointwise -----------------------------------------------------------------------------------------------------
  Tensor exp() const;
  Tensor expm1() const;
  Tensor log() const;
  Tensor log1p() const;
  Tensor log2() const;
  Tensor log10() const;
  Tensor sqrt() const;
  Tensor rsqrt() const;
  Tensor square() const;
  Tensor reciprocal() const;
  Tensor abs() const;
  Tensor sign() const;
  Tensor sin() const;
  Tensor cos() const;
  Tensor tan() const;
  Tensor tanh() const;
  Tensor sigmoid() const;
  Tensor relu() const;
  Tensor floor() const;
  Tensor ceil() const;
  Tensor round() const;
  Tensor clamp(std::optional<Scalar> min, std::optional<Scalar> max = std::nullopt) const;
  Tensor clamp_min(Scalar min) const { return clamp(min); }
  Tensor clamp_max(Scalar max) const { return clamp(std::nullopt, max); }
  Tensor maximum(const Tensor& other) const;
  Tensor minimum(const Tensor& other) const;
  Tensor masked_fill(const Tensor& mask, Scalar value) const;
  Tensor masked_fill(const Tensor& mask, const Tensor& value) const;
  Tensor masked_select(const Tensor& mask) const;
  Tensor where(const Tensor& condition, const Tensor& other) const;

  // -- comparisons (bool, not differentiable) ------------------------------------------------------------------------
  Tensor eq(const Tensor& other) const;
  Tensor ne(const Tensor& other) const;
  Tensor lt(const Tensor& other) const;
  Tensor le(const Tensor& other) const;
  Tensor gt(const Tensor& other) const;
  Tensor ge(const Tensor& other) const;
  Tensor eq(Scalar other) const;
  Tensor ne(Scalar other) const;
  Tensor lt(Scalar other) const;
  Tensor le(Scalar other) const;
  Tensor gt(Scalar other) const;
  Tensor ge(Scalar other) const;
  Tensor logical_and(const Tensor& other) const;
  Tensor logical_or(const Tensor& other) const;
  Tensor logical_xor(const Tensor& other) const;
  Tensor logical_not() const;

  // -- reductions ----------------------------------------------------------------------------------------------------
  Tensor sum(std::optional<Dtype> dtype = std::nullopt) const;
  Tensor sum(IntArrayRef dim, bool keepdim = false, std::optional<Dtype> dtype = std::nullopt) const;
  Tensor mean(std::optional<Dtype> dtype = std::nullopt) const;
  Tensor mean(IntArrayRef dim, bool keepdim = false, std::optional<Dtype> dtype = std::nullopt) const;
  Tensor var() const { return var(IntArrayRef()); }
  Tensor var(std::same_as<bool> auto unbiased) const { return var(IntArrayRef(), unbiased); }  // var(0) is a dimension
  Tensor var(IntArrayRef dim, bool unbiased = true, bool keepdim = false) const;
  Tensor std() const { return std(IntArrayRef()); }
  Tensor std(std::same_as<bool> auto unbiased) const { return std(IntArrayRef(), unbiased); }  // std(0) is a dimension
  Tensor std(IntArrayRef dim, bool unbiased = true, bool keepdim = false) const;
  Tensor prod(std::optional<Dtype> dtype = std::nullopt) const;
  Tensor prod(int64_t dim, bool keepdim = false, std::optional<Dtype> dtype = std::nullopt) const;
  Tensor max() const;
  Tensor min() const;
  /// Values and their indices along a dimension.
  std::tuple<Tensor, Tensor> max(int64_t dim, bool keepdim = false) const;
  std::tuple<Tensor, Tensor> min(int64_t dim, bool keepdim = false) const;
  Tensor amax(IntArrayRef dim = {}, bool keepdim = false) const;
  Tensor amin(IntArrayRef dim = {}, bool keepdim = false) const;
  Tensor logsumexp(IntArrayRef dim, bool keepdim = false) const;
  Tensor argmax(std::optional<int64_t> dim = std::nullopt, bool keepdim = false) const;
  Tensor argmin(std::optional<int64_t> dim = std::nullopt, bool keepdim = false) const;
  Tensor any() const;
  Tensor any(int64_t dim, bool keepdim = false) const;
  Tensor all() const;
  Tensor all(int64_t dim, bool keepdim = false) const;
  Tensor cumsum(int64_t dim, std::optional<Dtype> dtype = std::nullopt) const;
  Tensor norm(Scalar p = 2) const;
  Tensor norm(Scalar p, IntArrayRef dim, bool keepdim = false) const;

  // -- products ------------------------------------------------------------------------------------------------------
  Tensor mm(const Tensor& other) const;
  Tensor mv(const Tensor& vector) const;
  Tensor dot(const Tensor& other) const;
  Tensor bmm(const Tensor& other) const;
  Tensor matmul(const Tensor& other) const;
  Tensor addmm(const Tensor& mat1, const Tensor& mat2, Scalar beta = 1, Scalar alpha = 1) const;
  Tensor outer(const Tensor& other) const;

  // -- normalisation, indexing, sorting ------------------------------------------------------------------------------
  Tensor softmax(int64_t dim) const;
  Tensor log_softmax(int64_t dim) const;
  Tensor gather(int64_t dim, const Tensor& index) const;
  Tensor scatter_add(int64_t dim, const Tensor& index, const Tensor& source) const;
  Tensor index_select(int64_t dim, const Tensor& index) const;
  Tensor index_add(int64_t dim, const Tensor& index, const Tensor& source) const;
  std::tuple<Tensor, Tensor> sort(int64_t dim = -1, bool descending = false) const;
  Tensor argsort(int64_t dim = -1, bool descending = false) const;
  std::tuple<Tensor, Tensor> topk(int64_t k, int64_t dim = -1, bool largest = true, bool sorted = true) const;
  Tensor nonzero() const;
  Tensor repeat(IntArrayRef repeats) const;

  // -- in-place forms: write into this tensor and raise its version --------------------------------------------------
  Tensor& add_(const Tensor& other, AlphaOptions options = {});
  Tensor& add_(Scalar other, AlphaOptions options = {});
  Tensor& sub_(const Tensor& other, AlphaOptions options = {});
  Tensor& sub_(Scalar other, AlphaOptions options = {});
  Tensor& mul_(const Tensor& other);
  Tensor& mul_(Scalar other);
  Tensor& div_(const Tensor& other);
  Tensor& div_(Scalar other);
  Tensor& pow_(Scalar exponent);
  Tensor& neg_();
  Tensor& exp_();
  Tensor& log_();
  Tensor& sqrt_();
  Tensor& rsqrt_();
  Tensor& abs_();
  Tensor& sin_();
  Tensor& cos_();
  Tensor& tanh_();
  Tensor& sigmoid_();
  Tensor& relu_();
  Tensor& clamp_(std::optional<Scalar> min, std::optional<Scalar> max = std::nullopt);
  Tensor& masked_fill_(const Tensor& mask, Scalar value);
  Tensor& addcmul_(const Tensor& a, const Tensor& b, Scalar value = 1);
  Tensor& addcdiv_(const Tensor& a, const Tensor& b, Scalar value = 1);
  Tensor& lerp_(const Tensor& end, Scalar weight);
  Tensor& scatter_add_(int64_t dim, const Tensor& index, const Tensor& source);
  Tensor& index_add_(int64_t dim, const Tensor& index, const Tensor& source);
  /// Copies the values of `source`, broadcast and converted to this dtype; differentiable.
  Tensor& copy_(const Tensor& source);
  Tensor& fill_(Scalar value);
  Tensor& fill_(const Tensor& value);
  Tensor& zero_();
  Tensor& uniform_(double from = 0, double to = 1, Generator* generator = nullptr);
  Tensor& normal_(double mean = 0, double std = 1, Generator* generator = nullptr);
  Tensor& bernoulli_(double p = 0.5, Generator* generator = nullptr);
  Tensor& random_(int64_t from, int64_t to, Generator* generator = nullptr);

  Tensor& operator+=(const Tensor& other) { return add_(other); }
  Tensor& operator+=(Scalar other) { return add_(other); }
  Tensor& operator-=(const Tensor& other) { return sub_(other); }
  Tensor& operator-=(Scalar other) { return sub_(other); }
  Tensor& operator*=(const Tensor& other) { return mul_(other); }
  Tensor& operator*=(Scalar other) { return mul_(other); }
  Tensor& operator/=(const Tensor& other) { return div_(other); }
  Tensor& operator/=(Scalar other) { return div_(other); }

  /// The tensor as PyTorch prints it: tensor([1., 2.], requires_grad=True).
  std::string to_string() const;

 private:
  TensorImpl& checked() const {
    if (!impl_) [[unlikely]]
      throw_undefined();
    return *impl_;
  }
  [[noreturn]] static void throw_undefined();
  void check_dtype(Dtype expected) const;
  void check_ndim(int64_t expected) const;

  Ptr<TensorImpl> impl_;
};

std::ostream& operator<<(std::ostream& stream, const Tensor& tensor);

/// Several tensors; up to two without the heap.
class TensorList : public InlineVector<Tensor, 2> {
 public:
  TensorList() = default;
  /// {a, b, c}: each is copied or moved in.
  template <class... T>
  requires(sizeof...(T) > 0 && (std::is_convertible_v<T&&, Tensor> && ...)) TensorList(T&&... tensors) {
    this->reserve(sizeof...(T));
    (this->emplace_back(std::forward<T>(tensors)), ...);
  }
  TensorList(const std::vector<Tensor>& tensors) { append(tensors.begin(), tensors.end()); }
  static TensorList of_size(size_t count) {
    TensorList list;
    list.resize(count);
    return list;
  }
  std::vector<Tensor> vec() const { return {begin(), end()}; }
};

}  // namespace gradus

#include <gradus/autograd/grad_mode.h>
#include <gradus/autograd/ops.h>
