#include <gradus/autograd/kernels/conv.h>
#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/gemm.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/parallel.h>

namespace gradus::kernels {
namespace {

/// The sizes of a convolution of one group of channels in one image, as matrices:
/// out (O, places) = weight (O, taps) columns (taps, places).
struct Sizes {
  Sizes(int64_t images_, int64_t in, int64_t out, const Window& window, int64_t groups_)
      : images(images_),
        groups(groups_),
        channels(in / groups_),
        outputs(out / groups_),
        pixels(window.y.in * window.x.in),
        places(window.y.out * window.x.out),
        taps(channels * window.y.kernel * window.x.kernel) {}
  int64_t images, groups;
  int64_t channels, outputs;  // of one group
  int64_t pixels, places, taps;
};

/// True if the columns are the image itself: one pixel at a time, each once.
bool is_pointwise(const Window& w) {
  const auto one = [](const WindowDim& d) { return d.kernel == 1 && d.stride == 1 && d.padding == 0 && d.out == d.in; };
  return one(w.y) && one(w.x);
}

/// Calls row(columns_row, image_row, range) for every row of the columns (channel, ky, kx) and every row of places in
/// it: a place in `range` meets image_row[place * stride]; image_row is null where the whole row meets padding.
template <class C, class X, class Row>
void for_each_row(C* columns, X* image, int64_t channels, const Window& w, const Row& row) {
  for (int64_t c = 0; c < channels; ++c, image += w.y.in * w.x.in) {
    for (int64_t ky = 0; ky < w.y.kernel; ++ky) {
      for (int64_t kx = 0; kx < w.x.kernel; ++kx) {
        const WindowDim::Range range = w.x.places(kx);
        const int64_t first = w.x.input(0, kx);
        for (int64_t oy = 0; oy < w.y.out; ++oy, columns += w.x.out) {
          const int64_t y = w.y.input(oy, ky);
          if (w.y.contains(y)) {
            row(columns, image + y * w.x.in, first, range);
          } else {
            row(columns, image, first, WindowDim::Range{0, 0});
          }
        }
      }
    }
  }
}

/// columns (channels kh kw, places): row (c, ky, kx) holds what that element of the window meets at each place, 0 in
/// the padding. kStride is the stride, or 0 for any.
template <int kStride, class T>
void im2col_strided(const T* image, int64_t channels, const Window& w, T* columns) {
  const int64_t places = w.x.out, stride = kStride ? kStride : w.x.stride;
  for_each_row(columns, image, channels, w, [&](T* to, const T* from, int64_t first, WindowDim::Range range) {
    for (int64_t i = 0; i < range.begin; ++i) to[i] = T(0);
#pragma omp simd
    for (int64_t i = range.begin; i < range.end; ++i) to[i] = from[first + i * stride];
    for (int64_t i = range.end; i < places; ++i) to[i] = T(0);
  });
}
template <class T>
void im2col(const T* image, int64_t channels, const Window& w, T* columns) {
  const auto by_stride = w.x.stride == 1   ? im2col_strided<1, T>
                         : w.x.stride == 2 ? im2col_strided<2, T>
                                           : im2col_strided<0, T>;
  by_stride(image, channels, w, columns);
}

/// The reverse: adds every element of the columns to the pixel that im2col took it from.
template <int kStride, class T>
void col2im_strided(const T* columns, int64_t channels, const Window& w, T* image) {
  const int64_t stride = kStride ? kStride : w.x.stride;
  for_each_row(columns, image, channels, w, [&](const T* from, T* to, int64_t first, WindowDim::Range range) {
#pragma omp simd
    for (int64_t i = range.begin; i < range.end; ++i) to[first + i * stride] += from[i];
  });
}
template <class T>
void col2im(const T* columns, int64_t channels, const Window& w, T* image) {
  const auto by_stride = w.x.stride == 1   ? col2im_strided<1, T>
                         : w.x.stride == 2 ? col2im_strided<2, T>
                                           : col2im_strided<0, T>;
  by_stride(columns, channels, w, image);
}

/// f(image, columns) for every image, on several threads if there is enough to multiply; `columns` is room for the
/// columns of one group.
template <class T, class F>
void for_each_image(const Sizes& s, bool needs_columns, const F& f) {
  constexpr int64_t kFewestProducts = int64_t{1} << 20;  // multiplications that are worth a thread: some 20 us
  if (s.images == 0) return;
  const int64_t room = needs_columns ? s.taps * s.places : 0, threads = get_num_threads();
  const Tensor columns = empty({threads, room}, dtype_of<T>::value);
  T* const all = columns.data_ptr<T>();
  const int64_t each = std::max<int64_t>(s.groups * s.outputs * s.taps * s.places, 1);
  parallel_for(s.images, std::max<int64_t>(kFewestProducts / each, 1), [&](int64_t begin, int64_t end) {
    T* const mine = all + room * (begin * threads / s.images);  // ranges begin at least images / threads apart
    for (int64_t n = begin; n < end; ++n) f(n, mine);
  });
}

template <class T>
Matrix<T> matrix(const T* data, int64_t rows, int64_t columns) {
  return {data, rows, columns, columns, 1};
}

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Window& window, int64_t groups) {
  const Tensor image = contiguous(x), w = contiguous(weight), b = bias.defined() ? contiguous(bias) : Tensor();
  const Sizes s(x.size(0), x.size(1), weight.size(0), window, groups);
  const bool pointwise = is_pointwise(window);
  Tensor out = empty({s.images, weight.size(0), window.y.out, window.x.out}, x.dtype());
  dispatch_floating(x.dtype(), "conv2d", [&]<class T>(T) {
    const T *pixels = image.data_ptr<T>(), *weights = w.data_ptr<T>(),
            *biases = b.defined() ? b.data_ptr<T>() : nullptr;
    T* const results = out.data_ptr<T>();
    for_each_image<T>(s, !pointwise, [&](int64_t n, T* columns) {
      for (int64_t group = 0; group < groups; ++group) {
        const T* from = pixels + (n * groups + group) * s.channels * s.pixels;
        T* to = results + (n * groups + group) * s.outputs * s.places;
        if (biases) {  // the product is added to the bias
          for (int64_t o = 0; o < s.outputs; ++o) {
            std::fill_n(to + o * s.places, s.places, biases[group * s.outputs + o]);
          }
        }
        if (!pointwise) im2col(from, s.channels, window, columns);
        gemm(matrix(weights + group * s.outputs * s.taps, s.outputs, s.taps),
             matrix(pointwise ? from : columns, s.taps, s.places), to, T(1), T(biases ? 1 : 0));
      }
    });
  });
  return out;
}

Tensor conv2d_input(const Tensor& weight, const Tensor& g, const Window& window, int64_t groups) {
  const Tensor w = contiguous(weight), gradient = contiguous(g);
  const Sizes s(g.size(0), weight.size(1) * groups, weight.size(0), window, groups);
  const bool pointwise = is_pointwise(window);
  Tensor out = empty({s.images, weight.size(1) * groups, window.y.in, window.x.in}, g.dtype());
  dispatch_floating(g.dtype(), "conv2d_input", [&]<class T>(T) {
    const T *gradients = gradient.data_ptr<T>(), *weights = w.data_ptr<T>();
    T* const results = out.data_ptr<T>();
    for_each_image<T>(s, !pointwise, [&](int64_t n, T* columns) {
      for (int64_t group = 0; group < groups; ++group) {
        T* to = results + (n * groups + group) * s.channels * s.pixels;
        gemm(matrix(weights + group * s.outputs * s.taps, s.outputs, s.taps).transposed(),
             matrix(gradients + (n * groups + group) * s.outputs * s.places, s.outputs, s.places),
             pointwise ? to : columns);
        if (pointwise) continue;
        std::fill_n(to, s.channels * s.pixels, T(0));
        col2im(columns, s.channels, window, to);
      }
    });
  });
  return out;
}

Tensor conv2d_weight(const Tensor& x, const Tensor& g, const Window& window, int64_t groups) {
  const Tensor image = contiguous(x), gradient = contiguous(g);
  const Sizes s(x.size(0), x.size(1), g.size(1), window, groups);
  const bool pointwise = is_pointwise(window);
  Tensor out = empty({g.size(1), s.channels, window.y.kernel, window.x.kernel}, x.dtype());
  const Tensor scratch = empty({pointwise ? 0 : s.taps, s.places}, x.dtype());
  dispatch_floating(x.dtype(), "conv2d_weight", [&]<class T>(T) {
    const T *pixels = image.data_ptr<T>(), *gradients = gradient.data_ptr<T>();
    T *const results = out.data_ptr<T>(), *const columns = scratch.data_ptr<T>();
    if (s.images == 0) std::fill_n(results, out.numel(), T(0));
    for (int64_t n = 0; n < s.images; ++n) {  // one after another, since all add to one result
      for (int64_t group = 0; group < groups; ++group) {
        const T* from = pixels + (n * groups + group) * s.channels * s.pixels;
        if (!pointwise) im2col(from, s.channels, window, columns);
        gemm(matrix(gradients + (n * groups + group) * s.outputs * s.places, s.outputs, s.places),
             matrix(pointwise ? from : columns, s.taps, s.places).transposed(), results + group * s.outputs * s.taps,
             T(1), T(n == 0 ? 0 : 1));
      }
    }
  });
  return out;
}

}  // namespace gradus::kernels
