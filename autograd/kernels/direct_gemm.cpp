#include <gradus/autograd/kernels/blas.h>
#include <gradus/autograd/kernels/direct_gemm.h>
#include <gradus/autograd/kernels/simd.h>
#include <gradus/autograd/kernels/transpose.h>
#include <gradus/autograd/memory.h>
#include <optional>

namespace gradus::kernels {
namespace {

// Registers for a tile: AVX-512 has 32, half of which would not hide the time an addition takes.
constexpr int kTileRows = 6;
constexpr int kTileRegisters = kLanes<float> >= 16 ? 4 : 2;
template <class T>
constexpr int64_t kTileColumns = kTileRegisters* kLanes<T>;

// Steps of k in one go: so much of B's tile (1024 rows of 256 bytes) stays in the second-level cache.
constexpr int64_t kDepth = 1024;
// Where B's columns are contiguous, so many rows of C make it worth while to turn B round first; fewer are dot
// products, up to kMostDotRows rows at a time: each value of B that is read from the cache is used so often.
constexpr int64_t kRowsWorthPacking = kTileRegisters == 4 ? 128 : 40;
constexpr int kMostDotRows = kTileRegisters == 4 ? 8 : 4;
// Bytes from B's first row to its last with which its rows are read where they lie; beyond, every row of a tile is on
// a page of its own, and to look those up takes longer than to copy the tile.
constexpr int64_t kMostInPlace = int64_t{1} << 20;

/// Columns of C that a tile covers, and what becomes of them: c <- alpha sum + beta c.
template <class T>
struct Target {
  T* c;
  int64_t leading;
  T alpha, beta;

  void put(const Batch<T>& sum, T* to) const {
    const Batch<T> scaled = alpha == T(1) ? sum : sum * Batch<T>(alpha);
    (beta == T(0)   ? scaled
     : beta == T(1) ? scaled + load(to)
                    : xsimd::fma(Batch<T>(beta), load(to), scaled))
        .store_unaligned(to);
  }
  void put(T sum, T* to) const { *to = beta == T(0) ? alpha * sum : alpha * sum + beta * *to; }
  Target at(int64_t row, int64_t column) const { return {c + row * leading + column, leading, alpha, beta}; }
};

/// Lanes of a register.
struct Lanes {
  int64_t begin, end;
};

/// kRows rows of A times kRegisters registers of columns of B, whose rows are contiguous. Of the last register only
/// the lanes `wanted` are stored. Not inlined: there, GCC 12 reads a row of B again for every row of A.
template <int kRows, int kRegisters, class T>
[[gnu::noinline]] void multiply_tile(const Matrix<T>& a, const Matrix<T>& b, const Target<T>& target,
                                     Lanes wanted = {0, kLanes<T>}) {
  Batch<T> sum[kRows][kRegisters];
  for (auto& row : sum) {
    for (Batch<T>& v : row) v = Batch<T>(T(0));
  }
  const T *column = a.data, *row = b.data;
  for (int64_t k = 0; k < a.columns; ++k, column += a.column_stride, row += b.row_stride) {
    Batch<T> values[kRegisters];
    for (int v = 0; v < kRegisters; ++v) values[v] = load(row + v * kLanes<T>);
    for (int r = 0; r < kRows; ++r) {
      const Batch<T> factor(column[r * a.row_stride]);
      for (int v = 0; v < kRegisters; ++v) sum[r][v] = xsimd::fma(factor, values[v], sum[r][v]);
    }
  }
  for (int r = 0; r < kRows; ++r) {
    T* to = target.c + r * target.leading;
    for (int v = 0; v < kRegisters - 1; ++v, to += kLanes<T>) target.put(sum[r][v], to);
    const Batch<T>& last = sum[r][kRegisters - 1];
    if (wanted.end - wanted.begin == kLanes<T>) {
      target.put(last, to);
    } else {
      alignas(64) T lanes[kLanes<T>];
      last.store_aligned(lanes);
      for (int64_t i = wanted.begin; i < wanted.end; ++i) target.put(lanes[i], to + i);
    }
  }
}

template <class T>
Matrix<T> rows_from(const Matrix<T>& x, int64_t row) {
  return {x.data + row * x.row_stride, x.rows - row, x.columns, x.row_stride, x.column_stride};
}

template <class T>
Matrix<T> columns_from(const Matrix<T>& x, int64_t column) {
  return rows_from(x.transposed(), column).transposed();
}

/// kRows rows of A times up to kTileColumns columns of B. Columns that do not fill a register: a padded B has zeros
/// behind them, otherwise those before them are computed again.
template <int kRows, int kRegisters = kTileRegisters, class T>
void multiply_strip(const Matrix<T>& a, const Matrix<T>& b, bool padded, const Target<T>& target) {
  constexpr int64_t kWidth = kLanes<T>;
  if constexpr (kRegisters > 1) {
    if (b.columns <= (kRegisters - 1) * kWidth) return multiply_strip<kRows, kRegisters - 1>(a, b, padded, target);
  }
  const int64_t missing = kRegisters * kWidth - b.columns;
  if (missing == 0 || padded) return multiply_tile<kRows, kRegisters>(a, b, target, {0, kWidth - missing});
  if constexpr (kRegisters > 1) multiply_tile<kRows, kRegisters - 1>(a, b, target);
  const int64_t last = b.columns - kWidth;
  multiply_tile<kRows, 1>(a, columns_from(b, last), target.at(0, last), {missing, kWidth});
}

/// A times up to kTileColumns columns of B, whose rows are contiguous.
template <class T>
void multiply_columns(const Matrix<T>& a, const Matrix<T>& b, bool padded, const Target<T>& target) {
  int64_t i = 0;
  for (; i + kTileRows <= a.rows; i += kTileRows) {
    multiply_strip<kTileRows>(rows_from(a, i), b, padded, target.at(i, 0));
  }
  for (; i + 2 <= a.rows; i += 2) multiply_strip<2>(rows_from(a, i), b, padded, target.at(i, 0));
  if (i < a.rows) multiply_strip<1>(rows_from(a, i), b, padded, target.at(i, 0));
}

/// B with contiguous rows of kTileColumns elements, in `packed`; zeros fill a last register up.
template <class T>
Matrix<T> pack(const Matrix<T>& b, T* packed) {
  constexpr int64_t kRow = kTileColumns<T>, kSize = static_cast<int64_t>(sizeof(T));
  const auto element = [&](int64_t k, int64_t j) { return b.data[k * b.row_stride + j * b.column_stride]; };
  const bool fours = b.row_stride == 1;  // B's columns are contiguous: 4 x 4 elements at once
  const int64_t rows = fours ? b.rows / 4 * 4 : 0, columns = fours ? b.columns / 4 * 4 : 0;
  constexpr int64_t kRun = 16;  // a cache line of each of B's columns
  for (int64_t begin = 0; begin < rows; begin += kRun) {
    const int64_t end = std::min(begin + kRun, rows);
    // So many columns at a time are more than the processor foresees.
    for (int64_t j = 0; end < rows && j < columns; ++j) __builtin_prefetch(b.data + end + j * b.column_stride);
    for (int64_t j = 0; j < columns; j += 4) {
      for (int64_t k = begin; k < end; k += 4) {
        transpose_4x4<T>(reinterpret_cast<std::byte*>(packed + k * kRow + j), kRow * kSize,
                         reinterpret_cast<const std::byte*>(b.data + k + j * b.column_stride), b.column_stride * kSize);
      }
    }
  }
  const int64_t filled = (b.columns + kLanes<T> - 1) / kLanes<T> * kLanes<T>;
  for (int64_t k = 0; k < b.rows; ++k) {
    T* const to = packed + k * kRow;
    for (int64_t j = k < rows ? columns : 0; j < b.columns; ++j) to[j] = element(k, j);
    std::fill(to + b.columns, to + filled, T(0));
  }
  return {packed, b.rows, b.columns, kRow, 1};
}

// Columns of B beside each other in dot products of kRows rows: one, since the second-level cache delivers columns
// almost twice as fast one after another as side by side. But on AVX2 one row or two would wait for loads, and several
// columns share each load of A.
template <int kRows>
constexpr int kDotColumns = kTileRegisters == 4 || kRows > 2 ? 1 : 8 / kRows;

/// kRows rows of A times B, whose columns are contiguous, by dot products, kColumns columns at a time. GCC 12 keeps the
/// sums in registers only if the loops over them are unrolled explicitly, and reads pointers and strides again after
/// every store to C unless the operands are copies: hence the pragmas and the parameters by value.
template <int kRows, int kColumns = kDotColumns<kRows>, class T>
[[gnu::noinline]] void multiply_dots(const Matrix<T> a, const Matrix<T> b, const Target<T> target) {
  static_assert(kRows <= 8 && kColumns <= 8, "as far as loops are unrolled");
  constexpr bool kPairs = kColumns == 1;  // the sums wait for themselves less in two parts
  constexpr int64_t kWidth = kLanes<T>;
  const int64_t depth = a.columns;
  int64_t column = 0;
  for (; column + kColumns <= b.columns; column += kColumns) {
    const T* const columns = b.data + column * b.column_stride;
    Batch<T> sums[kColumns][kRows], odd[kColumns][kRows];
#pragma GCC unroll 8
    for (int j = 0; j < kColumns; ++j) {
#pragma GCC unroll 8
      for (int i = 0; i < kRows; ++i) sums[j][i] = odd[j][i] = Batch<T>(T(0));
    }
    const auto add = [&](auto& to, auto&& read) {
#pragma GCC unroll 8
      for (int j = 0; j < kColumns; ++j) {
        const Batch<T> values = read(columns + j * b.column_stride);
#pragma GCC unroll 8
        for (int i = 0; i < kRows; ++i) to[j][i] = xsimd::fma(read(a.data + i * a.row_stride), values, to[j][i]);
      }
    };
    int64_t k = 0;
    for (; kPairs && k + 2 * kWidth <= depth; k += 2 * kWidth) {
      add(sums, [&](const T* x) { return load(x + k); });
      add(odd, [&](const T* x) { return load(x + k + kWidth); });
    }
    for (; k + kWidth <= depth; k += kWidth) add(sums, [&](const T* x) { return load(x + k); });
    if (k < depth && depth >= kWidth) {
      add(sums, [&](const T* x) { return keep_last(depth - k, load(x + depth - kWidth), T(0)); });
    } else if (k < depth) {
      add(sums, [&](const T* x) { return load_part(x, depth); });
    }
#pragma GCC unroll 8
    for (int j = 0; j < kColumns; ++j) {
#pragma GCC unroll 8
      for (int i = 0; i < kRows; ++i) {
        const T sum = across_lanes(kPairs ? sums[j][i] + odd[j][i] : sums[j][i], Add());
        target.put(sum, target.at(i, column + j).c);
      }
    }
  }
  if constexpr (kColumns > 1) {
    if (column < b.columns) multiply_dots<kRows, 1>(a, columns_from(b, column), target.at(0, column));
  }
}

template <int kRows = kMostDotRows, class T>
void multiply_few_rows(const Matrix<T>& a, const Matrix<T>& b, const Target<T>& target) {
  int64_t i = 0;
  for (; i + kRows <= a.rows; i += kRows) multiply_dots<kRows>(rows_from(a, i), b, target.at(i, 0));
  if constexpr (kRows > 1) {
    if (i < a.rows) multiply_few_rows<kRows - 1>(rows_from(a, i), b, target.at(i, 0));
  }
}

/// The memory for a packed tile of B.
template <class T>
class TileMemory {
 public:
  explicit TileMemory(int64_t rows)
      : bytes_(static_cast<size_t>(rows * kTileColumns<T>) * sizeof(T)), data_(memory::allocate(bytes_)) {}
  ~TileMemory() { memory::deallocate(data_, bytes_); }
  TileMemory(const TileMemory&) = delete;
  TileMemory& operator=(const TileMemory&) = delete;
  T* data() const { return static_cast<T*>(data_); }

 private:
  size_t bytes_;
  void* data_;
};

}  // namespace

bool direct_gemm_is_faster() {
  static const bool faster = kLanes<float> >= (openblas_has_avx512() ? 16 : 8);
  return faster;
}

template <class T>
void direct_gemm(const Matrix<T>& a, const Matrix<T>& b, T* c, int64_t leading, T alpha, T beta) {
  const Target<T> target{c, leading, alpha, beta};
  const bool in_rows = b.column_stride == 1 || b.columns == 1;
  if (!in_rows && b.row_stride == 1 && a.column_stride == 1 && a.rows < kRowsWorthPacking) {
    return multiply_few_rows(a, b, target);
  }
  const bool in_place =
      in_rows && b.columns >= kLanes<T> && b.rows * b.row_stride * static_cast<int64_t>(sizeof(T)) <= kMostInPlace;
  const int64_t depth = std::min(b.rows, kDepth);
  std::optional<TileMemory<T>> packed;
  if (!in_place) packed.emplace(depth);
  for (int64_t begin = 0; begin < b.rows; begin += depth) {
    const int64_t rows = std::min(depth, b.rows - begin);
    const Matrix<T> left{a.data + begin * a.column_stride, a.rows, rows, a.row_stride, a.column_stride};
    const Target<T> sum{c, leading, alpha, begin == 0 ? beta : T(1)};
    for (int64_t j = 0; j < b.columns; j += kTileColumns<T>) {
      const Matrix<T> tile{b.data + begin * b.row_stride + j * b.column_stride, rows,
                           std::min(kTileColumns<T>, b.columns - j), b.row_stride, b.column_stride};
      multiply_columns(left, in_place ? tile : pack(tile, packed->data()), !in_place, sum.at(0, j));
    }
  }
}

template void direct_gemm(const Matrix<float>&, const Matrix<float>&, float*, int64_t, float, float);
template void direct_gemm(const Matrix<double>&, const Matrix<double>&, double*, int64_t, double, double);

}  // namespace gradus::kernels
