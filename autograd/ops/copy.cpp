#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/op_registry.h>

// Copies, into new memory (clone, contiguous, to) and into memory that is there (copy_, fill_, zero_, x[0] = v).
namespace gradus {
namespace {

struct Clone : Function<Clone> {
  static constexpr auto name = "clone", math = "out = x, in memory of its own;  dx = g";
  static Tensor forward(Context&, const Tensor& x) { return kernels::clone(x); }
  static TensorList backward(Context&, const Tensor& g) { return {g}; }
  static Samples samples() {
    return {{"strided", [](const Tensor& x) { return x.t().clone(); }, {randn({2, 3})}},
            {"contiguous", [](const Tensor& x) { return x.t().contiguous(); }, {randn({2, 3})}},
            {"scalar", [](const Tensor& x) { return x.clone(); }, {randn({})}}};
  }
};

struct ToCopy : Function<ToCopy> {
  static constexpr auto name = "to_copy", math = "out = x in another dtype;  dx = g in x's dtype";
  Dtype from = kFloat32;

  Tensor forward(Context&, const Tensor& x, Dtype dtype) {
    from = x.dtype();
    return dtype == from ? kernels::clone(x) : kernels::to(x, dtype);
  }
  TensorList backward(Context&, const Tensor& g) { return {g.to(from)}; }
  static Samples samples() {  // float32 would be too coarse for finite differences
    return {{"same_dtype", [](const Tensor& x) { return x.t().to(kFloat64, true); }, {randn({2, 3})}}};
  }
};

struct Copy : Function<Copy> {
  static constexpr auto name = "copy", math = "self = source, broadcast;  dself = 0,  dsource = g, summed";
  Dims source_sizes;
  Dtype source_dtype = kFloat32;

  Tensor forward(Context& ctx, const Tensor& self, const Tensor& source) {
    source_sizes.assign(source.sizes().begin(), source.sizes().end());
    source_dtype = source.dtype();
    Tensor out = ctx.out().defined() ? ctx.out() : kernels::empty_like(self);
    kernels::copy(out, source);
    return out;
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    return {ctx.needs_grad(0) ? zeros_like(g) : Tensor(),
            ctx.needs_grad(1) ? sum_to(g, source_sizes).to(source_dtype) : Tensor()};
  }
  static Samples samples() {
    return {
        {"same", [](const Tensor& x, const Tensor& v) { return x.clone().copy_(v); }, {randn({2, 3}), randn({2, 3})}},
        {"broadcast",
         [](const Tensor& x, const Tensor& v) { return x.clone().copy_(v); },
         {randn({2, 3}), randn({2, 1})}},
        {"row",
         [](const Tensor& x, const Tensor& v) {
           Tensor y = x * 2;
           y[1] = v * v;
           return y * y;
         },
         {randn({2, 3}), randn({3})}},
        {"overlapping",
         [](const Tensor& x) {
           Tensor y = x * x;
           y.slice(0, 1) = y.slice(0, 0, -1);
           return y * x;
         },
         {randn({4})}}};
  }
};

struct Fill : Function<Fill> {
  static constexpr auto name = "fill", math = "self = value;  dself = 0";
  static Tensor forward(Context& ctx, const Tensor& self, Scalar value) {
    Tensor out = ctx.out().defined() ? ctx.out() : kernels::empty_like(self);
    kernels::fill(out, value);
    return out;
  }
  static TensorList backward(Context&, const Tensor& g) { return {zeros_like(g)}; }
  static Samples samples() {
    return {{"column",
             [](const Tensor& x) {
               Tensor y = x * x;
               y.select(1, 0) = 3;
               return y * x;
             },
             {randn({2, 3})}},
            {"zero", [](const Tensor& x) { return x.clone().zero_() + x; }, {randn({3})}}};
  }
};

/// `x.index({indices}) = v` is a write into a copy when the indices are tensors: say so instead of losing v.
void check_visible(const Tensor& self) {
  GRADUS_CHECK(
      !self.defined() || !self.impl()->unique() || !self.impl()->storage->unique(),
      "the assignment would be lost, since nothing else refers to the tensor of sizes {} on its left: indexing "
      "with tensors makes a copy; assign with x.index_put_(indices, value)",
      self.sizes());
}

}  // namespace

Tensor clone(const Tensor& x) { return Clone::apply(x); }

Tensor Tensor::clone() const { return gradus::clone(*this); }
Tensor Tensor::contiguous() const { return is_contiguous() ? *this : clone(); }
Tensor Tensor::to(Dtype to_dtype, bool copy) const {
  if (to_dtype == dtype() && !copy) return *this;
  if (!gradus::is_floating_point(to_dtype) && to_dtype != dtype()) return kernels::to(*this, to_dtype);
  return ToCopy::apply(*this, to_dtype);
}

Tensor& Tensor::copy_(const Tensor& source) {
  if (is_same(source)) return *this;
  const Dims sizes_of_both = broadcast_shapes(sizes(), source.sizes());
  GRADUS_CHECK(sizes() == sizes_of_both, "output with shape {} doesn't match the broadcast shape {}", sizes(),
               IntArrayRef(sizes_of_both));
  // An integer tensor has no history to write.
  return Copy::apply_(*this, is_floating_point() ? source : source.detach());
}
Tensor& Tensor::fill_(Scalar value) { return Fill::apply_(*this, value); }
Tensor& Tensor::fill_(const Tensor& value) {
  GRADUS_CHECK(value.dim() == 0, "fill_ only supports 0-dimension value tensor but got tensor with {} dimensions.",
               value.dim());
  return copy_(value);
}
Tensor& Tensor::zero_() { return fill_(0); }

Tensor& Tensor::operator=(const Tensor& value) && {
  check_visible(*this);
  return copy_(value);
}
Tensor& Tensor::operator=(Tensor&& value) && {
  check_visible(*this);
  return copy_(value);
}
Tensor& Tensor::operator=(Scalar value) && {
  check_visible(*this);
  return fill_(value);
}

OpInfo clone_op() { return op_info<Clone>(); }
OpInfo to_copy_op() { return op_info<ToCopy>(); }
OpInfo copy_op() { return op_info<Copy>(); }
OpInfo fill_op() { return op_info<Fill>(); }

}  // namespace gradus
