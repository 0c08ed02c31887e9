#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/loops.h>
#include <gradus/autograd/op_registry.h>
#include <gradus/autograd/ops/part.h>
#include <algorithm>

namespace gradus {
namespace {

/// Distance from the first to the last element in memory; strides are not negative.
int64_t reach(const Layout& layout) {
  int64_t last = 0;
  for (size_t d = 0; d < layout.sizes().size(); ++d) {
    last += std::max<int64_t>(layout.sizes()[d] - 1, 0) * layout.strides()[d];
  }
  return last;
}

bool fits(const Layout& whole, const Part& part) {
  return part.layout->numel() == 0 || (part.offset >= 0 && part.offset + reach(*part.layout) <= reach(whole));
}

/// Zeros of the geometry `whole`, in memory that holds the part as well.
Tensor zeros_around(const Ptr<const Layout>& whole, const Part& part, Dtype dtype) {
  int64_t low = 0, high = reach(*whole);
  if (!fits(*whole, part)) {
    low = std::min(low, part.offset);
    high = std::max(high, part.offset + reach(*part.layout));
  }
  Tensor memory = kernels::empty({high - low + 1}, dtype);
  kernels::fill(memory, 0);
  return kernels::alias(memory, whole, -low);
}

void add_elements(const Tensor& to, const Tensor& x) {
  const kernels::LoopPlan plan(to.sizes(), {kernels::Operand(to), kernels::Operand(x)});
  dispatch_floating(to.dtype(), "as_strided", [&]<class T>(T) {
    plan.for_each_row<2>([](int64_t n, const auto& data, const auto& strides) {
      for (int64_t i = 0; i < n; ++i) {
        *reinterpret_cast<T*>(data[0] + i * strides[0]) += *reinterpret_cast<const T*>(data[1] + i * strides[1]);
      }
    });
  });
}

struct Embed : Function<Embed> {
  static constexpr auto name = "embed", math = "out = 0;  out[part] += x;  dx = g[part]";
  Ptr<const Layout> whole;
  Part part;

  Tensor forward(Context&, const Tensor& x, const Ptr<const Layout>& into, const Part& where) {
    whole = into, part = where;
    Tensor out = zeros_around(whole, part, x.dtype());
    Tensor place = kernels::alias(out, part.layout, part.offset);
    if (may_overlap(*part.layout)) {
      add_elements(place, x);
    } else {
      kernels::copy(place, x);
    }
    return out;
  }
  TensorList backward(Context&, const Tensor& g) { return {extract(g, whole, part)}; }
  static Samples samples() {
    const auto whole = Layout::contiguous({2, 3});
    return {{"column",
             [=](const Tensor& x) {
               return embed(x, whole, {Layout::strided({2}, {3}), 1});
             },
             {randn({2})}},
            {"overlapping",
             [=](const Tensor& x) {
               return embed(x, whole, {Layout::strided({3, 2}, {1, 1}), 0});
             },
             {randn({3, 2})}},
            {"outside",
             [](const Tensor& x) {
               return embed(x, Layout::strided({2, 2}, {1, 3}), {Layout::strided({4}, {2}), -2});
             },
             {randn({4})}}};
  }
};

struct Extract : Function<Extract> {
  static constexpr auto name = "extract", math = "out = x[part];  dx = 0;  dx[part] += g";
  Ptr<const Layout> whole;
  Part part;

  Tensor forward(Context&, const Tensor& x, const Ptr<const Layout>& from, const Part& where) {
    whole = from, part = where;
    if (whole->is_contiguous() && fits(*whole, part)) {
      return kernels::clone(kernels::alias(kernels::contiguous(x), part.layout, part.offset));
    }
    Tensor placed = zeros_around(whole, part, x.dtype());
    kernels::copy(placed, x);
    return kernels::clone(kernels::alias(placed, part.layout, part.offset));
  }
  TensorList backward(Context&, const Tensor& g) { return {embed(g, whole, part)}; }
  static Samples samples() {
    return {{"column",
             [](const Tensor& x) {
               return extract(x, Layout::contiguous({2, 3}), {Layout::strided({2}, {3}), 1});
             },
             {randn({2, 3})}},
            {"outside",
             [](const Tensor& x) {
               return extract(x, Layout::strided({2, 2}, {1, 3}), {Layout::strided({4}, {2}), -2});
             },
             {randn({2, 2})}}};
  }
};

struct AsStrided : Function<AsStrided> {
  static constexpr auto name = "as_strided",
                        math = "out = x's memory by other sizes, strides, offset;  dx = 0;  dx[out's places] += g";
  static constexpr bool is_view = true;
  Ptr<const Layout> whole;
  Part part;

  Tensor forward(Context&, const Tensor& x, const Part& where) {
    whole = x.impl()->layout;
    part = where;
    return kernels::alias(x, part.layout, part.offset);
  }
  TensorList backward(Context&, const Tensor& g) {
    GRADUS_CHECK(!may_overlap(*whole),
                 "as_strided: elements of the input (sizes {}, strides {}) share memory, so that its gradient is not "
                 "defined; clone() it first",
                 whole->sizes(), whole->strides());
    return {embed(g, whole, part)};
  }
  static Samples samples() {
    return {{"overlapping",
             [](const Tensor& x) {
               return x.as_strided({3, 2}, {1, 2});
             },
             {randn({6})}},
            {"transposed",
             [](const Tensor& x) {
               return x.as_strided({3, 2}, {1, 3}, x.storage_offset() + 1);
             },
             {randn({2, 4})}},
            {"of_strided_base",
             [](const Tensor& x) {
               return x.t().as_strided({2, 2}, {3, 1});
             },
             {randn({2, 3})}},
            {"empty", [](const Tensor& x) { return x.as_strided({0}, {1}); }, {randn({2})}}};
  }
};

}  // namespace

bool may_overlap(const Layout& layout) {
  if (layout.is_contiguous()) return false;
  InlineVector<std::pair<int64_t, int64_t>, 4> dimensions;  // stride, size
  for (size_t d = 0; d < layout.sizes().size(); ++d) {
    if (layout.sizes()[d] > 1) dimensions.emplace_back(layout.strides()[d], layout.sizes()[d]);
  }
  std::sort(dimensions.begin(), dimensions.end());
  int64_t last = 0;  // element that the dimensions so far reach
  for (const auto& [stride, size] : dimensions) {
    if (stride <= last) return true;
    last += (size - 1) * stride;
  }
  return false;
}

Tensor embed(const Tensor& g, const Ptr<const Layout>& whole, const Part& part) { return Embed::apply(g, whole, part); }
Tensor extract(const Tensor& x, const Ptr<const Layout>& whole, const Part& part) {
  return Extract::apply(x, whole, part);
}

Tensor as_strided(const Tensor& x, IntArrayRef sizes, IntArrayRef strides, std::optional<int64_t> storage_offset) {
  for (const int64_t stride : strides) {
    GRADUS_CHECK(stride >= 0, "as_strided: Negative strides are not supported at the moment, got strides: {}", strides);
  }
  const int64_t offset = storage_offset.value_or(x.storage_offset());
  GRADUS_CHECK(offset >= 0, "Tensor: invalid storage offset {}", offset);
  const Part part{Layout::strided(sizes, strides), offset - x.storage_offset()};
  if (part.layout->numel() > 0) {
    const auto needed = static_cast<size_t>(offset + reach(*part.layout) + 1) * x.element_size();
    const size_t bytes = x.impl()->storage->bytes();
    GRADUS_CHECK(needed <= bytes,
                 "setStorage: sizes {}, strides {}, storage offset {}, and itemsize {} requiring a storage size of {} "
                 "are out of bounds for storage of size {}",
                 sizes, strides, offset, x.element_size(), needed, bytes);
  }
  return AsStrided::apply(x, part);
}

Tensor Tensor::as_strided(IntArrayRef sizes, IntArrayRef strides, std::optional<int64_t> storage_offset) const {
  return gradus::as_strided(*this, sizes, strides, storage_offset);
}

OpInfo as_strided_op() { return op_info<AsStrided>(); }
OpInfo embed_op() { return op_info<Embed>(); }
OpInfo extract_op() { return op_info<Extract>(); }

}  // namespace gradus
