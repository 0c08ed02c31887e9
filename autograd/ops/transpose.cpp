#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/wrap_dim.h>
#include <gradus/autograd/op_registry.h>
#include <utility>

// Views with the dimensions in another order: t, transpose, permute.
namespace gradus {
namespace {

struct T : Function<T> {
  static constexpr auto name = "t", math = "out = x^T;  dx = g^T";
  static constexpr bool is_view = true;

  static Tensor forward(Context&, const Tensor& x) {
    if (x.dim() < 2) return kernels::alias(x);
    const IntArrayRef sizes = x.sizes(), strides = x.strides();
    return kernels::alias(x, Layout::strided({sizes[1], sizes[0]}, {strides[1], strides[0]}));
  }
  static TensorList backward(Context&, const Tensor& g) { return {g.t()}; }
  static Samples samples() {
    return {{"matrix", [](const Tensor& x) { return x.t(); }, {randn({2, 3})}},
            {"vector", [](const Tensor& x) { return x.t(); }, {randn({3})}}};
  }
};

struct Transpose : Function<Transpose> {
  static constexpr auto name = "transpose",
                        math = "out = x with dimensions a and b exchanged;  dx = g with a and b exchanged";
  static constexpr bool is_view = true;
  int64_t a = 0, b = 0;

  Tensor forward(Context&, const Tensor& x, int64_t dim0, int64_t dim1) {
    a = dim0, b = dim1;
    if (a == b) return kernels::alias(x);
    Dims sizes(x.sizes().begin(), x.sizes().end()), strides(x.strides().begin(), x.strides().end());
    std::swap(sizes[static_cast<size_t>(a)], sizes[static_cast<size_t>(b)]);
    std::swap(strides[static_cast<size_t>(a)], strides[static_cast<size_t>(b)]);
    return kernels::alias(x, Layout::strided(sizes, strides));
  }
  TensorList backward(Context&, const Tensor& g) { return {g.transpose(a, b)}; }
  static Samples samples() {
    return {{"first_last", [](const Tensor& x) { return x.transpose(0, -1); }, {randn({2, 2, 3})}},
            {"same", [](const Tensor& x) { return x.transpose(1, 1); }, {randn({2, 3})}}};
  }
};

struct Permute : Function<Permute> {
  static constexpr auto name = "permute", math = "out[d] = x[order[d]] (dimensions);  dx[order[d]] = g[d]";
  static constexpr bool is_view = true;
  Dims order;

  Tensor forward(Context&, const Tensor& x, const Dims& dims) {
    order = dims;
    Dims sizes, strides;
    for (const int64_t d : order) {
      sizes.push_back(x.sizes()[static_cast<size_t>(d)]);
      strides.push_back(x.strides()[static_cast<size_t>(d)]);
    }
    return kernels::alias(x, Layout::strided(sizes, strides));
  }
  TensorList backward(Context&, const Tensor& g) {
    Dims back(order.size());
    for (size_t i = 0; i < order.size(); ++i) back[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
    return {g.permute(back)};
  }
  static Samples samples() {
    return {{"cycle",
             [](const Tensor& x) {
               return x.permute({2, 0, 1});
             },
             {randn({2, 2, 3})}},
            {"negative",
             [](const Tensor& x) {
               return x.permute({-1, 0});
             },
             {randn({2, 3})}},
            {"scalar", [](const Tensor& x) { return x.permute({}); }, {randn({})}}};
  }
};

}  // namespace

Tensor t(const Tensor& x) {
  GRADUS_CHECK(x.dim() <= 2, "t() expects a tensor with <= 2 dimensions, but self is {}D", x.dim());
  return T::apply(x);
}

Tensor transpose(const Tensor& x, int64_t dim0, int64_t dim1) {
  return Transpose::apply(x, wrap_dim(dim0, x.dim()), wrap_dim(dim1, x.dim()));
}

Tensor permute(const Tensor& x, IntArrayRef dims) {
  GRADUS_CHECK(static_cast<int64_t>(dims.size()) == x.dim(),
               "permute: number of dimensions in the tensor input does not match the length of the desired ordering of "
               "dimensions i.e. input.dim() = {} is not equal to len(dims) = {}",
               x.dim(), dims.size());
  Dims order;
  for (const int64_t dim : dims) {
    const int64_t d = wrap_dim(dim, x.dim());
    for (const int64_t earlier : order)
      GRADUS_CHECK(earlier != d, "permute(): duplicate dims are not allowed. {}", dims);
    order.push_back(d);
  }
  return Permute::apply(x, order);
}

Tensor Tensor::t() const { return gradus::t(*this); }
Tensor Tensor::transpose(int64_t dim0, int64_t dim1) const { return gradus::transpose(*this, dim0, dim1); }
Tensor Tensor::permute(IntArrayRef dims) const { return gradus::permute(*this, dims); }

OpInfo t_op() { return op_info<T>(); }
OpInfo transpose_op() { return op_info<Transpose>(); }
OpInfo permute_op() { return op_info<Permute>(); }

}  // namespace gradus
