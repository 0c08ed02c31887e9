// The largest and smallest elements, and where they stand.
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

// An empty slice has no largest element.
void check_not_empty(const Tensor& x, DimSet dims, std::string_view op) {
  for (size_t d = 0; d < x.sizes().size(); ++d) {
    GRADUS_CHECK_INDEX(!dims[d] || x.sizes()[d] != 0,
                       "{}(): Expected reduction dim {} to have non-zero size, but the tensor has shape {}", op, d,
                       x.sizes());
  }
}

template <class ErrorType>
void check_any_element(const Tensor& x, std::string_view op) {
  GRADUS_CHECK_AS(ErrorType, x.numel() != 0,
                  "{}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
                  "the 'dim' argument.",
                  op);
}

// Distinct elements, so that no difference quotient meets a kink.
Tensor without_ties(IntArrayRef sizes) {
  int64_t n = 1;
  for (const int64_t size : sizes) n *= size;
  return randperm(n, kFloat64).view(sizes) * 0.5;
}

/// The largest or smallest of all elements, or of those along one dimension.
template <bool kLargest>
struct Extreme : Function<Extreme<kLargest>> {
  static constexpr auto name = kLargest ? "max" : "min";
  static constexpr auto math = kLargest ? "out = max(x);  dx = g shared evenly by the largest elements of all; along a "
                                          "dimension, g for the first largest"
                                        : "out = min(x);  dx = g shared evenly by the smallest elements of all; along "
                                          "a dimension, g for the first smallest";
  Tensor forward(Context& ctx, const Tensor& x) {
    check_any_element<Error>(x, name);
    const DimSet dims = kernels::all_dims(x.dim());
    const Tensor out = kLargest ? kernels::amax(x, dims, false) : kernels::amin(x, dims, false);
    ctx.save_for_backward(x, out);
    return out;
  }
  Tensor forward(Context& ctx, const Tensor& x, int64_t along, bool keepdim, Tensor* index) {
    DimSet dims;
    if (x.dim() > 0) dims[static_cast<size_t>(along)] = true;
    check_not_empty(x, dims, name);
    Tensor out;
    *index = kernels::arg_extreme(x, along, keepdim, kLargest, &out);
    if (ctx.recording()) {
      dim = along;
      shape.remember(x, dims, keepdim);
      ctx.save_for_backward(kernels::alias(*index));
    }
    return out;
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    if (dim >= 0) {
      if (shape.sizes().empty()) return {g};
      const Tensor index = shape.with_dims(ctx.saved(0));
      return {zeros(shape.sizes(), g.dtype()).scatter_add(dim, index, shape.with_dims(g))};
    }
    const Tensor x = ctx.saved(0).detach(), out = ctx.saved(1).detach();
    const Tensor here = x == out, chosen = here.logical_or(x.isnan().logical_and(out.isnan()));
    return {where(chosen, g / chosen.sum(), 0)};
  }
  static Samples samples() {
    const auto all = [](const Tensor& x) { return kLargest ? x.max() : x.min(); };
    const auto along = [](int64_t d, bool keepdim) {
      return [=](const Tensor& x) { return std::get<0>(kLargest ? x.max(d, keepdim) : x.min(d, keepdim)); };
    };
    return {{"all", all, {without_ties({2, 3})}},
            {"dim", along(1, false), {without_ties({2, 3})}},
            {"keepdim", along(0, true), {without_ties({2, 3})}},
            {"number", along(0, false), {randn({}, kFloat64)}},
            {"transposed", [f = along(0, false)](const Tensor& x) { return f(x.t()); }, {without_ties({2, 3})}}};
  }

  int64_t dim = -1;  // -1: all elements
  ReducedShape shape;
};

/// The largest or smallest along some dimensions.
template <bool kLargest>
struct AllExtremes : Function<AllExtremes<kLargest>> {
  static constexpr auto name = kLargest ? "amax" : "amin";
  static constexpr auto math = kLargest ? "out = max(x);  dx = g shared evenly by the largest elements"
                                        : "out = min(x);  dx = g shared evenly by the smallest elements";
  Tensor forward(Context& ctx, const Tensor& x, DimSet dims, bool keepdim) {
    const Tensor out = kLargest ? kernels::amax(x, dims, keepdim) : kernels::amin(x, dims, keepdim);
    if (ctx.recording()) {
      shape.remember(x, dims, keepdim);
      ctx.save_for_backward(x, out);
    }
    return out;
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    const Tensor chosen = ctx.saved(0).detach() == shape.restore(ctx.saved(1).detach());
    return {chosen.to(g.dtype()) * (shape.restore(g) / chosen.sum(shape.dims(), true))};
  }
  static Samples samples() {
    const auto f = [](const Tensor& x, IntArrayRef dims, bool keepdim) {
      return kLargest ? x.amax(dims, keepdim) : x.amin(dims, keepdim);
    };
    return {{"all", [f](const Tensor& x) { return f(x, {}, false); }, {without_ties({2, 3})}},
            {"dim", [f](const Tensor& x) { return f(x, {-1}, false); }, {without_ties({2, 3})}},
            {"dims",
             [f](const Tensor& x) {
               return f(x, {0, 2}, true);
             },
             {without_ties({2, 3, 2})}}};
  }

  ReducedShape shape;
};

template <bool kLargest>
Tensor all_extremes(const Tensor& x, IntArrayRef dim, bool keepdim) {
  if (dim.empty()) check_any_element<Error>(x, kLargest ? "amax" : "amin");
  const DimSet dims = kernels::dim_set(dim, x.dim());
  check_not_empty(x, dims, kLargest ? "amax" : "amin");
  return AllExtremes<kLargest>::apply(x, dims, keepdim);
}

template <bool kLargest>
std::tuple<Tensor, Tensor> extreme_along(const Tensor& x, int64_t dim, bool keepdim) {
  Tensor index;
  const Tensor values = Extreme<kLargest>::apply(x, wrap_dim(dim, x.dim()), keepdim, &index);
  return {values, index};
}

Tensor arg_extreme(const Tensor& x, std::optional<int64_t> dim, bool keepdim, bool largest) {
  const std::string_view name = largest ? "argmax" : "argmin";
  GRADUS_CHECK(x.dtype() != kBool, "{}: undefined for dtype bool: convert with .to(kInt64) first", name);
  if (dim) {
    const DimSet dims = kernels::dim_set(*dim, x.dim());
    check_not_empty(x, dims, name);
    return kernels::arg_extreme(x, wrap_dim(*dim, x.dim()), keepdim, largest);
  }
  check_any_element<IndexError>(x, name);
  const Tensor flat = kernels::alias(kernels::contiguous(x), Layout::contiguous(x.numel()));
  const Tensor index = kernels::arg_extreme(flat, 0, false, largest);
  const Dims sizes = kernels::reduced_sizes(x.sizes(), kernels::all_dims(x.dim()), keepdim);
  return kernels::alias(index, Layout::contiguous(sizes));
}

}  // namespace

Tensor max(const Tensor& x) { return Extreme<true>::apply(x); }
Tensor min(const Tensor& x) { return Extreme<false>::apply(x); }
std::tuple<Tensor, Tensor> max(const Tensor& x, int64_t dim, bool keepdim) {
  return extreme_along<true>(x, dim, keepdim);
}
std::tuple<Tensor, Tensor> min(const Tensor& x, int64_t dim, bool keepdim) {
  return extreme_along<false>(x, dim, keepdim);
}
Tensor amax(const Tensor& x, IntArrayRef dim, bool keepdim) { return all_extremes<true>(x, dim, keepdim); }
Tensor amin(const Tensor& x, IntArrayRef dim, bool keepdim) { return all_extremes<false>(x, dim, keepdim); }
Tensor argmax(const Tensor& x, std::optional<int64_t> dim, bool keepdim) { return arg_extreme(x, dim, keepdim, true); }
Tensor argmin(const Tensor& x, std::optional<int64_t> dim, bool keepdim) { return arg_extreme(x, dim, keepdim, false); }

Tensor Tensor::max() const { return gradus::max(*this); }
Tensor Tensor::min() const { return gradus::min(*this); }
std::tuple<Tensor, Tensor> Tensor::max(int64_t dim, bool keepdim) const { return gradus::max(*this, dim, keepdim); }
std::tuple<Tensor, Tensor> Tensor::min(int64_t dim, bool keepdim) const { return gradus::min(*this, dim, keepdim); }
Tensor Tensor::amax(IntArrayRef dim, bool keepdim) const { return gradus::amax(*this, dim, keepdim); }
Tensor Tensor::amin(IntArrayRef dim, bool keepdim) const { return gradus::amin(*this, dim, keepdim); }
Tensor Tensor::argmax(std::optional<int64_t> dim, bool keepdim) const { return gradus::argmax(*this, dim, keepdim); }
Tensor Tensor::argmin(std::optional<int64_t> dim, bool keepdim) const { return gradus::argmin(*this, dim, keepdim); }

OpInfo max_op() { return op_info<Extreme<true>>(); }
OpInfo min_op() { return op_info<Extreme<false>>(); }
OpInfo amax_op() { return op_info<AllExtremes<true>>(); }
OpInfo amin_op() { return op_info<AllExtremes<false>>(); }

}  // namespace gradus
