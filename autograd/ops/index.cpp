#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/index.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/wrap_dim.h>
#include <gradus/autograd/op_registry.h>

// Elements by index along a dimension: gather, scatter_add, index_select, index_add. Each pair is each other's
// derivative.
namespace gradus {
namespace {

struct Gather : Function<Gather> {
  static constexpr auto name = "gather", math = "out[i] = x[index[i]] along dim;  dx[index[i]] += g[i]";
  int64_t dim = 0;
  Ptr<const Layout> input;

  Tensor forward(Context& ctx, const Tensor& x, int64_t d, const Tensor& index) {
    dim = d, input = x.impl()->layout;
    ctx.save_for_backward(index);
    return kernels::gather(x, dim, index);
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    return {scatter_add(zeros(input->sizes(), g.dtype()), dim, ctx.saved(0), g), Tensor()};
  }
  static Samples samples() {
    const Tensor rows = tensor({{0, 1, 1}, {1, 1, 0}}), columns = tensor({{2, 0}, {1, 1}});
    return {{"rows", [rows](const Tensor& x) { return x.gather(0, rows); }, {randn({2, 3})}},
            {"columns", [columns](const Tensor& x) { return x.gather(-1, columns); }, {randn({2, 3})}},
            {"fewer", [rows](const Tensor& x) { return x.t().gather(1, rows); }, {randn({3, 4})}},
            {"scalar", [](const Tensor& x) { return x.gather(0, tensor({0})); }, {randn({})}}};
  }
};

struct ScatterAdd : Function<ScatterAdd> {
  static constexpr auto name = "scatter_add",
                        math = "out = x;  out[index[i]] += s[i] along dim;  dx = g,  ds[i] = g[index[i]]";
  int64_t dim = 0;

  Tensor forward(Context& ctx, const Tensor& x, int64_t d, const Tensor& index, const Tensor& source) {
    dim = d;
    ctx.save_for_backward(ctx.needs_grad(2) ? index : Tensor());
    const Tensor out = ctx.out().defined() ? ctx.out() : kernels::clone(x);
    kernels::scatter_add(out, dim, index, source);
    return out;
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    return {g, Tensor(), ctx.needs_grad(2) ? g.gather(dim, ctx.saved(0)) : Tensor()};
  }
  static Samples samples() {
    const Tensor index = tensor({{0, 1, 1}, {1, 1, 0}}), columns = tensor({{0, 0}});
    return {{"rows",
             [index](const Tensor& x, const Tensor& s) { return x.scatter_add(0, index, s); },
             {randn({2, 3}), randn({2, 3})}},
            {"larger_source",
             [columns](const Tensor& x, const Tensor& s) { return x.scatter_add(1, columns, s); },
             {randn({2, 3}), randn({2, 4})}},
            {"in_place",
             [index](const Tensor& x, const Tensor& s) {
               Tensor y = x.t() * 2;
               y.scatter_add_(1, index, s);
               return y * y;
             },
             {randn({2, 3}), randn({3, 3})}}};
  }
};

struct IndexSelect : Function<IndexSelect> {
  static constexpr auto name = "index_select", math = "out[i] = x[index[i]] along dim;  dx[index[i]] += g[i]";
  int64_t dim = 0;
  Ptr<const Layout> input;

  Tensor forward(Context& ctx, const Tensor& x, int64_t d, const Tensor& index) {
    dim = d, input = x.impl()->layout;
    ctx.save_for_backward(index);
    Dims sizes(x.sizes().begin(), x.sizes().end());
    sizes[static_cast<size_t>(dim)] = index.numel();
    return kernels::gather(x, dim, kernels::spread_index(index, dim, sizes));
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    return {index_add(zeros(input->sizes(), g.dtype()), dim, ctx.saved(0), g), Tensor()};
  }
  static Samples samples() {
    const Tensor index = tensor({1, 0, 1}), mask = tensor({true, false, true});
    return {{"rows", [index](const Tensor& x) { return x.index_select(0, index); }, {randn({2, 3})}},
            {"columns", [index](const Tensor& x) { return x.index_select(-1, index); }, {randn({2, 3})}},
            {"strided", [index](const Tensor& x) { return x.t().index_select(0, index); }, {randn({2, 3})}},
            {"scalar", [](const Tensor& x) { return x.index_select(0, tensor({0})); }, {randn({})}},
            {"masked_select", [mask](const Tensor& x) { return x.masked_select(mask); }, {randn({2, 3})}},
            {"masked_select_broadcast", [mask](const Tensor& x) { return x.masked_select(mask); }, {randn({2, 1})}}};
  }
};

struct IndexAdd : Function<IndexAdd> {
  static constexpr auto name = "index_add",
                        math = "out = x;  out[index[i]] += s[i] along dim;  dx = g,  ds[i] = g[index[i]]";
  int64_t dim = 0;

  Tensor forward(Context& ctx, const Tensor& x, int64_t d, const Tensor& index, const Tensor& source) {
    dim = d;
    ctx.save_for_backward(ctx.needs_grad(2) ? index : Tensor());
    const Tensor out = ctx.out().defined() ? ctx.out() : kernels::clone(x);
    kernels::scatter_add(out, dim, kernels::spread_index(index, dim, source.sizes()), source);
    return out;
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    return {g, Tensor(), ctx.needs_grad(2) ? g.index_select(dim, ctx.saved(0)) : Tensor()};
  }
  static Samples samples() {
    const Tensor index = tensor({1, 0, 1});
    return {{"rows",
             [index](const Tensor& x, const Tensor& s) { return x.index_add(0, index, s); },
             {randn({2, 2}), randn({3, 2})}},
            {"columns",
             [index](const Tensor& x, const Tensor& s) { return x.index_add(1, index, s.t()); },
             {randn({2, 2}), randn({3, 2})}},
            {"in_place",
             [index](const Tensor& x, const Tensor& s) {
               Tensor y = x * 2;
               y.index_add_(0, index, s);
               return y * y;
             },
             {randn({2}), randn({3})}}};
  }
};

void check_index_dtype(const Tensor& index, std::string_view op) {
  GRADUS_CHECK_TYPE(index.dtype() == kInt64, "{}(): Expected dtype int64 for index, but got {}", op,
                    to_string(index.dtype()));
}

/// A 0-d tensor counts as one of one element.
Tensor at_least_1d(const Tensor& x) { return x.dim() == 0 ? x.reshape({1}) : x; }

/// What scatter_add adds: as much of the source as there is index. Throws unless the sizes fit.
Tensor scatter_source(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  check_index_dtype(index, "scatter_add");
  GRADUS_CHECK(x.dtype() == source.dtype(), "scatter_add(): Expected self.dtype to be equal to src.dtype: {} and {}",
               to_string(x.dtype()), to_string(source.dtype()));
  GRADUS_CHECK(index.dim() == x.dim() && source.dim() == x.dim(),
               "scatter_add(): Index tensor {} must have the same number of dimensions as self {} and src {}",
               index.sizes(), x.sizes(), source.sizes());
  Tensor part = source;
  for (int64_t d = 0; d < x.dim(); ++d) {
    const int64_t size = index.size(d);
    GRADUS_CHECK((d == dim || size <= x.size(d)) && size <= source.size(d),
                 "Expected index {} to be smaller than self {} apart from dimension {} and to be smaller size than src "
                 "{}",
                 index.sizes(), x.sizes(), dim, source.sizes());
    if (size < source.size(d)) part = part.narrow(d, 0, size);
  }
  return part;
}

void check_index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  check_index_dtype(index, "index_add");
  GRADUS_CHECK_INDEX(index.dim() == 1, "index_add(): Index is supposed to be a vector, but got size {}", index.sizes());
  GRADUS_CHECK(x.dtype() == source.dtype(), "index_add(): self ({}) and source ({}) must have the same scalar type",
               type_name(x.dtype()), type_name(source.dtype()));
  GRADUS_CHECK(x.dim() == source.dim(), "index_add(): source {} must have as many dimensions as self {}",
               source.sizes(), x.sizes());
  GRADUS_CHECK(index.numel() == source.size(dim),
               "index_add(): Number of indices ({}) should be equal to source.size(dim): ({}), for dim: {}",
               index.numel(), source.size(dim), dim);
  for (int64_t d = 0; d < x.dim(); ++d) {
    GRADUS_CHECK(d == dim || x.size(d) == source.size(d),
                 "index_add(): The size of tensor a ({}) must match the size of tensor b ({}) at non-singleton "
                 "dimension {}: self {}, source {}",
                 x.size(d), source.size(d), d, x.sizes(), source.sizes());
  }
}

}  // namespace

Tensor gather(const Tensor& x, int64_t dim, const Tensor& index) {
  check_index_dtype(index, "gather");
  const int64_t d = wrap_dim(dim, x.dim());
  if (x.dim() == 0 || index.dim() == 0) {
    return at_least_1d(x).gather(0, at_least_1d(index)).reshape(index.sizes());
  }
  GRADUS_CHECK(index.dim() == x.dim(),
               "Index tensor must have the same number of dimensions as input tensor: index {}, input {}",
               index.sizes(), x.sizes());
  for (int64_t i = 0; i < x.dim(); ++i) {
    GRADUS_CHECK(i == d || index.size(i) <= x.size(i),
                 "Size does not match at dimension {} expected index {} to be smaller than self {} apart from "
                 "dimension {}",
                 i, index.sizes(), x.sizes(), d);
  }
  return Gather::apply(x, d, index);
}

Tensor scatter_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  const int64_t d = wrap_dim(dim, x.dim());
  if (x.dim() == 0) {
    return at_least_1d(x).scatter_add(0, at_least_1d(index), at_least_1d(source)).reshape(x.sizes());
  }
  return ScatterAdd::apply(x, d, index, scatter_source(x, d, index, source));
}

Tensor index_select(const Tensor& x, int64_t dim, const Tensor& index) {
  check_index_dtype(index, "index_select");
  GRADUS_CHECK_INDEX(index.dim() <= 1, "index_select(): Index is supposed to be a vector, but got size {}",
                     index.sizes());
  const int64_t d = wrap_dim(dim, x.dim());
  if (x.dim() == 0) {
    GRADUS_CHECK_INDEX(index.numel() == 1, "index_select(): a 0-dim tensor has one element, but got {} indices",
                       index.numel());
    return at_least_1d(x).index_select(0, at_least_1d(index)).reshape({});
  }
  return IndexSelect::apply(x, d, at_least_1d(index));
}

Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source) {
  const int64_t d = wrap_dim(dim, x.dim());
  const Tensor indices = at_least_1d(index), from = at_least_1d(source);
  if (x.dim() == 0) return at_least_1d(x).index_add(0, indices, from).reshape({});
  check_index_add(x, d, indices, from);
  return IndexAdd::apply(x, d, indices, from);
}

Tensor masked_select(const Tensor& x, const Tensor& mask) {
  GRADUS_CHECK_TYPE(mask.dtype() == kBool, "masked_select: expected a bool tensor for mask, but got {}",
                    to_string(mask.dtype()));
  const Dims sizes = broadcast_shapes(x.sizes(), mask.sizes());
  return x.expand(sizes).reshape({-1}).index_select(0, kernels::nonzero_places(mask.expand(sizes)));
}

Tensor Tensor::gather(int64_t dim, const Tensor& index) const { return gradus::gather(*this, dim, index); }
Tensor Tensor::scatter_add(int64_t dim, const Tensor& index, const Tensor& source) const {
  return gradus::scatter_add(*this, dim, index, source);
}
Tensor Tensor::index_select(int64_t dim, const Tensor& index) const { return gradus::index_select(*this, dim, index); }
Tensor Tensor::index_add(int64_t dim, const Tensor& index, const Tensor& source) const {
  return gradus::index_add(*this, dim, index, source);
}
Tensor Tensor::masked_select(const Tensor& mask) const { return gradus::masked_select(*this, mask); }

Tensor& Tensor::scatter_add_(int64_t dim, const Tensor& index, const Tensor& source) {
  const int64_t d = wrap_dim(dim, this->dim());
  if (this->dim() == 0) {
    reshape({1}).scatter_add_(0, at_least_1d(index), at_least_1d(source));
    return *this;
  }
  return ScatterAdd::apply_(*this, d, index, scatter_source(*this, d, index, source));
}
Tensor& Tensor::index_add_(int64_t dim, const Tensor& index, const Tensor& source) {
  const int64_t d = wrap_dim(dim, this->dim());
  const Tensor indices = at_least_1d(index), from = at_least_1d(source);
  if (this->dim() == 0) {
    reshape({1}).index_add_(0, indices, from);
    return *this;
  }
  check_index_add(*this, d, indices, from);
  return IndexAdd::apply_(*this, d, indices, from);
}

OpInfo gather_op() { return op_info<Gather>(); }
OpInfo scatter_add_op() { return op_info<ScatterAdd>(); }
OpInfo index_select_op() { return op_info<IndexSelect>(); }
OpInfo index_add_op() { return op_info<IndexAdd>(); }

}  // namespace gradus
