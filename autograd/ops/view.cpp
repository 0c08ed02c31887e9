#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/wrap_dim.h>
#include <gradus/autograd/op_registry.h>

// Views with other sizes, whose elements keep their order: view, reshape, flatten, unflatten, squeeze, unsqueeze; and
// expand.
namespace gradus {
namespace {

/// The strides that give x's elements the sizes `to`, in the order they have, if there are any.
bool find_strides(const Layout& x, IntArrayRef to, Dims& strides) {
  const IntArrayRef sizes = x.sizes();
  size_t from_dim = sizes.size(), to_dim = to.size();
  while (from_dim > 0) {
    // A run of x's dimensions that are evenly spaced, as one dimension: `run` elements, `step` apart ...
    --from_dim;
    int64_t run = sizes[from_dim];
    const int64_t step = x.strides()[from_dim];
    while (from_dim > 0 && (sizes[from_dim - 1] == 1 || x.strides()[from_dim - 1] == step * run)) {
      run *= sizes[--from_dim];
    }
    // ... must divide into whole new dimensions.
    int64_t filled = 1;
    while (to_dim > 0 && (filled < run || to[to_dim - 1] == 1)) {
      --to_dim;
      strides[to_dim] = step * filled;
      filled *= to[to_dim];
    }
    if (filled != run) return false;
  }
  return true;
}

/// x's memory in the given sizes; null if no strides can do that.
Ptr<const Layout> find_layout(const Tensor& x, IntArrayRef sizes) {
  const Ptr<const Layout>& own = x.impl()->layout;
  if (own->sizes() == sizes) return own;
  if (own->is_contiguous()) return Layout::contiguous(sizes);
  Dims strides(sizes.size());
  if (!find_strides(*own, sizes, strides)) return nullptr;
  return Layout::strided(sizes, strides);
}

/// `sizes` with the one -1 replaced by what makes them hold `numel` elements.
Dims infer_sizes(IntArrayRef sizes, int64_t numel) {
  Dims inferred(sizes.begin(), sizes.end());
  int64_t* unknown = nullptr;
  int64_t product = 1;
  for (int64_t& size : inferred) {
    if (size == -1) {
      GRADUS_CHECK(!unknown, "only one dimension can be inferred");
      unknown = &size;
    } else {
      GRADUS_CHECK(size >= 0, "invalid shape dimension {} in shape {}", size, sizes);
      GRADUS_CHECK(!__builtin_mul_overflow(product, size, &product), "shape '{}' is invalid for input of size {}",
                   sizes, numel);
    }
  }
  if (unknown) {
    GRADUS_CHECK(product != 0 || numel != 0,
                 "cannot reshape tensor of 0 elements into shape {} because the unspecified dimension size -1 can be "
                 "any value and is ambiguous",
                 sizes);
    if (product != 0) {
      *unknown = numel / product;
      product *= *unknown;
    }
  }
  GRADUS_CHECK(product == numel, "shape '{}' is invalid for input of size {}", sizes, numel);
  return inferred;
}

/// An op that shows x's elements, in their order, in other sizes.
template <class Op>
struct SizesView : Function<Op> {
  static constexpr auto math = "out = x in other sizes;  dx = g in x's sizes";
  static constexpr bool is_view = true;
  Ptr<const Layout> input;

  Tensor forward(Context&, const Tensor& x, const Ptr<const Layout>& layout) {
    input = x.impl()->layout;
    return kernels::alias(x, layout);
  }
  TensorList backward(Context&, const Tensor& g) { return {g.reshape(input->sizes())}; }
};

struct View : SizesView<View> {
  static constexpr auto name = "view";
  static Samples samples() {
    return {{"merge", [](const Tensor& x) { return x.view({6}); }, {randn({2, 3})}},
            {"infer",
             [](const Tensor& x) {
               return x.view({3, -1, 1});
             },
             {randn({2, 3})}},
            {"of_slice",
             [](const Tensor& x) {
               return x.slice(1, 1, 3).view({2, 2, 1});
             },
             {randn({2, 4})}},
            {"of_scalar",
             [](const Tensor& x) {
               return x.view({1, 1});
             },
             {randn({})}},
            {"reshape_copy",
             [](const Tensor& x) {
               return x.t().reshape({2, 3});
             },
             {randn({2, 3})}},
            {"flatten", [](const Tensor& x) { return x.flatten(1); }, {randn({2, 2, 3})}},
            {"unflatten",
             [](const Tensor& x) {
               return x.unflatten(1, {2, -1});
             },
             {randn({2, 4})}},
            {"empty",
             [](const Tensor& x) {
               return x.view({3, 0});
             },
             {randn({0, 2})}}};
  }
};

struct Squeeze : SizesView<Squeeze> {
  static constexpr auto name = "squeeze";
  static Samples samples() {
    return {{"all", [](const Tensor& x) { return x.squeeze(); }, {randn({1, 3, 1})}},
            {"dim", [](const Tensor& x) { return x.squeeze(-1); }, {randn({1, 3, 1})}},
            {"strided", [](const Tensor& x) { return x.t().squeeze(1); }, {randn({1, 3})}}};
  }
};

struct Unsqueeze : SizesView<Unsqueeze> {
  static constexpr auto name = "unsqueeze";
  static Samples samples() {
    return {{"front", [](const Tensor& x) { return x.unsqueeze(0); }, {randn({3})}},
            {"strided", [](const Tensor& x) { return x.t().unsqueeze(1); }, {randn({2, 3})}},
            {"scalar", [](const Tensor& x) { return x.unsqueeze(-1); }, {randn({})}}};
  }
};

struct Expand : Function<Expand> {
  static constexpr auto name = "expand", math = "out = x repeated along its dimensions of size 1;  dx = g summed there";
  static constexpr bool is_view = true;
  Ptr<const Layout> input;

  Tensor forward(Context&, const Tensor& x, IntArrayRef sizes) {
    input = x.impl()->layout;
    const auto added = static_cast<int64_t>(sizes.size()) - x.dim();
    GRADUS_CHECK(added >= 0,
                 "expand: the number of sizes provided ({}) must be greater or equal to the number of dimensions in "
                 "the tensor ({}). Target sizes: {}. Tensor sizes: {}",
                 sizes.size(), x.dim(), sizes, x.sizes());
    Dims to(sizes.begin(), sizes.end()), strides(sizes.size(), 0);
    for (size_t d = 0; d < to.size(); ++d) {
      if (d < static_cast<size_t>(added)) {
        GRADUS_CHECK(to[d] >= 0,
                     "The expanded size of the tensor ({}) isn't allowed in a leading, non-existing dimension {}",
                     to[d], d);
        continue;
      }
      const int64_t size = x.sizes()[d - static_cast<size_t>(added)];
      if (to[d] == -1) to[d] = size;
      GRADUS_CHECK(to[d] == size || size == 1,
                   "The expanded size of the tensor ({}) must match the existing size ({}) at non-singleton dimension "
                   "{}.  Target sizes: {}.  Tensor sizes: {}",
                   to[d], size, d, sizes, x.sizes());
      if (to[d] == size) strides[d] = x.strides()[d - static_cast<size_t>(added)];
    }
    return kernels::alias(x, Layout::strided(to, strides));
  }
  TensorList backward(Context&, const Tensor& g) { return {sum_to(g, input->sizes())}; }
  static Samples samples() {
    return {{"rows",
             [](const Tensor& x) {
               return x.expand({2, 3});
             },
             {randn({3})}},
            {"column",
             [](const Tensor& x) {
               return x.expand({2, -1, 4});
             },
             {randn({3, 1})}},
            {"same",
             [](const Tensor& x) {
               return x.t().expand({3, 2});
             },
             {randn({2, 3})}},
            {"scalar",
             [](const Tensor& x) {
               return x.expand({2, 2});
             },
             {randn({})}},
            {"to_empty",
             [](const Tensor& x) {
               return x.expand({0, 2});
             },
             {randn({2})}}};
  }
};

bool any_negative(IntArrayRef sizes) {
  for (const int64_t size : sizes) {
    if (size < 0) return true;
  }
  return false;
}

/// Calls f with the sizes that are meant: `sizes` themselves where nothing is to be inferred and the count is right.
template <class F>
Tensor with_inferred(const Tensor& x, IntArrayRef sizes, F f) {
  if (!any_negative(sizes)) {
    int64_t numel = 1;
    bool overflow = false;
    for (const int64_t size : sizes) overflow |= __builtin_mul_overflow(numel, size, &numel);
    if (!overflow && numel == x.numel()) return f(sizes);
  }
  return f(infer_sizes(sizes, x.numel()));
}

}  // namespace

Tensor view(const Tensor& x, IntArrayRef sizes) {
  return with_inferred(x, sizes, [&](IntArrayRef to) {
    const Ptr<const Layout> layout = find_layout(x, to);
    GRADUS_CHECK(layout,
                 "view size is not compatible with input tensor's size and stride (at least one dimension spans across "
                 "two contiguous subspaces). Use .reshape(...) instead. Sizes {}, strides {}, view {}",
                 x.sizes(), x.strides(), to);
    return View::apply(x, layout);
  });
}

Tensor reshape(const Tensor& x, IntArrayRef sizes) {
  return with_inferred(x, sizes, [&](IntArrayRef to) {
    if (const Ptr<const Layout> layout = find_layout(x, to)) return View::apply(x, layout);
    return View::apply(x.clone(), Layout::contiguous(to));
  });
}

Tensor flatten(const Tensor& x, int64_t start_dim, int64_t end_dim) {
  const auto start = static_cast<size_t>(wrap_dim(start_dim, x.dim()));
  const auto end = static_cast<size_t>(wrap_dim(end_dim, x.dim()));
  GRADUS_CHECK(start <= end, "flatten() has invalid args: start_dim cannot come after end_dim");
  if (x.dim() == 0) return x.reshape({1});
  if (start == end) return x;
  const IntArrayRef sizes = x.sizes();
  Dims to(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(start) + 1);
  for (size_t d = start + 1; d <= end; ++d) to[start] *= sizes[d];
  to.insert(to.end(), sizes.begin() + static_cast<std::ptrdiff_t>(end) + 1, sizes.end());
  return x.reshape(to);
}

Tensor unflatten(const Tensor& x, int64_t dim, IntArrayRef sizes) {
  GRADUS_CHECK(!sizes.empty(), "unflatten: sizes must be non-empty");
  GRADUS_CHECK_INDEX(x.dim() > 0, "unflatten() cannot be applied to a 0-dim tensor.");
  const int64_t wrapped = wrap_dim(dim, x.dim());
  const auto d = static_cast<std::ptrdiff_t>(wrapped);
  int64_t known = 1, unknown = 0;
  for (const int64_t size : sizes) size == -1 ? ++unknown : known *= size;
  const int64_t size = x.size(wrapped);
  GRADUS_CHECK(unknown == 0 ? known == size : unknown == 1 && known != 0 && size % known == 0,
               "unflatten: Provided sizes {} don't multiply up to the size of dim {} ({}) in the input tensor", sizes,
               wrapped, size);
  Dims to(x.sizes().begin(), x.sizes().begin() + d);
  for (const int64_t s : sizes) to.push_back(s == -1 ? size / known : s);
  to.insert(to.end(), x.sizes().begin() + d + 1, x.sizes().end());
  return x.view(to);
}

Tensor squeeze(const Tensor& x) {
  Dims sizes, strides;
  for (size_t d = 0; d < x.sizes().size(); ++d) {
    if (x.sizes()[d] == 1) continue;
    sizes.push_back(x.sizes()[d]);
    strides.push_back(x.strides()[d]);
  }
  return Squeeze::apply(x, Layout::strided(sizes, strides));
}

Tensor squeeze(const Tensor& x, int64_t dim) {
  const int64_t d = wrap_dim(dim, x.dim());
  if (x.dim() == 0 || x.size(d) != 1) return Squeeze::apply(x, x.impl()->layout);
  Dims sizes(x.sizes().begin(), x.sizes().end()), strides(x.strides().begin(), x.strides().end());
  sizes.erase(sizes.begin() + d);
  strides.erase(strides.begin() + d);
  return Squeeze::apply(x, Layout::strided(sizes, strides));
}

Tensor unsqueeze(const Tensor& x, int64_t dim) {
  const int64_t d = wrap_dim(dim, x.dim() + 1);
  Dims sizes(x.sizes().begin(), x.sizes().end()), strides(x.strides().begin(), x.strides().end());
  strides.insert(strides.begin() + d, d < x.dim() ? x.size(d) * x.stride(d) : 1);
  sizes.insert(sizes.begin() + d, 1);
  return Unsqueeze::apply(x, Layout::strided(sizes, strides));
}

Tensor expand(const Tensor& x, IntArrayRef sizes) { return Expand::apply(x, sizes); }

Tensor Tensor::view(IntArrayRef sizes) const { return gradus::view(*this, sizes); }
Tensor Tensor::reshape(IntArrayRef sizes) const { return gradus::reshape(*this, sizes); }
Tensor Tensor::flatten(int64_t start_dim, int64_t end_dim) const { return gradus::flatten(*this, start_dim, end_dim); }
Tensor Tensor::unflatten(int64_t dim, IntArrayRef sizes) const { return gradus::unflatten(*this, dim, sizes); }
Tensor Tensor::squeeze() const { return gradus::squeeze(*this); }
Tensor Tensor::squeeze(int64_t dim) const { return gradus::squeeze(*this, dim); }
Tensor Tensor::unsqueeze(int64_t dim) const { return gradus::unsqueeze(*this, dim); }
Tensor Tensor::expand(IntArrayRef sizes) const { return gradus::expand(*this, sizes); }

OpInfo view_op() { return op_info<View>(); }
OpInfo squeeze_op() { return op_info<Squeeze>(); }
OpInfo unsqueeze_op() { return op_info<Unsqueeze>(); }
OpInfo expand_op() { return op_info<Expand>(); }

}  // namespace gradus
