#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/sort.h>
#include <gradus/autograd/kernels/wrap_dim.h>
#include <gradus/autograd/op_registry.h>

// Values in order, and the places they came from: sort, argsort, topk.
namespace gradus {
namespace {

/// An op that returns some of x's values along dim, and their indices there.
template <class Op>
struct Ordered : Function<Op> {
  int64_t dim = 0;
  Ptr<const Layout> input;

  TensorList forward(Context& ctx, const Tensor& x, int64_t count, int64_t d, bool descending) {
    dim = d, input = x.impl()->layout;
    auto [values, indices] = kernels::sort(x, dim, descending, count);
    ctx.save_for_backward(indices);
    return {std::move(values), std::move(indices)};
  }
  TensorList backward(Context& ctx, const TensorList& g) {
    return {scatter_add(zeros(input->sizes(), g[0].dtype()), dim, ctx.saved(0), g[0])};
  }
};

struct Sort : Ordered<Sort> {
  static constexpr auto name = "sort", math = "out = x in order along dim, i = its indices;  dx[i] = g";
  static Samples samples() {
    const Tensor x = tensor({{0.3, -1.2, 2.5}, {1.4, 0.2, -0.7}}, kFloat64);
    return {{"rows", [](const Tensor& v) { return std::get<0>(v.sort()); }, {x}},
            {"columns_descending", [](const Tensor& v) { return std::get<0>(v.sort(0, true)); }, {x}},
            {"strided", [](const Tensor& v) { return std::get<0>(v.t().sort(1)); }, {x}}};
  }
};

struct TopK : Ordered<TopK> {
  static constexpr auto name = "topk", math = "out = the k largest of x along dim, i = their indices;  dx[i] = g";
  static Samples samples() {
    const Tensor x = tensor({{0.3, -1.2, 2.5}, {1.4, 0.2, -0.7}}, kFloat64);
    return {{"largest", [](const Tensor& v) { return std::get<0>(v.topk(2)); }, {x}},
            {"smallest", [](const Tensor& v) { return std::get<0>(v.topk(1, 0, false)); }, {x}}};
  }
};

/// Calls f with x, or with a 0-d x as one element, whose results are 0-d again.
template <class F>
std::tuple<Tensor, Tensor> along_dim(const Tensor& x, F f) {
  if (x.dim() > 0) {
    TensorList result = f(x);
    return {std::move(result[0]), std::move(result[1])};
  }
  const TensorList result = f(x.reshape({1}));
  return {result[0].reshape({}), result[1].reshape({})};
}

}  // namespace

std::tuple<Tensor, Tensor> sort(const Tensor& x, int64_t dim, bool descending) {
  const int64_t d = wrap_dim(dim, x.dim());
  return along_dim(x, [&](const Tensor& v) { return Sort::apply(v, v.size(d), d, descending); });
}

Tensor argsort(const Tensor& x, int64_t dim, bool descending) { return std::get<1>(sort(x.detach(), dim, descending)); }

std::tuple<Tensor, Tensor> topk(const Tensor& x, int64_t k, int64_t dim, bool largest, bool /*sorted*/) {
  const int64_t d = wrap_dim(dim, x.dim());
  return along_dim(x, [&](const Tensor& v) {
    GRADUS_CHECK(0 <= k && k <= v.size(d), "topk: selected index k out of range: k {}, but dimension {} has size {}", k,
                 d, v.size(d));
    return TopK::apply(v, k, d, largest);
  });
}

std::tuple<Tensor, Tensor> Tensor::sort(int64_t dim, bool descending) const {
  return gradus::sort(*this, dim, descending);
}
Tensor Tensor::argsort(int64_t dim, bool descending) const { return gradus::argsort(*this, dim, descending); }
std::tuple<Tensor, Tensor> Tensor::topk(int64_t k, int64_t dim, bool largest, bool sorted) const {
  return gradus::topk(*this, k, dim, largest, sorted);
}

OpInfo sort_op() { return op_info<Sort>(); }
OpInfo topk_op() { return op_info<TopK>(); }

}  // namespace gradus
