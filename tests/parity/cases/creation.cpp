#include "../parity.h"

namespace gradus::parity {

Table creation() {
  using T = Tensor;
  return {
      {"arange end", [] { return arange(5); }},
      {"arange real end", [] { return arange(2.5); }},
      {"arange start end", [] { return arange(-2, 3); }},
      {"arange step", [] { return arange(1, 10, 3); }},
      {"arange down", [] { return arange(5, 0, -2); }},
      {"arange real step", [] { return arange(0, 1, 0.1); }},
      {"arange dtype", [] { return arange(3, kFloat64); }},
      {"arange nothing", [] { return arange(0); }},
      {"linspace", [] { return linspace(-1, 1, 7); }},
      {"linspace down", [] { return linspace(3, 0, 4, kFloat64); }},
      {"linspace none", [] { return linspace(3, 5, 0); }},
      {"linspace one", [] { return linspace(3, 5, 1); }},
      {"eye", [] { return eye(3); }},
      {"eye of nothing", [] { return eye(0); }},
      {"eye rectangle", [] { return eye(2, 4); }},
      {"zeros",
       [] {
         return zeros({2, 0, 3});
       }},
      {"ones",
       [] {
         return ones({2, 3}, kInt64);
       }},
      {"full float", [] { return full({2}, 1.5); }},
      {"full int", [] { return full({2}, 7); }},
      {"full dtype",
       [] {
         return full({2, 0}, 1, kFloat64);
       }},
      {"full bool", [] { return full(IntArrayRef{}, true); }},
      {"tensor ints",
       [] {
         return tensor({{1, 2}, {3, 4}});
       }},
      {"tensor floats",
       [] {
         return tensor({0.1, 2.0});
       }},
      {"tensor bools",
       [] {
         return tensor({true, false});
       }},
      {"tensor number", [] { return tensor(3.5); }},
      {"zeros_like", [](T x) { return zeros_like(x); }},
      {"ones_like", [](T x) { return ones_like(x); }},
      {"full_like", [](T x) { return full_like(x, 3); }},
      {"zeros_like dtype", [](T x) { return zeros_like(x, kInt64); }},
      {"full_like dtype", [](T x) { return full_like(x, 2.5, kFloat64); }},
      {"ones_like dtype", [](T x) { return ones_like(x, kBool); }},
  };
}

}  // namespace gradus::parity
