#include <gradus/autograd/indexing.h>

#include "../parity.h"

namespace gradus::parity {
namespace {

/// Applies f to a copy and returns the copy.
template <class F>
Tensor put(const Tensor& x, F f) {
  Tensor y = x.clone();
  f(y);
  return y;
}

}  // namespace

Table index() {
  using T = Tensor;
  return {
      {"gather", [](T x, T i) { return x.gather(1, i); }},
      {"gather 0", [](T x, T i) { return x.gather(0, i); }},
      {"scatter_add", [](T x, T i, T s) { return x.scatter_add(0, i, s); }},
      {"scatter_add_", [](T x, T i, T s) { return put(x, [&](T& y) { y.scatter_add_(1, i, s); }); }},
      {"index_select", [](T x, T i) { return x.index_select(0, i); }},
      {"index_select last", [](T x, T i) { return x.index_select(-1, i); }},
      {"index_add", [](T x, T i, T s) { return x.index_add(0, i, s); }},
      {"index_add_", [](T x, T i, T s) { return put(x, [&](T& y) { y.index_add_(1, i, s); }); }},
      {"masked_select", [](T x, T m) { return x.masked_select(m); }},
      {"one_hot", [](T c) { return one_hot(c, 4); }},
      {"one_hot classes", [](T c) { return one_hot(c); }},
      {"nonzero", [](T x) { return nonzero(x); }},
      {"where indices", [](T c) { return where(c); }},
      {"sort", [](T x) { return x.sort(); }},
      {"sort descending", [](T x) { return x.sort(-1, true); }},
      {"sort 0", [](T x) { return x.sort(0); }},
      {"argsort", [](T x) { return x.argsort(); }},
      {"argsort descending 0", [](T x) { return x.argsort(0, true); }},
      {"topk", [](T x) { return x.topk(2); }},
      {"topk smallest", [](T x) { return x.topk(2, 0, false); }},
      {"[i, j]",
       [](T x) {
         return x.index({1, -1});
       }},
      {"[:, j]",
       [](T x) {
         return x.index({Slice(), 2});
       }},
      {"[..., j]",
       [](T x) {
         return x.index({"...", 0});
       }},
      {"[None]",
       [](T x) {
         return x.index({None, Slice(), None});
       }},
      {"[a:b, ::s]",
       [](T x) {
         return x.index({Slice(1), Slice(None, None, 2)});
       }},
      {"[tensor]", [](T x, T i) { return x[i]; }},
      {"[:, tensor]",
       [](T x, T i) {
         return x.index({Slice(), i});
       }},
      {"[tensor, tensor]",
       [](T x, T i, T j) {
         return x.index({i, j});
       }},
      {"[tensor, :, tensor]",
       [](T x, T i, T j) {
         return x.index({i, Slice(), j});
       }},
      {"[tensor, i]",
       [](T x, T i) {
         return x.index({i, 1});
       }},
      {"[mask]", [](T x, T m) { return x.index({m}); }},
      {"[i, j] = number", [](T x) { return put(x, [](T& y) {
                                      y.index_put_({1, 2}, 5.0);
                                    }); }},
      {"[i] = tensor", [](T x, T v) { return put(x, [&](T& y) { y[1] = v; }); }},
      {"[:, a:b] = tensor", [](T x, T v) { return put(x, [&](T& y) {
                                             y.index({Slice(), Slice(1, 3)}) = v;
                                           }); }},
      {"[tensor] = tensor", [](T x, T i, T v) { return put(x, [&](T& y) { y.index_put_({i}, v); }); }},
      {"[mask] = tensor", [](T x, T m, T v) { return put(x, [&](T& y) { y.index_put_({m}, v); }); }},
      {"[mask] = number", [](T x, T m) { return put(x, [&](T& y) { y.index_put_({m}, 0.5); }); }},
  };
}

}  // namespace gradus::parity
