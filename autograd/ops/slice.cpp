#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/wrap_dim.h>
#include <gradus/autograd/op_registry.h>
#include <gradus/autograd/ops/part.h>
#include <algorithm>

// Views of some of the elements: slice, narrow, select, diagonal.
namespace gradus {
namespace {

/// An op that shows the part of x that Op::part_of names.
template <class Op>
struct PartView : Function<Op> {
  static constexpr bool is_view = true;
  Ptr<const Layout> input;

  Tensor show(const Tensor& x) {
    input = x.impl()->layout;
    const Part part = static_cast<Op*>(this)->part_of(*input);
    return kernels::alias(x, part.layout, part.offset);
  }
  TensorList backward(Context&, const Tensor& g) {
    const Ptr<const Layout> whole = input->is_contiguous() ? input : Layout::contiguous(input->sizes());
    return {embed(g, whole, static_cast<Op*>(this)->part_of(*whole))};
  }
};

struct SliceView : PartView<SliceView> {
  static constexpr auto name = "slice", math = "out = x[start:end:step];  dx = 0;  dx[start:end:step] = g";
  size_t dim = 0;
  int64_t start = 0, length = 0, step = 1;

  Tensor forward(Context&, const Tensor& x, int64_t d, int64_t first, int64_t count, int64_t every) {
    dim = static_cast<size_t>(d), start = first, length = count, step = every;
    return show(x);
  }
  Part part_of(const Layout& whole) const {
    Dims sizes(whole.sizes().begin(), whole.sizes().end()), strides(whole.strides().begin(), whole.strides().end());
    const int64_t offset = start * strides[dim];
    sizes[dim] = length;
    strides[dim] *= step;
    return {Layout::strided(sizes, strides), offset};
  }
  static Samples samples() {
    return {{"rows", [](const Tensor& x) { return x.slice(0, 1, 3); }, {randn({4, 2})}},
            {"step", [](const Tensor& x) { return x.slice(1, 1, std::nullopt, 2); }, {randn({2, 5})}},
            {"negative", [](const Tensor& x) { return x.slice(-1, -3, -1); }, {randn({2, 4})}},
            {"strided", [](const Tensor& x) { return x.t().slice(0, 0, 2); }, {randn({2, 3})}},
            {"expanded",
             [](const Tensor& x) {
               return x.expand({3, 4}).slice(1, 1, 3);
             },
             {randn({3, 1})}},
            {"narrow", [](const Tensor& x) { return x.narrow(1, 1, 2); }, {randn({2, 4})}},
            {"empty", [](const Tensor& x) { return x.slice(0, 2, 1); }, {randn({3})}}};
  }
};

struct Select : PartView<Select> {
  static constexpr auto name = "select", math = "out = x[index] along dim;  dx = 0;  dx[index] = g";
  size_t dim = 0;
  int64_t index = 0;

  Tensor forward(Context&, const Tensor& x, int64_t d, int64_t i) {
    dim = static_cast<size_t>(d), index = i;
    return show(x);
  }
  Part part_of(const Layout& whole) const {
    Dims sizes, strides;
    for (size_t d = 0; d < whole.sizes().size(); ++d) {
      if (d == dim) continue;
      sizes.push_back(whole.sizes()[d]);
      strides.push_back(whole.strides()[d]);
    }
    return {Layout::strided(sizes, strides), index * whole.strides()[dim]};
  }
  static Samples samples() {
    return {{"row", [](const Tensor& x) { return x[1]; }, {randn({3, 2})}},
            {"column", [](const Tensor& x) { return x.select(1, -1); }, {randn({3, 2})}},
            {"element", [](const Tensor& x) { return x[0][1]; }, {randn({2, 2})}},
            {"strided", [](const Tensor& x) { return x.t().select(0, 1); }, {randn({2, 3})}}};
  }
};

struct Diagonal : PartView<Diagonal> {
  static constexpr auto name = "diagonal", math = "out[i] = x[i, i + offset];  dx = 0;  dx[i, i + offset] = g[i]";
  int64_t offset = 0;
  size_t row = 0, column = 1;

  Tensor forward(Context&, const Tensor& x, int64_t off, int64_t dim1, int64_t dim2) {
    offset = off, row = static_cast<size_t>(dim1), column = static_cast<size_t>(dim2);
    return show(x);
  }
  Part part_of(const Layout& whole) const {
    Dims sizes, strides;
    for (size_t d = 0; d < whole.sizes().size(); ++d) {
      if (d == row || d == column) continue;
      sizes.push_back(whole.sizes()[d]);
      strides.push_back(whole.strides()[d]);
    }
    const int64_t down = std::max<int64_t>(-offset, 0), right = std::max<int64_t>(offset, 0);
    const int64_t length = std::min(whole.sizes()[row] - down, whole.sizes()[column] - right);
    sizes.push_back(std::max<int64_t>(length, 0));
    strides.push_back(whole.strides()[row] + whole.strides()[column]);
    const int64_t first = length > 0 ? down * whole.strides()[row] + right * whole.strides()[column] : 0;
    return {Layout::strided(sizes, strides), first};
  }
  static Samples samples() {
    return {{"main", [](const Tensor& x) { return x.diagonal(); }, {randn({3, 2})}},
            {"above", [](const Tensor& x) { return x.diagonal(1); }, {randn({2, 4})}},
            {"below_batched", [](const Tensor& x) { return x.diagonal(-1, 2, 0); }, {randn({2, 3, 3})}},
            {"outside", [](const Tensor& x) { return x.diagonal(4); }, {randn({2, 2})}}};
  }
};

}  // namespace

Tensor slice(const Tensor& x, int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end, int64_t step) {
  GRADUS_CHECK_INDEX(x.dim() > 0, "slice() cannot be applied to a 0-dim tensor.");
  const int64_t d = wrap_dim(dim, x.dim());
  GRADUS_CHECK_VALUE(step > 0, "slice step must be positive, but got {}", step);
  const int64_t size = x.size(d);
  const auto place = [size](int64_t i) { return std::clamp<int64_t>(i < 0 ? i + size : i, 0, size); };
  const int64_t first = place(start.value_or(0)), last = place(end.value_or(size));
  const int64_t length = last > first ? (last - first - 1) / step + 1 : 0;
  return SliceView::apply(x, d, first, length, step);
}

Tensor narrow(const Tensor& x, int64_t dim, int64_t start, int64_t length) {
  GRADUS_CHECK(x.dim() > 0, "narrow() cannot be applied to a 0-dim tensor.");
  const int64_t d = wrap_dim(dim, x.dim());
  const int64_t size = x.size(d);
  GRADUS_CHECK_INDEX(-size <= start && start <= size,
                     "narrow: start out of range (expected to be in range of [{}, {}], but got {})", -size, size,
                     start);
  const int64_t first = start < 0 ? start + size : start;
  GRADUS_CHECK(length >= 0, "narrow(): length must be non-negative, but got {}", length);
  GRADUS_CHECK(length <= size - first, "start ({}) + length ({}) exceeds dimension size ({}).", first, length, size);
  return SliceView::apply(x, d, first, length, int64_t{1});
}

Tensor select(const Tensor& x, int64_t dim, int64_t index) {
  GRADUS_CHECK_INDEX(x.dim() > 0,
                     "invalid index of a 0-dim tensor: select() needs a dimension to index. Use tensor.item<T>() to "
                     "convert a 0-dim tensor to a number");
  const int64_t d = wrap_dim(dim, x.dim());
  const int64_t size = x.size(d);
  GRADUS_CHECK_INDEX(-size <= index && index < size, "index {} is out of bounds for dimension {} with size {}", index,
                     d, size);
  return Select::apply(x, d, index < 0 ? index + size : index);
}

Tensor diagonal(const Tensor& x, int64_t offset, int64_t dim1, int64_t dim2) {
  const int64_t row = wrap_dim(dim1, x.dim()), column = wrap_dim(dim2, x.dim());
  GRADUS_CHECK(row != column, "diagonal dimensions cannot be identical {}, {}", dim1, dim2);
  return Diagonal::apply(x, offset, row, column);
}

Tensor Tensor::slice(int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end, int64_t step) const {
  return gradus::slice(*this, dim, start, end, step);
}
Tensor Tensor::narrow(int64_t dim, int64_t start, int64_t length) const {
  return gradus::narrow(*this, dim, start, length);
}
Tensor Tensor::select(int64_t dim, int64_t index) const { return gradus::select(*this, dim, index); }
Tensor Tensor::diagonal(int64_t offset, int64_t dim1, int64_t dim2) const {
  return gradus::diagonal(*this, offset, dim1, dim2);
}

OpInfo slice_op() { return op_info<SliceView>(); }
OpInfo select_op() { return op_info<Select>(); }
OpInfo diagonal_op() { return op_info<Diagonal>(); }

}  // namespace gradus
