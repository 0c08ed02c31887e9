#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/wrap_dim.h>
#include <gradus/autograd/op_registry.h>
#include <cstring>

// Several tensors as one: cat, stack; and one tensor several times: repeat.
namespace gradus {
namespace {

/// PyTorch's old rule: an empty tensor of one dimension joins anything.
bool is_skipped(const Tensor& x) { return x.dim() == 1 && x.numel() == 0; }

/// All tensors have dimensions, or none has: the largest dtype wins.
Dtype common_dtype(const TensorList& tensors) {
  Dtype dtype = kBool;
  for (const Tensor& x : tensors) dtype = promote_types(dtype, x.dtype());
  return dtype;
}

/// Writes the tensors one after the other along dimension `dim` of `out`.
void write_joined(const Tensor& out, const TensorList& tensors, int64_t dim) {
  int64_t outer = 1, start = 0;
  for (int64_t d = 0; d < dim; ++d) outer *= out.size(d);
  const auto row_bytes = static_cast<int64_t>(out.element_size()) * out.stride(dim) * out.size(dim);
  for (const Tensor& x : tensors) {
    if (x.numel() == 0) continue;
    std::byte* to = out.impl()->data + start * out.stride(dim) * static_cast<int64_t>(out.element_size());
    if (x.dtype() == out.dtype() && x.is_contiguous()) {
      const int64_t block_bytes = x.numel() / outer * static_cast<int64_t>(x.element_size());
      const std::byte* from = x.impl()->data;
      for (int64_t i = 0; i < outer; ++i) {
        std::memcpy(to + i * row_bytes, from + i * block_bytes, static_cast<size_t>(block_bytes));
      }
    } else {
      Tensor place = kernels::alias(out, Layout::strided(x.sizes(), out.strides()), start * out.stride(dim));
      kernels::copy(place, x);
    }
    start += x.size(dim);
  }
}

struct Cat : Function<Cat> {
  static constexpr auto name = "cat", math = "out = x_0, x_1, ... one after the other along dim;  dx_k = g's k-th part";
  int64_t dim = 0;
  Dims lengths;  // of each tensor along dim; -1 for one that is skipped
  InlineVector<Dtype, 4> dtypes;

  Tensor forward(Context&, const TensorList& tensors, const Dims& sizes, int64_t d) {
    dim = d;
    for (const Tensor& x : tensors) {
      lengths.push_back(is_skipped(x) ? -1 : x.size(dim));
      dtypes.push_back(x.dtype());
    }
    Tensor out = kernels::empty(sizes, common_dtype(tensors));
    write_joined(out, tensors, dim);
    return out;
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    TensorList gradients = TensorList::of_size(lengths.size());
    int64_t start = 0;
    for (size_t k = 0; k < lengths.size(); ++k) {
      if (ctx.needs_grad(k)) {
        gradients[k] = (lengths[k] < 0 ? zeros({0}, g.dtype()) : g.narrow(dim, start, lengths[k])).to(dtypes[k]);
      }
      start += std::max<int64_t>(lengths[k], 0);
    }
    return gradients;
  }
  static Samples samples() {
    return {{"rows", [](const TensorList& x) { return cat(x); }, {randn({2, 2}), randn({1, 2}), randn({3, 2})}},
            {"columns",
             [](const Tensor& a, const Tensor& b) {
               return cat({a, b.t()}, -1);
             },
             {randn({2, 2}), randn({1, 2})}},
            {"skipped",
             [](const Tensor& a, const Tensor& b) {
               return cat({a, b}, 1);
             },
             {randn({0}), randn({2, 2})}},
            {"same_twice",
             [](const Tensor& a) {
               return cat({a, a});
             },
             {randn({2})}}};
  }
};

struct Stack : Function<Stack> {
  static constexpr auto name = "stack", math = "out[k] = x_k along a new dimension;  dx_k = g[k]";
  int64_t dim = 0;
  InlineVector<Dtype, 4> dtypes;

  Tensor forward(Context&, const TensorList& tensors, int64_t d) {
    dim = d;
    Dims sizes(tensors[0].sizes().begin(), tensors[0].sizes().end()), ones = sizes;
    sizes.insert(sizes.begin() + d, static_cast<int64_t>(tensors.size()));
    ones.insert(ones.begin() + d, 1);
    TensorList parts;
    parts.reserve(tensors.size());
    for (const Tensor& x : tensors) {
      dtypes.push_back(x.dtype());
      Dims strides(x.strides().begin(), x.strides().end());
      strides.insert(strides.begin() + d, 1);
      parts.push_back(kernels::alias(x, Layout::strided(ones, strides)));
    }
    Tensor out = kernels::empty(sizes, common_dtype(tensors));
    write_joined(out, parts, dim);
    return out;
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    TensorList gradients = TensorList::of_size(dtypes.size());
    for (size_t k = 0; k < dtypes.size(); ++k) {
      if (ctx.needs_grad(k)) gradients[k] = g.select(dim, static_cast<int64_t>(k)).to(dtypes[k]);
    }
    return gradients;
  }
  static Samples samples() {
    return {{"front",
             [](const Tensor& a, const Tensor& b) {
               return stack({a, b});
             },
             {randn({2}), randn({2})}},
            {"last",
             [](const Tensor& a, const Tensor& b) {
               return stack({a, b.t()}, -1);
             },
             {randn({2, 3}), randn({3, 2})}},
            {"scalars",
             [](const Tensor& a, const Tensor& b) {
               return stack({a, b, a});
             },
             {randn({}), randn({})}}};
  }
};

struct Repeat : Function<Repeat> {
  static constexpr auto name = "repeat", math = "out = copies of x side by side;  dx = g summed over the copies";
  Ptr<const Layout> input;
  Dims copies, shape;  // how often, and x's sizes: one for each of the result's dimensions

  Tensor forward(Context&, const Tensor& x, IntArrayRef repeats) {
    input = x.impl()->layout;
    const size_t added = repeats.size() - x.sizes().size();
    copies.assign(repeats.begin(), repeats.end());
    shape.assign(added, 1);
    shape.insert(shape.end(), x.sizes().begin(), x.sizes().end());
    Dims sizes(shape.size()), strides;
    for (size_t d = 0; d < shape.size(); ++d) sizes[d] = copies[d] * shape[d];
    for (size_t d = 0; d < shape.size(); ++d) {
      strides.push_back(0);
      strides.push_back(d < added ? 0 : x.strides()[d - added]);
    }
    Tensor out = kernels::empty(sizes, x.dtype());
    Tensor place = kernels::alias(out, Layout::contiguous(interleaved()));
    kernels::copy(place, kernels::alias(x, Layout::strided(interleaved(), strides)));
    return out;
  }
  TensorList backward(Context&, const Tensor& g) {
    Dims over;
    for (size_t d = 0; d < copies.size(); ++d) over.push_back(static_cast<int64_t>(2 * d));
    if (over.empty()) return {g};
    return {g.reshape(interleaved()).sum(over).reshape(input->sizes())};
  }
  /// The result's shape with each dimension as (copies, size).
  Dims interleaved() const {
    Dims sizes;
    for (size_t d = 0; d < copies.size(); ++d) {
      sizes.push_back(copies[d]);
      sizes.push_back(shape[d]);
    }
    return sizes;
  }
  static Samples samples() {
    return {{"matrix",
             [](const Tensor& x) {
               return x.repeat({2, 3});
             },
             {randn({2, 2})}},
            {"new_dimension",
             [](const Tensor& x) {
               return x.repeat({2, 1, 2});
             },
             {randn({2, 1})}},
            {"scalar", [](const Tensor& x) { return x.repeat({3}); }, {randn({})}},
            {"strided",
             [](const Tensor& x) {
               return x.t().repeat({1, 2});
             },
             {randn({2, 3})}},
            {"none", [](const Tensor& x) { return x.repeat({0}); }, {randn({2})}}};
  }
};

}  // namespace

Tensor cat(const TensorList& tensors, int64_t dim) {
  GRADUS_CHECK(!tensors.empty(), "cat(): expected a non-empty list of Tensors");
  const Tensor* model = nullptr;  // the first that is not skipped
  for (size_t k = 0; k < tensors.size(); ++k) {
    GRADUS_CHECK(tensors[k].dim() > 0, "zero-dimensional tensor (at position {}) cannot be concatenated; use stack", k);
    if (!model && !is_skipped(tensors[k])) model = &tensors[k];
  }
  if (!model) model = &tensors[0];
  const int64_t wrapped = wrap_dim(dim, model->dim());
  const auto d = static_cast<size_t>(wrapped);
  Dims sizes(model->sizes().begin(), model->sizes().end());
  sizes[d] = 0;
  for (size_t k = 0; k < tensors.size(); ++k) {
    const Tensor& x = tensors[k];
    if (is_skipped(x)) continue;
    GRADUS_CHECK(x.dim() == model->dim(), "Tensors must have same number of dimensions: got {} and {}", model->dim(),
                 x.dim());
    for (size_t i = 0; i < sizes.size(); ++i) {
      GRADUS_CHECK(i == d || x.sizes()[i] == sizes[i],
                   "Sizes of tensors must match except in dimension {}. Expected size {} but got size {} for tensor "
                   "number {} in the list (sizes {} and {}).",
                   d, sizes[i], x.sizes()[i], k, model->sizes(), x.sizes());
    }
    sizes[d] += x.sizes()[d];
  }
  return Cat::apply(tensors, sizes, wrapped);
}

Tensor stack(const TensorList& tensors, int64_t dim) {
  GRADUS_CHECK(!tensors.empty(), "stack expects a non-empty TensorList");
  for (size_t k = 1; k < tensors.size(); ++k) {
    GRADUS_CHECK(tensors[k].sizes() == tensors[0].sizes(),
                 "stack expects each tensor to be equal size, but got {} at entry 0 and {} at entry {}",
                 tensors[0].sizes(), tensors[k].sizes(), k);
  }
  return Stack::apply(tensors, wrap_dim(dim, tensors[0].dim() + 1));
}

Tensor repeat(const Tensor& x, IntArrayRef repeats) {
  GRADUS_CHECK(
      static_cast<int64_t>(repeats.size()) >= x.dim(),
      "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor: repeats {}, "
      "sizes {}",
      repeats, x.sizes());
  for (const int64_t count : repeats) {
    GRADUS_CHECK(count >= 0, "Trying to create tensor with negative dimension: repeats {}", repeats);
  }
  return Repeat::apply(x, repeats);
}

Tensor Tensor::repeat(IntArrayRef repeats) const { return gradus::repeat(*this, repeats); }

OpInfo cat_op() { return op_info<Cat>(); }
OpInfo stack_op() { return op_info<Stack>(); }
OpInfo repeat_op() { return op_info<Repeat>(); }

}  // namespace gradus
