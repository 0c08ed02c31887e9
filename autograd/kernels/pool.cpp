#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/parallel.h>
#include <gradus/autograd/kernels/pool.h>

#include <limits>

namespace gradus::kernels {
namespace {

Dims with_plane(const Tensor& x, int64_t height, int64_t width) {
  Dims sizes(x.sizes().begin(), x.sizes().end());
  sizes[sizes.size() - 2] = height;
  sizes.back() = width;
  return sizes;
}

/// f(plane) for every image of every channel, on several threads if they are many.
template <class F>
void for_each_plane(int64_t planes, const Window& w, const F& f) {
  const int64_t each = std::max<int64_t>(w.y.out * w.x.out * w.y.kernel * w.x.kernel, 1);
  parallel_for(planes, std::max<int64_t>(kSimpleGrain / each, 1), [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) f(plane);
  });
}

int64_t planes_of(const Tensor& x) {
  int64_t planes = 1;
  for (const int64_t size : x.sizes().first(x.sizes().size() - 2)) planes *= size;
  return planes;
}

/// row(row of the plane, its number, first, range) for the rows and columns of the window at the places (oy, all):
/// place i of `range` meets row[first + i * stride].
template <class T, class Row>
void for_each_tap(T* plane, const Window& w, int64_t oy, const Row& row) {
  for (int64_t ky = 0; ky < w.y.kernel; ++ky) {
    const int64_t y = w.y.input(oy, ky);
    if (!w.y.contains(y)) continue;
    for (int64_t kx = 0; kx < w.x.kernel; ++kx) row(plane + y * w.x.in, y, w.x.input(0, kx), w.x.places(kx));
  }
}

/// The first input that the window at a place meets.
int64_t first_input(const WindowDim& d, int64_t place) {
  const int64_t i = d.input(place, 0);
  return i >= 0 ? i : i + (-i + d.dilation - 1) / d.dilation * d.dilation;
}

// An index as wide as the numbers, so that both are compared and chosen in registers of as many lanes.
template <class T>
using Index = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;

/// One row of maxima. kStride is the stride, or 0 for any.
template <int kStride, class T>
void max_row(const T* plane, const Window& w, int64_t oy, T* out, Index<T>* index) {
  const int64_t stride = kStride ? kStride : w.x.stride, first_row = first_input(w.y, oy) * w.x.in;
  for (int64_t i = 0; i < w.x.out; ++i) {
    out[i] = -std::numeric_limits<T>::infinity();
    index[i] = static_cast<Index<T>>(first_row + first_input(w.x, i));
  }
  for_each_tap(plane, w, oy, [&](const T* row, int64_t y, int64_t first, WindowDim::Range range) {
    const auto start = static_cast<Index<T>>(y * w.x.in + first), step = static_cast<Index<T>>(stride);
#pragma omp simd
    for (int64_t i = range.begin; i < range.end; ++i) {
      const T value = row[first + i * stride], best = out[i];
      const bool larger = value > best || value != value;  // so that NaN stays
      out[i] = larger ? value : best;
      index[i] = larger ? start + static_cast<Index<T>>(i) * step : index[i];
    }
  });
}

}  // namespace

Tensor max_pool2d(const Tensor& x, const Window& w, Tensor* indices) {
  const Tensor source = contiguous(x);
  Tensor out = empty(with_plane(x, w.y.out, w.x.out), x.dtype());
  if (indices) *indices = empty(out.sizes(), kInt64);
  const int64_t pixels = w.y.in * w.x.in, places = w.y.out * w.x.out, planes = planes_of(x);
  GRADUS_CHECK(pixels <= std::numeric_limits<int32_t>::max(), "max_pool2d: an image of {} x {} is too large", w.y.in,
               w.x.in);
  const auto row_function = [&]<class T>(T) {
    return w.x.stride == 1 ? &max_row<1, T> : w.x.stride == 2 ? &max_row<2, T> : &max_row<0, T>;
  };
  dispatch_floating(x.dtype(), "max_pool2d", [&]<class T>(T type) {
    const T* from = source.data_ptr<T>();
    T* to = out.data_ptr<T>();
    int64_t* index = indices ? indices->data_ptr<int64_t>() : nullptr;
    const auto row = row_function(type);
    const Tensor scratch = empty({planes, w.x.out}, x.dtype());
    for_each_plane(planes, w, [&](int64_t plane) {
      Index<T>* const index_row = reinterpret_cast<Index<T>*>(scratch.data_ptr<T>()) + plane * w.x.out;
      for (int64_t oy = 0; oy < w.y.out; ++oy) {
        const int64_t place = plane * places + oy * w.x.out;
        row(from + plane * pixels, w, oy, to + place, index_row);
        if (index) std::copy_n(index_row, w.x.out, index + place);
      }
    });
  });
  return out;
}

Tensor max_pool2d_backward(const Tensor& g, const Tensor& indices, const Window& w) {
  const Tensor gradient = contiguous(g), index = contiguous(indices);
  Tensor out = empty(with_plane(g, w.y.in, w.x.in), g.dtype());
  const int64_t pixels = w.y.in * w.x.in, places = w.y.out * w.x.out;
  dispatch_floating(g.dtype(), "max_pool2d", [&]<class T>(T) {
    for_each_plane(planes_of(g), w, [&](int64_t plane) {
      const T* from = gradient.data_ptr<T>() + plane * places;
      const int64_t* where = index.data_ptr<int64_t>() + plane * places;
      T* to = out.data_ptr<T>() + plane * pixels;
      std::fill_n(to, pixels, T(0));
      for (int64_t i = 0; i < places; ++i) to[where[i]] += from[i];
    });
  });
  return out;
}

namespace {

/// The size of the window at a place in one dimension, as it counts for the divisor. PyTorch's rule: padding counts,
/// what ceil_mode adds beyond it does not.
int64_t extent(const WindowDim& d, int64_t place, bool include_padding) {
  const int64_t begin = d.input(place, 0), end = std::min(begin + d.kernel, d.in + d.padding);
  return include_padding ? end - begin : std::max<int64_t>(std::min(end, d.in) - std::max<int64_t>(begin, 0), 0);
}

/// What the sum at each place is divided by: (oh, ow).
Tensor divisors(const Window& w, AverageDivisor divisor, Dtype dtype) {
  Tensor out = empty({w.y.out, w.x.out}, dtype);
  dispatch_floating(dtype, "avg_pool2d", [&]<class T>(T) {
    T* to = out.data_ptr<T>();
    for (int64_t oy = 0; oy < w.y.out; ++oy) {
      const int64_t height = extent(w.y, oy, divisor.count_include_pad);
      for (int64_t ox = 0; ox < w.x.out; ++ox) {
        const int64_t count = height * extent(w.x, ox, divisor.count_include_pad);
        // A window that meets nothing has sum 0: it stays 0.
        *to++ = static_cast<T>(divisor.divisor_override ? divisor.divisor_override : std::max<int64_t>(count, 1));
      }
    }
  });
  return out;
}

}  // namespace

Tensor avg_pool2d(const Tensor& x, const Window& w, AverageDivisor divisor) {
  const Tensor source = contiguous(x), by = divisors(w, divisor, x.dtype());
  Tensor out = empty(with_plane(x, w.y.out, w.x.out), x.dtype());
  const int64_t pixels = w.y.in * w.x.in, places = w.y.out * w.x.out, stride = w.x.stride;
  dispatch_floating(x.dtype(), "avg_pool2d", [&]<class T>(T) {
    for_each_plane(planes_of(x), w, [&](int64_t plane) {
      const T *from = source.data_ptr<T>() + plane * pixels, *divide = by.data_ptr<T>();
      T* to = out.data_ptr<T>() + plane * places;
      for (int64_t oy = 0; oy < w.y.out; ++oy, to += w.x.out, divide += w.x.out) {
        std::fill_n(to, w.x.out, T(0));
        for_each_tap(from, w, oy, [&](const T* row, int64_t, int64_t first, WindowDim::Range range) {
          for (int64_t i = range.begin; i < range.end; ++i) to[i] += row[first + i * stride];
        });
        for (int64_t i = 0; i < w.x.out; ++i) to[i] /= divide[i];
      }
    });
  });
  return out;
}

Tensor avg_pool2d_backward(const Tensor& g, const Window& w, AverageDivisor divisor) {
  const Tensor gradient = contiguous(g), by = divisors(w, divisor, g.dtype());
  Tensor out = empty(with_plane(g, w.y.in, w.x.in), g.dtype());
  const int64_t pixels = w.y.in * w.x.in, places = w.y.out * w.x.out, stride = w.x.stride;
  dispatch_floating(g.dtype(), "avg_pool2d", [&]<class T>(T) {
    for_each_plane(planes_of(g), w, [&](int64_t plane) {
      const T *from = gradient.data_ptr<T>() + plane * places, *divide = by.data_ptr<T>();
      T* to = out.data_ptr<T>() + plane * pixels;
      std::fill_n(to, pixels, T(0));
      for (int64_t oy = 0; oy < w.y.out; ++oy, from += w.x.out, divide += w.x.out) {
        for_each_tap(to, w, oy, [&](T* row, int64_t, int64_t first, WindowDim::Range range) {
          for (int64_t i = range.begin; i < range.end; ++i) row[first + i * stride] += from[i] / divide[i];
        });
      }
    });
  });
  return out;
}

}  // namespace gradus::kernels
