#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/index.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/wrap_dim.h>
#include <gradus/autograd/op_registry.h>
#include <algorithm>
#include <cstring>

// Index tensors from values (nonzero, where), values from index tensors (one_hot), and the triangles of a matrix.
namespace gradus {
namespace {

/// Copies the elements of each row i of x's matrices whose column lies in [first(i), last(i)); the others are 0.
template <class First, class Last>
Tensor keep_columns(const Tensor& x, First first, Last last) {
  const Tensor from = kernels::contiguous(x);
  Tensor out = kernels::empty_like(from);
  kernels::fill(out, 0);
  const int64_t rows = x.size(-2), columns = x.size(-1), matrix = rows * columns;
  const auto size = static_cast<int64_t>(x.element_size());
  for (int64_t start = 0; start < x.numel(); start += matrix) {
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t a = std::clamp<int64_t>(first(i), 0, columns), b = std::clamp<int64_t>(last(i), a, columns);
      const int64_t offset = (start + i * columns + a) * size;
      std::memcpy(out.impl()->data + offset, from.impl()->data + offset, static_cast<size_t>((b - a) * size));
    }
  }
  return out;
}

struct Tril : Function<Tril> {
  static constexpr auto name = "tril", math = "out[i][j] = x[i][j] if j <= i + diagonal, else 0;  dx = tril(g)";
  int64_t diagonal = 0;

  Tensor forward(Context&, const Tensor& x, int64_t k) {
    diagonal = k;
    return keep_columns(
        x, [](int64_t) { return 0; }, [k](int64_t i) { return i + k + 1; });
  }
  TensorList backward(Context&, const Tensor& g) { return {tril(g, diagonal)}; }
  static Samples samples() {
    return {{"main", [](const Tensor& x) { return tril(x); }, {randn({3, 3})}},
            {"batched", [](const Tensor& x) { return tril(x, 1); }, {randn({2, 2, 3})}}};
  }
};

struct Triu : Function<Triu> {
  static constexpr auto name = "triu", math = "out[i][j] = x[i][j] if j >= i + diagonal, else 0;  dx = triu(g)";
  int64_t diagonal = 0;

  Tensor forward(Context&, const Tensor& x, int64_t k) {
    diagonal = k;
    return keep_columns(
        x, [k](int64_t i) { return i + k; }, [&x](int64_t) { return x.size(-1); });
  }
  TensorList backward(Context&, const Tensor& g) { return {triu(g, diagonal)}; }
  static Samples samples() {
    return {{"main", [](const Tensor& x) { return triu(x); }, {randn({3, 3})}},
            {"strided", [](const Tensor& x) { return triu(x.t(), -1); }, {randn({3, 2})}}};
  }
};

}  // namespace

Tensor tril(const Tensor& x, int64_t diagonal) {
  GRADUS_CHECK(x.dim() >= 2, "tril: input tensor must have at least 2 dimensions, but has sizes {}", x.sizes());
  return Tril::apply(x, diagonal);
}

Tensor triu(const Tensor& x, int64_t diagonal) {
  GRADUS_CHECK(x.dim() >= 2, "triu: input tensor must have at least 2 dimensions, but has sizes {}", x.sizes());
  return Triu::apply(x, diagonal);
}

Tensor nonzero(const Tensor& x) {
  const Tensor places = kernels::nonzero_places(x);
  const int64_t count = places.numel(), ndim = x.dim();
  Tensor out = kernels::empty({count, ndim}, kInt64);
  auto* to = out.data_ptr<int64_t>();
  for (int64_t i = 0; i < count; ++i, to += ndim) {
    int64_t rest = places.data_ptr<int64_t>()[i];
    for (int64_t d = ndim; d-- > 0;) {
      to[d] = rest % x.size(d);
      rest /= x.size(d);
    }
  }
  return out;
}

TensorList where(const Tensor& condition) {
  return nonzero(condition.dim() == 0 ? condition.reshape({1}) : condition).unbind(1);
}

Tensor one_hot(const Tensor& classes, int64_t num_classes) {
  GRADUS_CHECK_TYPE(classes.dtype() == kInt64, "one_hot is only applicable to index tensor (int64), but got {}",
                    to_string(classes.dtype()));
  GRADUS_CHECK(classes.numel() > 0 || num_classes > 0, "Can not infer total number of classes from empty tensor.");
  const Tensor numbers = kernels::contiguous(classes);
  const auto* first = numbers.data_ptr<int64_t>();
  const auto* last = first + numbers.numel();
  if (first != last) {
    const auto [least, greatest] = std::minmax_element(first, last);
    GRADUS_CHECK(*least >= 0, "Class values must be non-negative, but one is {}.", *least);
    if (num_classes == -1) num_classes = *greatest + 1;
    GRADUS_CHECK(*greatest < num_classes, "Class values must be smaller than num_classes ({}), but one is {}.",
                 num_classes, *greatest);
  }
  Dims sizes(classes.sizes().begin(), classes.sizes().end());
  sizes.push_back(num_classes);
  Tensor out = kernels::empty(sizes, kInt64);
  kernels::fill(out, 0);
  auto* row = out.data_ptr<int64_t>();
  for (; first != last; ++first, row += num_classes) row[*first] = 1;
  return out;
}

Tensor Tensor::nonzero() const { return gradus::nonzero(*this); }

OpInfo tril_op() { return op_info<Tril>(); }
OpInfo triu_op() { return op_info<Triu>(); }

}  // namespace gradus
