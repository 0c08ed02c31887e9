#include "../parity.h"

namespace gradus::parity {

Table matmul() {
  using T = Tensor;
  return {
      {"mm", [](T a, T b) { return mm(a, b); }},
      {"mv", [](T a, T b) { return mv(a, b); }},
      {"dot", [](T a, T b) { return dot(a, b); }},
      {"outer", [](T a, T b) { return outer(a, b); }},
      {"bmm", [](T a, T b) { return bmm(a, b); }},
      {"matmul", [](T a, T b) { return gradus::matmul(a, b); }},
      {"addmm", [](T x, T a, T b) { return addmm(x, a, b); }},
      {"addmm beta alpha", [](T x, T a, T b) { return addmm(x, a, b, 0.5, -2); }},
      {"addmm beta 0", [](T x, T a, T b) { return addmm(x, a, b, 0); }},
      {"linear", [](T x, T w) { return linear(x, w); }},
      {"linear bias", [](T x, T w, T b) { return linear(x, w, b); }},
      {"chain", [](T x, T a, T b) { return gradus::matmul(gradus::matmul(x, a).sigmoid(), b.t()); }},
  };
}

}  // namespace gradus::parity
