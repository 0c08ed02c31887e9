#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/indexing.h>
#include <gradus/autograd/kernels/index.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/op_registry.h>
#include <cstring>

// x.index({...}) and x.index_put_({...}, v), by the rules of NumPy and PyTorch
// (https://numpy.org/doc/stable/user/basics.indexing.html). Integers, slices, None and Ellipsis make a view. Index
// tensors and masks are broadcast together; the dimensions they index give way to their common sizes: in place if they
// stand side by side, at the front otherwise.
namespace gradus {
namespace {

/// An index tensor, or a mask, and the dimensions of a view that it indexes.
struct Indexer {
  Tensor index;  // int64
  int64_t dim, count;
  int64_t extent;  // number of elements that it chooses from: the product of its dimensions' sizes
};

/// The view that the integers, slices, None and Ellipsis of an index make, and the tensors left to index it.
struct BasicIndex {
  Tensor view;
  std::vector<Indexer> indexers;
};

/// How many of x's dimensions one position of an index uses up.
int64_t used_dims(const TensorIndex& index) {
  switch (index.kind) {
    case TensorIndex::Kind::kInteger:
    case TensorIndex::Kind::kSlice:
      return 1;
    case TensorIndex::Kind::kTensor:
      return index.tensor.dtype() == kBool ? index.tensor.dim() : 1;
    default:
      return 0;
  }
}

Indexer indexer(const Tensor& tensor, const Tensor& view, int64_t dim, const Tensor& x, int64_t x_dim) {
  if (tensor.dtype() == kInt64) return {tensor, dim, 1, view.size(dim)};
  GRADUS_CHECK_INDEX(tensor.dtype() == kBool, "tensors used as indices must be int64 or bool tensors, but got {}",
                     to_string(tensor.dtype()));
  for (int64_t d = 0; d < tensor.dim(); ++d) {
    GRADUS_CHECK_INDEX(tensor.size(d) == view.size(dim + d),
                       "The shape of the mask {} at index {} does not match the shape of the indexed tensor {} at "
                       "index {}",
                       tensor.sizes(), d, x.sizes(), x_dim + d);
  }
  return {kernels::nonzero_places(tensor), dim, tensor.dim(), tensor.numel()};
}

BasicIndex apply_basic(const Tensor& x, std::span<const TensorIndex> indices) {
  int64_t used = 0, ellipses = 0;
  for (const TensorIndex& index : indices) {
    used += used_dims(index);
    ellipses += index.kind == TensorIndex::Kind::kEllipsis;
  }
  GRADUS_CHECK_INDEX(used <= x.dim(), "too many indices for tensor of dimension {}: got {}", x.dim(), used);
  GRADUS_CHECK_INDEX(ellipses <= 1, "an index can only have a single ellipsis ('...')");
  BasicIndex result{x, {}};
  Tensor& view = result.view;
  int64_t dim = 0, x_dim = 0;  // the next dimension of the view, and of x
  for (const TensorIndex& index : indices) {
    switch (index.kind) {
      case TensorIndex::Kind::kNone:
        view = view.unsqueeze(dim++);
        continue;
      case TensorIndex::Kind::kEllipsis:
        dim += x.dim() - used;
        x_dim += x.dim() - used;
        continue;
      case TensorIndex::Kind::kSlice: {
        const Slice& slice = index.slice;
        if (slice.start || slice.stop || slice.step != 1) view = view.slice(dim, slice.start, slice.stop, slice.step);
        ++dim;
        break;
      }
      case TensorIndex::Kind::kBoolean:
      case TensorIndex::Kind::kTensor:
      case TensorIndex::Kind::kInteger: {
        const bool is_tensor = index.kind == TensorIndex::Kind::kTensor;
        if (index.kind == TensorIndex::Kind::kBoolean ||
            (is_tensor && index.tensor.dim() == 0 && index.tensor.dtype() == kBool)) {
          // True chooses all of x as the one element of a new dimension, False chooses none.
          const bool chosen = is_tensor ? index.tensor.item<bool>() : index.integer != 0;
          view = view.unsqueeze(dim);
          result.indexers.push_back({zeros({chosen ? 1 : 0}, kInt64), dim++, 1, 1});
          continue;
        }
        if (is_tensor && (index.tensor.dim() > 0 || index.tensor.dtype() != kInt64)) {
          result.indexers.push_back(indexer(index.tensor, view, dim, x, x_dim));
          dim += used_dims(index);
          break;
        }
        const int64_t number = is_tensor ? index.tensor.item<int64_t>() : index.integer;
        const int64_t size = view.size(dim);
        GRADUS_CHECK_INDEX(-size <= number && number < size, "index {} is out of bounds for dimension {} with size {}",
                           number, x_dim, size);
        view = view.select(dim, number);
        break;
      }
    }
    x_dim += used_dims(index);
  }
  return result;
}

/// Which elements of `source` index tensors choose: along `count` dimensions from `dim` on, taken as one, those at
/// `places`, which have the sizes `index_sizes`.
struct Chosen {
  Tensor source;
  int64_t dim, count;
  Tensor places;
  Dims index_sizes;
};

/// `sizes` with the `count` dimensions from `dim` on replaced.
Dims replace_dims(IntArrayRef sizes, int64_t dim, int64_t count, IntArrayRef by) {
  Dims result(sizes.begin(), sizes.begin() + dim);
  result.insert(result.end(), by.begin(), by.end());
  result.insert(result.end(), sizes.begin() + dim + count, sizes.end());
  return result;
}

Chosen choose(const BasicIndex& basic) {
  const std::vector<Indexer>& indexers = basic.indexers;
  Chosen chosen{basic.view, indexers[0].dim, 0, {}, {}};
  bool side_by_side = true;
  for (const Indexer& indexer : indexers) {
    side_by_side = side_by_side && indexer.dim == chosen.dim + chosen.count;
    chosen.count += indexer.count;
    try {
      chosen.index_sizes = broadcast_shapes(chosen.index_sizes, indexer.index.sizes());
    } catch (const Error&) {
      std::string shapes;
      for (const Indexer& each : indexers)
        shapes += fmt::format("{}{}", shapes.empty() ? "" : ", ", each.index.sizes());
      throw IndexError("shape mismatch: indexing tensors could not be broadcast together with shapes " + shapes);
    }
  }
  if (!side_by_side) {
    Dims order, others;
    size_t next = 0;
    for (int64_t d = 0; d < basic.view.dim(); ++d) {
      while (next < indexers.size() && d >= indexers[next].dim + indexers[next].count) ++next;
      (next < indexers.size() && d >= indexers[next].dim ? order : others).push_back(d);
    }
    order.insert(order.end(), others.begin(), others.end());
    chosen.source = basic.view.permute(order);
    chosen.dim = 0;
  }
  chosen.places = zeros(chosen.index_sizes, kInt64);
  for (const Indexer& indexer : indexers) {
    kernels::append_index(chosen.places, indexer.index, indexer.extent, indexer.dim);
  }
  chosen.places = chosen.places.view({-1});
  return chosen;
}

struct IndexPut : Function<IndexPut> {
  static constexpr auto name = "index_put", math = "self[index] = v;  dself = g but 0 at index,  dv = g[index]";
  int64_t dim = 0, count = 0;
  Dims index_sizes, value_sizes;

  Tensor forward(Context& ctx, const Tensor& self, const Tensor& value, const Tensor& places, int64_t d, int64_t n,
                 const Dims& sizes_of_index) {
    dim = d, count = n, index_sizes = sizes_of_index;
    value_sizes.assign(value.sizes().begin(), value.sizes().end());
    ctx.save_for_backward(places);
    const Dims chosen_sizes = replace_dims(self.sizes(), dim, count, index_sizes);
    const Dims row_sizes = replace_dims(self.sizes(), dim, count, {places.numel()});
    const Tensor rows = value.expand(chosen_sizes).reshape(row_sizes);
    Tensor out = ctx.out().defined() ? ctx.out() : kernels::clone(self);
    Tensor target = out.reshape(merged_sizes(self));
    if (target.impl()->storage != out.impl()->storage) {  // the indexed dimensions do not lie in memory as one
      out = kernels::clone(self);
      target = out.reshape(merged_sizes(self));
    }
    kernels::scatter(target, dim, kernels::spread_index(places, dim, row_sizes), rows);
    return out;
  }
  TensorList backward(Context& ctx, const Tensor& g) {
    TensorList gradients = TensorList::of_size(3);
    const Tensor places = ctx.saved(0);
    if (ctx.needs_grad(0)) gradients[0] = apply(g, zeros({}, g.dtype()), places, dim, count, index_sizes);
    if (ctx.needs_grad(1)) {
      const Tensor merged = g.reshape(merged_sizes(g));
      Tensor chosen = merged.index_select(dim, places);
      // Of several writes to one place only the last is seen.
      if (Tensor seen = kernels::last_writers(places, merged.size(dim)); seen.defined()) {
        Dims sizes(static_cast<size_t>(chosen.dim()), 1);
        sizes[static_cast<size_t>(dim)] = -1;
        chosen = where(seen.view(sizes), chosen, 0);
      }
      gradients[1] = sum_to(chosen.reshape(replace_dims(g.sizes(), dim, count, index_sizes)), value_sizes);
    }
    return gradients;
  }
  /// x's sizes with the indexed dimensions as one.
  Dims merged_sizes(const Tensor& x) const {
    int64_t size = 1;
    for (int64_t d = dim; d < dim + count; ++d) size *= x.size(d);
    return replace_dims(x.sizes(), dim, count, {size});
  }

  static Samples samples() {
    const Tensor rows = tensor({0, 2}), columns = tensor({1, -1}), mask = tensor({true, false, true});
    const auto put = [](auto... indices) {
      return [=](const Tensor& x, const Tensor& v) {
        Tensor y = x * 2;
        y.index_put_({indices...}, v);
        return y * y;
      };
    };
    return {{"rows", put(rows), {randn({3, 2}), randn({2, 2})}},
            {"broadcast", put(rows), {randn({3, 2}), randn({2})}},
            {"repeated", put(tensor({1, 1, 0})), {randn({3}), randn({3})}},
            {"pairs", put(rows, columns), {randn({3, 2}), randn({2})}},
            {"mask", put(mask), {randn({3, 2}), randn({2, 2})}},
            {"column_mask", put(Slice(), mask), {randn({2, 3}), randn({})}},
            {"apart", put(rows, Slice(1), columns), {randn({3, 2, 2}), randn({2, 1})}},
            {"slice", put(Slice(0, None, 2), 1), {randn({3, 2}), randn({2})}}};
  }
};

/// `value` without leading dimensions of size 1 that the target has not got.
Tensor without_leading_ones(const Tensor& value, int64_t ndim) {
  Tensor result = value;
  while (result.dim() > ndim && result.size(0) == 1) result = result.select(0, 0);
  return result;
}

void put(const BasicIndex& basic, const Tensor& value) {
  Chosen chosen = choose(basic);
  const Dims sizes = replace_dims(chosen.source.sizes(), chosen.dim, chosen.count, chosen.index_sizes);
  const Tensor fitting = without_leading_ones(value, static_cast<int64_t>(sizes.size()));
  GRADUS_CHECK(value.dtype() == chosen.source.dtype(),
               "Index put requires the source and destination dtypes match, got {} for the destination and {} for the "
               "source.",
               type_name(chosen.source.dtype()), type_name(value.dtype()));
  bool fits = fitting.dim() <= static_cast<int64_t>(sizes.size());
  for (int64_t d = 1; fits && d <= fitting.dim(); ++d) {
    fits = fitting.size(-d) == 1 || fitting.size(-d) == sizes[sizes.size() - static_cast<size_t>(d)];
  }
  GRADUS_CHECK(fits, "shape mismatch: value tensor of shape {} cannot be broadcast to indexing result of shape {}",
               value.sizes(), IntArrayRef(sizes));
  IndexPut::apply_(chosen.source, fitting, chosen.places, chosen.dim, chosen.count, chosen.index_sizes);
}

}  // namespace

TensorIndex::TensorIndex(const char* ellipsis) : kind(Kind::kEllipsis) {
  GRADUS_CHECK_VALUE(std::strcmp(ellipsis, "...") == 0,
                     "Expected \"...\" to represent an ellipsis index, but got \"{}\"", ellipsis);
}

Tensor Tensor::index(std::span<const TensorIndex> indices) const {
  const BasicIndex basic = apply_basic(*this, indices);
  if (basic.indexers.empty()) return basic.view.is_same(*this) ? view(sizes()) : basic.view;
  const Chosen chosen = choose(basic);
  const Tensor& source = chosen.source;
  const Tensor merged = chosen.count == 1 ? source : source.flatten(chosen.dim, chosen.dim + chosen.count - 1);
  const Tensor result = merged.index_select(chosen.dim, chosen.places);
  if (chosen.index_sizes.size() == 1) return result;
  return result.reshape(replace_dims(source.sizes(), chosen.dim, chosen.count, chosen.index_sizes));
}

Tensor& Tensor::index_put_(std::span<const TensorIndex> indices, const Tensor& value) {
  BasicIndex basic = apply_basic(*this, indices);
  if (basic.indexers.empty()) {
    basic.view.copy_(without_leading_ones(value, basic.view.dim()));
  } else {
    put(basic, value);
  }
  return *this;
}

Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> indices, Scalar value) {
  BasicIndex basic = apply_basic(*this, std::span(indices.begin(), indices.size()));
  if (basic.indexers.empty()) {
    basic.view.fill_(value);
  } else {
    put(basic, scalar_tensor(value, dtype()));
  }
  return *this;
}

Tensor Tensor::index(std::initializer_list<TensorIndex> indices) const {
  return index(std::span(indices.begin(), indices.size()));
}
Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> indices, const Tensor& value) {
  return index_put_(std::span(indices.begin(), indices.size()), value);
}
Tensor Tensor::operator[](const Tensor& index_tensor) const { return index({index_tensor}); }

OpInfo index_put_op() { return op_info<IndexPut>(); }

}  // namespace gradus
