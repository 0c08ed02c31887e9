// How a reduction over some dimensions of a strided tensor becomes three plain loops.
#include <gradus/autograd/check.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/reduce.h>
#include <gradus/autograd/kernels/wrap_dim.h>

#include <algorithm>
#include <numeric>

namespace gradus::kernels {

DimSet all_dims(int64_t ndim) { return ndim == 0 ? DimSet() : ~DimSet() >> static_cast<size_t>(64 - ndim); }

DimSet dim_set(IntArrayRef dims, int64_t ndim) {
  GRADUS_CHECK(ndim <= 64, "only tensors with up to 64 dims are supported, got {}", ndim);
  if (dims.empty()) return all_dims(ndim);
  DimSet set;
  for (const int64_t dim : dims) {
    const auto d = static_cast<size_t>(wrap_dim(dim, ndim));
    GRADUS_CHECK(!set[d], "dim {} appears multiple times in the list of dims", d);
    set[d] = true;
  }
  return ndim == 0 ? DimSet() : set;
}

Dims reduced_sizes(IntArrayRef sizes, DimSet dims, bool keepdim) {
  Dims result;
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (!dims[d]) {
      result.push_back(sizes[d]);
    } else if (keepdim) {
      result.push_back(1);
    }
  }
  return result;
}

int64_t count_along(IntArrayRef sizes, DimSet dims) {
  int64_t count = 1;
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (dims[d]) count *= sizes[d];
  }
  return count;
}

// The dimensions of x in the order of its memory, if walking them so visits contiguous memory and meets the dimensions
// that are kept in their own order; empty otherwise.
static Dims memory_order(const Tensor& x, DimSet dims) {
  const IntArrayRef sizes = x.sizes(), strides = x.strides();
  Dims order(sizes.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return strides[static_cast<size_t>(a)] > strides[static_cast<size_t>(b)];
  });
  int64_t expected = 1, last_kept = x.dim();
  for (size_t i = order.size(); i-- > 0;) {
    const auto d = static_cast<size_t>(order[i]);
    if (sizes[d] == 1) continue;
    if (strides[d] != expected) return {};
    expected *= sizes[d];
    if (dims[d]) continue;
    if (order[i] > last_kept) return {};
    last_kept = order[i];
  }
  return order;
}

std::optional<Slices> slices(const Tensor& x, DimSet dims) {
  Slices result{x};
  Dims order(x.sizes().size());
  std::iota(order.begin(), order.end(), 0);
  if (!x.is_contiguous()) {
    if (Dims other = memory_order(x, dims); !other.empty()) {
      order = std::move(other);
    } else {
      result.x = contiguous(x);
    }
  }
  bool seen = false, inside = true;  // a reduced dimension was met; no kept one after it
  for (const int64_t dim : order) {
    const auto d = static_cast<size_t>(dim);
    const int64_t size = x.sizes()[d];
    if (size == 1) continue;
    if (dims[d]) {
      if (!inside) return std::nullopt;
      seen = true;
      result.n *= size;
    } else {
      inside = !seen;
      (seen ? result.inner : result.outer) *= size;
    }
  }
  return result;
}

Slices rows(const Tensor& x, DimSet dims) {
  const int64_t n = count_along(x.sizes(), dims), outer = count_along(x.sizes(), ~dims);
  if (x.numel() == 0) return {x, outer, n, 1};
  if (auto found = slices(x, dims); found && found->inner == 1) return *std::move(found);
  Dims sizes, strides;
  for (const bool reduced : {false, true}) {  // kept dimensions first
    for (size_t d = 0; d < x.sizes().size(); ++d) {
      if (dims[d] != reduced) continue;
      sizes.push_back(x.sizes()[d]);
      strides.push_back(x.strides()[d]);
    }
  }
  return {contiguous(alias(x, Layout::strided(sizes, strides))), outer, n, 1};
}

}  // namespace gradus::kernels
