#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/wrap_dim.h>
#include <gradus/autograd/op_registry.h>
#include <algorithm>

// One tensor as several views: split, chunk, unbind. One node for all of them, so that the gradients of many parts
// are joined once.
namespace gradus {
namespace {

struct Split : Function<Split> {
  static constexpr auto name = "split", math = "out_k = the k-th part of x along dim;  dx = cat(g_0, g_1, ...)";
  static constexpr bool is_view = true;
  int64_t dim = 0;

  TensorList forward(Context&, const Tensor& x, IntArrayRef part_sizes, int64_t d) {
    dim = d;
    Dims sizes(x.sizes().begin(), x.sizes().end());
    TensorList parts;
    parts.reserve(part_sizes.size());
    int64_t start = 0;
    for (const int64_t size : part_sizes) {
      sizes[static_cast<size_t>(d)] = size;
      parts.push_back(kernels::alias(x, Layout::strided(sizes, x.strides()), start * x.stride(d)));
      start += size;
    }
    return parts;
  }
  TensorList backward(Context&, const TensorList& g) { return {cat(g, dim)}; }
  static Samples samples() {
    return {{"equal", [](const Tensor& x) { return x.split(2); }, {randn({5, 2})}},
            {"sizes",
             [](const Tensor& x) {
               return x.split({1, 0, 3}, 1);
             },
             {randn({2, 4})}},
            {"chunk", [](const Tensor& x) { return x.t().chunk(2, -1); }, {randn({5, 2})}}};
  }
};

struct Unbind : Function<Unbind> {
  static constexpr auto name = "unbind", math = "out_k = x[k] along dim;  dx = stack(g_0, g_1, ...)";
  static constexpr bool is_view = true;
  int64_t dim = 0;

  TensorList forward(Context&, const Tensor& x, int64_t d) {
    dim = d;
    Dims sizes(x.sizes().begin(), x.sizes().end()), strides(x.strides().begin(), x.strides().end());
    sizes.erase(sizes.begin() + d);
    strides.erase(strides.begin() + d);
    const Ptr<const Layout> layout = Layout::strided(sizes, strides);
    TensorList parts;
    parts.reserve(static_cast<size_t>(x.size(d)));
    for (int64_t k = 0; k < x.size(d); ++k) parts.push_back(kernels::alias(x, layout, k * x.stride(d)));
    return parts;
  }
  TensorList backward(Context&, const TensorList& g) { return {stack(g, dim)}; }
  static Samples samples() {
    return {{"rows", [](const Tensor& x) { return x.unbind(); }, {randn({3, 2})}},
            {"columns", [](const Tensor& x) { return x.unbind(-1); }, {randn({3, 2})}}};
  }
};

}  // namespace

TensorList split(const Tensor& x, IntArrayRef split_sizes, int64_t dim) {
  GRADUS_CHECK(x.dim() > 0, "split expects at least a 1-dimensional tensor");
  const int64_t d = wrap_dim(dim, x.dim());
  int64_t sum = 0;
  for (const int64_t size : split_sizes) {
    GRADUS_CHECK(size >= 0,
                 "split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes={}",
                 split_sizes);
    sum += size;
  }
  GRADUS_CHECK(sum == x.size(d),
               "split_with_sizes expects split_sizes to sum exactly to {} (input tensor's size at dimension {}), but "
               "got split_sizes={}",
               x.size(d), d, split_sizes);
  return Split::apply(x, split_sizes, d);
}

TensorList split(const Tensor& x, int64_t split_size, int64_t dim) {
  GRADUS_CHECK(x.dim() > 0, "split expects at least a 1-dimensional tensor");
  GRADUS_CHECK(split_size >= 0, "split expects split_size be non-negative, but got split_size={}", split_size);
  const int64_t size = x.size(wrap_dim(dim, x.dim()));
  GRADUS_CHECK(split_size > 0 || size == 0,
               "split_size can only be 0 if dimension size is 0, but got dimension size of {}", size);
  Dims sizes;
  for (int64_t start = 0; start < size; start += split_size) sizes.push_back(std::min(split_size, size - start));
  if (sizes.empty()) sizes.push_back(0);
  return split(x, sizes, dim);
}

TensorList chunk(const Tensor& x, int64_t chunks, int64_t dim) {
  GRADUS_CHECK(x.dim() > 0, "chunk expects at least a 1-dimensional tensor");
  GRADUS_CHECK(chunks > 0, "chunk expects `chunks` to be greater than 0, got: {}", chunks);
  const int64_t size = x.size(wrap_dim(dim, x.dim()));
  if (size == 0) return split(x, Dims(static_cast<size_t>(chunks), 0), dim);
  return split(x, (size - 1) / chunks + 1, dim);
}

TensorList unbind(const Tensor& x, int64_t dim) {
  GRADUS_CHECK_INDEX(x.dim() > 0, "Dimension specified as {} but tensor has no dimensions", dim);
  return Unbind::apply(x, wrap_dim(dim, x.dim()));
}

TensorList Tensor::split(int64_t split_size, int64_t dim) const { return gradus::split(*this, split_size, dim); }
TensorList Tensor::split(IntArrayRef split_sizes, int64_t dim) const { return gradus::split(*this, split_sizes, dim); }
TensorList Tensor::chunk(int64_t chunks, int64_t dim) const { return gradus::chunk(*this, chunks, dim); }
TensorList Tensor::unbind(int64_t dim) const { return gradus::unbind(*this, dim); }

OpInfo split_op() { return op_info<Split>(); }
OpInfo unbind_op() { return op_info<Unbind>(); }

}  // namespace gradus
