// Folds: many elements combined into one by an associative operation, over rows or over columns.
#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/reduce.h>
#include <gradus/autograd/kernels/simd.h>

#include <limits>

namespace gradus::kernels {
namespace {

// What to fold with: combine(a, b), where it starts, and the type R that totals of blocks are kept in.
struct SumFold {
  static constexpr Add combine{};
  template <class R>
  using Total = std::conditional_t<std::is_same_v<R, float>, double, R>;
  template <class R>
  static constexpr R identity() {
    return R(0);
  }
};

struct Multiply {
  template <class V>
  V operator()(const V& a, const V& b) const {
    return a * b;
  }
};

struct ProdFold {
  static constexpr Multiply combine{};
  template <class R>
  using Total = R;
  template <class R>
  static constexpr R identity() {
    return R(1);
  }
};

template <class Limits, bool kLowest>
constexpr auto limit() {
  if constexpr (Limits::has_infinity) {
    return kLowest ? -Limits::infinity() : Limits::infinity();
  } else {
    return kLowest ? Limits::lowest() : Limits::max();
  }
}

template <class Combine, bool kLowest>
struct ExtremeFold {
  static constexpr Combine combine{};
  template <class R>
  using Total = R;
  template <class R>
  static constexpr R identity() {
    return limit<std::numeric_limits<R>, kLowest>();
  }
};
using MaxFold = ExtremeFold<Larger, true>;
using MinFold = ExtremeFold<Smaller, false>;

struct Or {
  bool operator()(bool a, bool b) const { return a | b; }
};
struct And {
  bool operator()(bool a, bool b) const { return a & b; }
};
template <class Combine, bool kIdentity>
struct BoolFold {
  static constexpr Combine combine{};
  template <class R>
  using Total = bool;
  template <class R>
  static constexpr bool identity() {
    return kIdentity;
  }
};
using AnyFold = BoolFold<Or, false>;
using AllFold = BoolFold<And, true>;

template <class Fold, class R>
using Total = typename Fold::template Total<R>;

// One number from n contiguous ones.
template <class Fold, class R, class T>
Total<Fold, R> fold_row(const T* x, int64_t n) {
  constexpr auto combine = Fold::combine;
  constexpr R identity = Fold::template identity<R>();
  if constexpr (std::is_floating_point_v<R> && std::is_same_v<R, T>) {
    constexpr auto itself = [](const auto& value) { return value; };
    if (n >= kLanes<T>) {
      if constexpr (std::is_same_v<Fold, SumFold>) {
        return static_cast<Total<Fold, R>>(sum_batches<T>(n, itself, x));
      } else {
        return fold_batches<T>(n, identity, combine, itself, x);
      }
    }
  }
  Total<Fold, R> total = identity;
  for (int64_t i = 0; i < n; ++i) total = combine(total, static_cast<Total<Fold, R>>(x[i]));
  return total;
}

// Columns folded at once: their totals stay in the first cache.
constexpr int64_t kTile = 1024;
// Rows added up in the element's own precision before they go to the totals.
constexpr int64_t kBlockRows = 128;

// total[j] = fold of x[i * stride + j] over i < n, for j < width <= kTile.
template <class Fold, class R, class T>
void fold_tile(const T* x, int64_t n, int64_t stride, int64_t width, Total<Fold, R>* total) {
  constexpr auto combine = Fold::combine;
  if (n == 0) std::fill_n(total, width, Fold::template identity<R>());
  R block[kTile];
  for (int64_t first = 0; first < n; first += kBlockRows) {
    const int64_t rows = std::min(kBlockRows, n - first);
    const T* row = x + first * stride;
    for (int64_t j = 0; j < width; ++j) block[j] = static_cast<R>(row[j]);
    row += stride;
    int64_t i = 1;
    for (; i + 4 <= rows; i += 4, row += 4 * stride) {
      const T *a = row, *b = a + stride, *c = b + stride, *d = c + stride;
#pragma omp simd
      for (int64_t j = 0; j < width; ++j) {
        const R ab = combine(static_cast<R>(a[j]), static_cast<R>(b[j]));
        const R cd = combine(static_cast<R>(c[j]), static_cast<R>(d[j]));
        block[j] = combine(block[j], combine(ab, cd));
      }
    }
    for (; i < rows; ++i, row += stride) {
#pragma omp simd
      for (int64_t j = 0; j < width; ++j) block[j] = combine(block[j], static_cast<R>(row[j]));
    }
    if (first == 0) {
      for (int64_t j = 0; j < width; ++j) total[j] = block[j];
    } else {
      for (int64_t j = 0; j < width; ++j) total[j] = combine(total[j], static_cast<Total<Fold, R>>(block[j]));
    }
  }
}

// The same for few columns and many rows: several rows side by side make wide ones, whose columns are folded last.
template <class Fold, class R, class T>
void fold_narrow(const T* x, int64_t n, int64_t inner, Total<Fold, R>* total) {
  constexpr auto combine = Fold::combine;
  const int64_t together = kTile / inner, wide_rows = n / together;
  Total<Fold, R> wide[kTile];
  fold_tile<Fold, R>(x, wide_rows, together * inner, together * inner, wide);
  fold_tile<Fold, R>(x + wide_rows * together * inner, n - wide_rows * together, inner, inner, total);
  for (int64_t k = 0; k < together; ++k) {
    for (int64_t j = 0; j < inner; ++j) total[j] = combine(total[j], wide[k * inner + j]);
  }
}

template <class R, class V>
R divided(V total, double divisor) {
  if constexpr (std::is_floating_point_v<R>) {
    return static_cast<R>(total / static_cast<V>(divisor));
  } else {
    return static_cast<R>(total);
  }
}

// out[j] = total[j] / divisor. Most folds divide by 1, which is left out: a division is the slowest operation here.
template <class R, class V>
void write_totals(const V* total, int64_t width, double divisor, R* out) {
  if (divisor == 1) {
    for (int64_t j = 0; j < width; ++j) out[j] = static_cast<R>(total[j]);
  } else {
    for (int64_t j = 0; j < width; ++j) out[j] = divided<R>(total[j], divisor);
  }
}

template <class Fold, class R, class T>
void fold_slices(const Slices& s, const T* x, R* out, double divisor) {
  if (s.inner == 1) {
    for (int64_t o = 0; o < s.outer; ++o) out[o] = divided<R>(fold_row<Fold, R>(x + o * s.n, s.n), divisor);
    return;
  }
  Total<Fold, R> total[kTile];
  for (int64_t o = 0; o < s.outer; ++o, x += s.n * s.inner, out += s.inner) {
    for (int64_t first = 0; first < s.inner; first += kTile) {
      const int64_t width = std::min(kTile, s.inner - first);
      if (s.inner <= kTile / 8 && s.n >= 512) {
        fold_narrow<Fold, R>(x, s.n, s.inner, total);
      } else {
        fold_tile<Fold, R>(x + first, s.n, s.inner, width, total);
      }
      write_totals(total, width, divisor, out + first);
    }
  }
}

// The last reduced dimensions of x that are neighbours.
DimSet last_neighbours(const Tensor& x, DimSet dims) {
  DimSet last;
  for (size_t d = x.sizes().size(); d-- > 0;) {
    if (x.sizes()[d] == 1) continue;
    if (dims[d]) {
      last[d] = true;
    } else if (last.any()) {
      break;
    }
  }
  return last;
}

// R_of<T>: the element type of the result for elements T.
template <class Fold, template <class> class ResultOf>
Tensor fold(const Tensor& x, DimSet dims, bool keepdim, double divisor = 1) {
  const std::optional<Slices> s = slices(x, dims);
  if (!s) {  // not neighbours: some dimensions first, the others afterwards
    const DimSet last = last_neighbours(x, dims);
    const Tensor once = fold<Fold, ResultOf>(contiguous(x), last, true);
    const Tensor twice = fold<Fold, ResultOf>(once, dims & ~last, true, divisor);
    return alias(twice, Layout::contiguous(reduced_sizes(x.sizes(), dims, keepdim)));
  }
  return dispatch(x.dtype(), [&]<class T>(T) {
    using R = ResultOf<T>;
    Tensor out = empty(reduced_sizes(x.sizes(), dims, keepdim), dtype_of<R>::value);
    fold_slices<Fold, R>(*s, s->x.data_ptr<T>(), out.data_ptr<R>(), divisor);
    return out;
  });
}

template <class T>
using Widened = std::conditional_t<std::is_floating_point_v<T>, T, int64_t>;
template <class T>
using Itself = T;
template <class T>
using Bool = bool;

}  // namespace

Tensor sum(const Tensor& x, DimSet dims, bool keepdim, double divisor) {
  return fold<SumFold, Widened>(x, dims, keepdim, divisor);
}
Tensor prod(const Tensor& x, DimSet dims, bool keepdim) { return fold<ProdFold, Widened>(x, dims, keepdim); }
Tensor amax(const Tensor& x, DimSet dims, bool keepdim) { return fold<MaxFold, Itself>(x, dims, keepdim); }
Tensor amin(const Tensor& x, DimSet dims, bool keepdim) { return fold<MinFold, Itself>(x, dims, keepdim); }
Tensor any(const Tensor& x, DimSet dims, bool keepdim) { return fold<AnyFold, Bool>(x, dims, keepdim); }
Tensor all(const Tensor& x, DimSet dims, bool keepdim) { return fold<AllFold, Bool>(x, dims, keepdim); }

}  // namespace gradus::kernels
