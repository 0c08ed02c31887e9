#include "../parity.h"

namespace gradus::parity {

Table comparison() {
  using T = Tensor;
  return {
      {"eq", [](T a, T b) { return a == b; }},
      {"ne", [](T a, T b) { return a != b; }},
      {"lt", [](T a, T b) { return a < b; }},
      {"le", [](T a, T b) { return a <= b; }},
      {"gt", [](T a, T b) { return a > b; }},
      {"ge", [](T a, T b) { return a >= b; }},
      {"eq number", [](T a) { return a == 0.5; }},
      {"ne number", [](T a) { return a != 0.5; }},
      {"lt number", [](T a) { return a < 0.5; }},
      {"le number", [](T a) { return a <= 0.5; }},
      {"gt number", [](T a) { return a > 0.5; }},
      {"ge number", [](T a) { return a >= 0.5; }},
      {"eq int", [](T a) { return a.eq(1); }},
      {"ne int", [](T a) { return a.ne(1); }},
      {"lt int", [](T a) { return a.lt(1); }},
      {"le int", [](T a) { return a.le(1); }},
      {"gt int", [](T a) { return a.gt(1); }},
      {"ge int", [](T a) { return a.ge(1); }},
      {"logical_and", [](T a, T b) { return logical_and(a, b); }},
      {"logical_or", [](T a, T b) { return logical_or(a, b); }},
      {"logical_xor", [](T a, T b) { return logical_xor(a, b); }},
      {"logical_not", [](T a) { return logical_not(a); }},
      {"&", [](T a, T b) { return a & b; }},
      {"|", [](T a, T b) { return a | b; }},
      {"^", [](T a, T b) { return a ^ b; }},
      {"~", [](T a) { return ~a; }},
      {"isnan", [](T a) { return isnan(a); }},
      {"isinf", [](T a) { return isinf(a); }},
      {"isfinite", [](T a) { return isfinite(a); }},
      {"isclose", [](T a, T b) { return isclose(a, b); }},
      {"isclose options", [](T a, T b) { return isclose(a, b, {.rtol = 0.2, .atol = 0, .equal_nan = true}); }},
      {"allclose", [](T a, T b) { return allclose(a, b); }},
      {"allclose options", [](T a, T b) { return allclose(a, b, {.rtol = 0.2, .equal_nan = true}); }},
      {"equal", [](T a, T b) { return equal(a, b); }},
  };
}

}  // namespace gradus::parity
