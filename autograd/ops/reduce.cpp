// Sums, means, products, variances, and running sums.
#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/reduce.h>
#include <gradus/autograd/kernels/wrap_dim.h>
#include <gradus/autograd/op_registry.h>
#include <gradus/autograd/ops/reduction.h>

namespace gradus {
namespace {

using kernels::DimSet;

struct Sum : Function<Sum> {
  static constexpr auto name = "sum", math = "out = sum(x);  dx = g, expanded";
  Tensor forward(Context& ctx, const Tensor& x, DimSet dims, bool keepdim) {
    if (ctx.recording()) shape.remember(x, dims, keepdim);
    return kernels::sum(x, dims, keepdim);
  }
  TensorList backward(Context&, const Tensor& g) { return {shape.expand(g)}; }
  static Samples samples() {
    return {{"all", [](const Tensor& x) { return x.sum(); }, {randn({2, 3})}},
            {"number", [](const Tensor& x) { return x.sum(); }, {randn({})}},
            {"empty", [](const Tensor& x) { return x.sum(0); }, {randn({0, 2})}},
            {"dim", [](const Tensor& x) { return x.sum(-1); }, {randn({2, 3})}},
            {"keepdim", [](const Tensor& x) { return x.sum(0, true); }, {randn({2, 3})}},
            {"dims",
             [](const Tensor& x) {
               return x.sum({0, 2});
             },
             {randn({2, 3, 2})}},
            {"transposed", [](const Tensor& x) { return x.t().sum(0); }, {randn({2, 3})}}};
  }

  ReducedShape shape;
};

struct Mean : Function<Mean> {
  static constexpr auto name = "mean", math = "out = sum(x) / n;  dx = g / n, expanded";
  Tensor forward(Context& ctx, const Tensor& x, DimSet dims, bool keepdim) {
    if (ctx.recording()) shape.remember(x, dims, keepdim);
    return kernels::sum(x, dims, keepdim, static_cast<double>(kernels::count_along(x.sizes(), dims)));
  }
  TensorList backward(Context&, const Tensor& g) { return {shape.expand(g / shape.count())}; }
  static Samples samples() {
    return {{"all", [](const Tensor& x) { return x.mean(); }, {randn({2, 3})}},
            {"dim", [](const Tensor& x) { return x.mean(1); }, {randn({2, 3})}},
            {"dims",
             [](const Tensor& x) {
               return x.mean({0, -1}, true);
             },
             {randn({2, 3, 2})}}};
  }

  ReducedShape shape;
};

template <bool kRoot>
struct Variance : Function<Variance<kRoot>> {
  static constexpr auto name = kRoot ? "std" : "var";
  static constexpr auto math = kRoot ? "out = sqrt(var(x));  dx = g (x - mean(x)) / ((n - correction) out)"
                                     : "out = sum((x - mean(x))^2) / (n - correction);  "
                                       "dx = 2 g (x - mean(x)) / (n - correction)";
  Tensor forward(Context& ctx, const Tensor& x, DimSet dims, bool keepdim, bool unbiased) {
    GRADUS_CHECK(x.is_floating_point(), "std and var only support floating point and complex dtypes, got {}",
                 to_string(x.dtype()));
    const Tensor out = kernels::var(x, dims, keepdim, unbiased ? 1 : 0, kRoot);
    if (ctx.recording()) {
      shape.remember(x, dims, keepdim);
      divisor = std::max<int64_t>(shape.count() - (unbiased ? 1 : 0), 0);
      ctx.save_for_backward(x, kRoot ? out : Tensor());
    }
    return out;
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0);
    Tensor factor = g * 2;
    if constexpr (kRoot) {
      const Tensor out = ctx.saved(1);
      factor = (g / out).masked_fill(out == 0, 0);  // as PyTorch: 0 where all elements are equal
    }
    return {shape.restore(factor / divisor) * (x - x.mean(shape.dims(), true))};
  }
  static Samples samples() {
    const auto f = [](const Tensor& x, IntArrayRef dims, bool unbiased, bool keepdim) {
      return kRoot ? x.std(dims, unbiased, keepdim) : x.var(dims, unbiased, keepdim);
    };
    return {{"all", [](const Tensor& x) { return kRoot ? x.std() : x.var(); }, {randn({2, 3})}},
            {"biased", [f](const Tensor& x) { return f(x, {0}, false, false); }, {randn({3, 2})}},
            {"keepdim", [f](const Tensor& x) { return f(x, {-1}, true, true); }, {randn({2, 3})}},
            {"dims",
             [f](const Tensor& x) {
               return f(x, {0, 2}, true, false);
             },
             {randn({2, 2, 3})}}};
  }

  int64_t divisor = 1;
  ReducedShape shape;
};

// For each element along `dim` the product of all others, without a division: the halves' products, each times the
// others of the other half. Right to any order where elements are zero.
Tensor product_of_others(const Tensor& x, int64_t dim) {
  const int64_t n = x.size(dim);
  if (n <= 1) return ones_like(x);
  const Tensor a = x.narrow(dim, 0, n / 2), b = x.narrow(dim, n / 2, n - n / 2);
  return cat({product_of_others(a, dim) * b.prod(dim, true), product_of_others(b, dim) * a.prod(dim, true)}, dim);
}

struct Prod : Function<Prod> {
  static constexpr auto name = "prod", math = "out = prod(x);  dx = g times the product of all other elements";
  Tensor forward(Context& ctx, const Tensor& x, DimSet dims, bool keepdim) {
    const Tensor out = kernels::prod(x, dims, keepdim);
    if (ctx.recording()) {
      shape.remember(x, dims, keepdim);
      ctx.save_for_backward(x, out);
    }
    return out;
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor x = ctx.saved(0);
    if (!GradMode::is_enabled()) return {kernels::prod_backward(g, x, shape.dim_set())};
    if (!kernels::any(x == 0, kernels::all_dims(x.dim()), false).item<bool>()) {
      return {shape.restore(g * ctx.saved(1)) / x};
    }
    const Dims dims = shape.dims();
    if (dims.size() == 1) return {shape.restore(g) * product_of_others(x, dims[0])};
    return {g * product_of_others(x.reshape({-1}), 0).reshape(x.sizes())};
  }
  static Samples samples() {
    const auto all = [](const Tensor& x) { return x.prod(); };
    const auto along = [](const Tensor& x) { return x.prod(1); };
    return {{"all", all, {randn({2, 3})}},
            {"dim", along, {randn({2, 3})}},
            {"keepdim", [](const Tensor& x) { return x.prod(0, true); }, {randn({3, 2})}},
            {"a_zero", all, {tensor({2., 0., -3.}, kFloat64)}},
            {"two_zeros", all, {tensor({{2., 0.}, {-3., 0.}}, kFloat64)}},
            {"zeros_in_rows", along, {tensor({{2., 0., 1.5}, {0., 0., 3.}, {1., 2., 3.}}, kFloat64)}}};
  }

  ReducedShape shape;
};

struct Cumsum : Function<Cumsum> {
  static constexpr auto name = "cumsum", math = "out[i] = sum of x[0..i];  dx[i] = sum of g[i..]";
  Tensor forward(Context&, const Tensor& x, int64_t along, bool from_the_end) {
    dim = along;
    reverse = from_the_end;
    return kernels::cumsum(x, dim, reverse);
  }
  TensorList backward(Context&, const Tensor& g) { return {Cumsum::apply(g, dim, !reverse)}; }
  static Samples samples() {
    return {{"rows", [](const Tensor& x) { return x.cumsum(1); }, {randn({2, 3})}},
            {"columns", [](const Tensor& x) { return x.cumsum(0); }, {randn({2, 3})}},
            {"number", [](const Tensor& x) { return x.cumsum(0); }, {randn({})}},
            {"transposed", [](const Tensor& x) { return x.t().cumsum(-1); }, {randn({2, 3})}}};
  }

  int64_t dim = 0;
  bool reverse = false;
};

struct LogSumExp : Function<LogSumExp> {
  static constexpr auto name = "logsumexp", math = "out = log(sum(exp(x)));  dx = g exp(x - out)";
  Tensor forward(Context& ctx, const Tensor& x, DimSet dims, bool keepdim) {
    const Tensor out = kernels::logsumexp(x, dims, keepdim);
    if (ctx.recording()) {
      shape.remember(x, dims, keepdim);
      ctx.save_for_backward(x, out);
    }
    return out;
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    return {shape.restore(g) * (ctx.saved(0) - shape.restore(ctx.saved(1))).exp()};
  }
  static Samples samples() {
    return {{"dim", [](const Tensor& x) { return x.logsumexp(1); }, {randn({2, 3})}},
            {"keepdim", [](const Tensor& x) { return x.logsumexp(0, true); }, {randn({2, 3})}},
            {"dims",
             [](const Tensor& x) {
               return x.logsumexp({0, 2});
             },
             {randn({2, 3, 2})}}};
  }

  ReducedShape shape;
};

void check_mean_dtype(std::string_view which, Dtype dtype) {
  GRADUS_CHECK(is_floating_point(dtype),
               "mean(): could not infer output dtype. {} dtype must be either a floating point or complex dtype. Got: "
               "{}",
               which, type_name(dtype));
}

// x as the dtype argument of sum and its like asks for.
Tensor converted(const Tensor& x, std::optional<Dtype> dtype) { return dtype ? x.to(*dtype) : x; }

Tensor sum_over(const Tensor& x, DimSet dims, bool keepdim, std::optional<Dtype> dtype) {
  if (dtype == kBool) return kernels::any(x, dims, keepdim);  // the sum of truth values is whether there is one
  return Sum::apply(converted(x, dtype), dims, keepdim);
}

Tensor mean_over(const Tensor& x, DimSet dims, bool keepdim, std::optional<Dtype> dtype) {
  check_mean_dtype(dtype ? "Optional" : "Input", dtype.value_or(x.dtype()));
  return Mean::apply(converted(x, dtype), dims, keepdim);
}

Tensor prod_over(const Tensor& x, DimSet dims, bool keepdim, std::optional<Dtype> dtype) {
  if (dtype == kBool) return kernels::all(x, dims, keepdim);
  return Prod::apply(converted(x, dtype), dims, keepdim);
}

DimSet one_dim(int64_t dim, const Tensor& x) { return kernels::dim_set(dim, x.dim()); }
DimSet every_dim(const Tensor& x) { return kernels::all_dims(x.dim()); }

}  // namespace

Tensor sum(const Tensor& x, std::optional<Dtype> dtype) { return sum_over(x, every_dim(x), false, dtype); }
Tensor sum(const Tensor& x, IntArrayRef dim, bool keepdim, std::optional<Dtype> dtype) {
  return sum_over(x, kernels::dim_set(dim, x.dim()), keepdim, dtype);
}
Tensor mean(const Tensor& x, std::optional<Dtype> dtype) { return mean_over(x, every_dim(x), false, dtype); }
Tensor mean(const Tensor& x, IntArrayRef dim, bool keepdim, std::optional<Dtype> dtype) {
  return mean_over(x, kernels::dim_set(dim, x.dim()), keepdim, dtype);
}
Tensor var(const Tensor& x, IntArrayRef dim, bool unbiased, bool keepdim) {
  return Variance<false>::apply(x, kernels::dim_set(dim, x.dim()), keepdim, unbiased);
}
Tensor std(const Tensor& x, IntArrayRef dim, bool unbiased, bool keepdim) {
  return Variance<true>::apply(x, kernels::dim_set(dim, x.dim()), keepdim, unbiased);
}
Tensor prod(const Tensor& x, std::optional<Dtype> dtype) { return prod_over(x, every_dim(x), false, dtype); }
Tensor prod(const Tensor& x, int64_t dim, bool keepdim, std::optional<Dtype> dtype) {
  return prod_over(x, one_dim(dim, x), keepdim, dtype);
}
Tensor cumsum(const Tensor& x, int64_t dim, std::optional<Dtype> dtype) {
  return Cumsum::apply(converted(x, dtype), wrap_dim(dim, x.dim()), false);
}
Tensor logsumexp(const Tensor& x, IntArrayRef dim, bool keepdim) {
  return LogSumExp::apply(x.is_floating_point() ? x : x.to(get_default_dtype()), kernels::dim_set(dim, x.dim()),
                          keepdim);
}
Tensor any(const Tensor& x) { return kernels::any(x, every_dim(x), false); }
Tensor any(const Tensor& x, int64_t dim, bool keepdim) { return kernels::any(x, one_dim(dim, x), keepdim); }
Tensor all(const Tensor& x) { return kernels::all(x, every_dim(x), false); }
Tensor all(const Tensor& x, int64_t dim, bool keepdim) { return kernels::all(x, one_dim(dim, x), keepdim); }

Tensor Tensor::sum(std::optional<Dtype> dtype) const { return gradus::sum(*this, dtype); }
Tensor Tensor::sum(IntArrayRef dim, bool keepdim, std::optional<Dtype> dtype) const {
  return gradus::sum(*this, dim, keepdim, dtype);
}
Tensor Tensor::mean(std::optional<Dtype> dtype) const { return gradus::mean(*this, dtype); }
Tensor Tensor::mean(IntArrayRef dim, bool keepdim, std::optional<Dtype> dtype) const {
  return gradus::mean(*this, dim, keepdim, dtype);
}
Tensor Tensor::var(IntArrayRef dim, bool unbiased, bool keepdim) const {
  return gradus::var(*this, dim, unbiased, keepdim);
}
Tensor Tensor::std(IntArrayRef dim, bool unbiased, bool keepdim) const {
  return gradus::std(*this, dim, unbiased, keepdim);
}
Tensor Tensor::prod(std::optional<Dtype> dtype) const { return gradus::prod(*this, dtype); }
Tensor Tensor::prod(int64_t dim, bool keepdim, std::optional<Dtype> dtype) const {
  return gradus::prod(*this, dim, keepdim, dtype);
}
Tensor Tensor::cumsum(int64_t dim, std::optional<Dtype> dtype) const { return gradus::cumsum(*this, dim, dtype); }
Tensor Tensor::logsumexp(IntArrayRef dim, bool keepdim) const { return gradus::logsumexp(*this, dim, keepdim); }
Tensor Tensor::any() const { return gradus::any(*this); }
Tensor Tensor::any(int64_t dim, bool keepdim) const { return gradus::any(*this, dim, keepdim); }
Tensor Tensor::all() const { return gradus::all(*this); }
Tensor Tensor::all(int64_t dim, bool keepdim) const { return gradus::all(*this, dim, keepdim); }

OpInfo sum_op() { return op_info<Sum>(); }
OpInfo mean_op() { return op_info<Mean>(); }
OpInfo var_op() { return op_info<Variance<false>>(); }
OpInfo std_op() { return op_info<Variance<true>>(); }
OpInfo prod_op() { return op_info<Prod>(); }
OpInfo cumsum_op() { return op_info<Cumsum>(); }
OpInfo logsumexp_op() { return op_info<LogSumExp>(); }

}  // namespace gradus
