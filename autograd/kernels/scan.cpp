// Running sums, and the products of all elements but one.
#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/kernels/reduce.h>

namespace gradus::kernels {

Tensor cumsum(const Tensor& x, int64_t dim, bool reverse) {
  DimSet dims;
  if (x.dim() > 0) dims[static_cast<size_t>(dim)] = true;
  const Tensor source = contiguous(x);
  const Slices s = *slices(source, dims);  // contiguous, one dimension: always neighbours
  return dispatch(x.dtype(), [&]<class T>(T) {
    using R = std::conditional_t<std::is_floating_point_v<T>, T, int64_t>;
    using Total = std::conditional_t<std::is_floating_point_v<T>, double, int64_t>;
    Tensor out = empty(x.sizes(), dtype_of<R>::value);
    const T* from = source.data_ptr<T>();
    R* to = out.data_ptr<R>();
    const int64_t step = reverse ? -s.inner : s.inner;
    for (int64_t o = 0; o < s.outer; ++o) {
      for (int64_t j = 0; j < s.inner; ++j) {
        int64_t at = o * s.n * s.inner + j + (reverse ? (s.n - 1) * s.inner : 0);
        Total total = 0;
        for (int64_t i = 0; i < s.n; ++i, at += step) {
          total += static_cast<Total>(from[at]);
          to[at] = static_cast<R>(total);
        }
      }
    }
    return out;
  });
}

Tensor prod_backward(const Tensor& g, const Tensor& x, DimSet dims) {
  const Tensor source = contiguous(x), gradient = contiguous(g);
  Tensor out = empty(x.sizes(), x.dtype());
  const Slices s = *slices(source, dims);  // prod reduces one dimension, or all
  dispatch_floating(x.dtype(), "prod", [&]<class T>(T) {
    const T *from = source.data_ptr<T>(), *weight = gradient.data_ptr<T>();
    T* to = out.data_ptr<T>();
    for (int64_t o = 0; o < s.outer; ++o) {
      for (int64_t j = 0; j < s.inner; ++j) {
        const int64_t first = o * s.n * s.inner + j;
        T before = weight[o * s.inner + j], after = 1;
        for (int64_t i = 0; i < s.n; ++i) {
          to[first + i * s.inner] = before;
          before *= from[first + i * s.inner];
        }
        for (int64_t i = s.n; i-- > 0;) {
          to[first + i * s.inner] *= after;
          after *= from[first + i * s.inner];
        }
      }
    }
  });
  return out;
}

}  // namespace gradus::kernels
