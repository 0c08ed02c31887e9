#include "../parity.h"

namespace gradus::parity {

Table arithmetic() {
  using T = Tensor;
  return {
      {"add", [](T a, T b) { return a + b; }},
      {"add alpha", [](T a, T b) { return add(a, b, {.alpha = 0.5}); }},
      {"add alpha int", [](T a, T b) { return add(a, b, {.alpha = 3}); }},
      {"add number", [](T a) { return a + 1.5; }},
      {"number add", [](T a) { return 2 + a; }},
      {"sub", [](T a, T b) { return a - b; }},
      {"sub alpha", [](T a, T b) { return sub(a, b, {.alpha = 2}); }},
      {"sub number", [](T a) { return a - 0.75; }},
      {"number sub", [](T a) { return 1 - a; }},
      {"mul", [](T a, T b) { return a * b; }},
      {"mul number", [](T a) { return a * -1.5; }},
      {"number mul", [](T a) { return 3 * a; }},
      {"mul itself", [](T a) { return a * a; }},
      {"div", [](T a, T b) { return a / b; }},
      {"div number", [](T a) { return a / 4; }},
      {"number div", [](T a) { return 3 / a; }},
      {"pow", [](T a, T b) { return pow(a, b); }},
      {"pow 2", [](T a) { return a.pow(2); }},
      {"pow 3", [](T a) { return a.pow(3); }},
      {"pow -1", [](T a) { return a.pow(-1); }},
      {"pow 0", [](T a) { return a.pow(0); }},
      {"pow 1", [](T a) { return a.pow(1); }},
      {"pow 4", [](T a) { return a.pow(4); }},
      {"pow 0.5", [](T a) { return a.pow(0.5); }},
      {"pow -1.5", [](T a) { return a.pow(-1.5); }},
      {"2 pow", [](T a) { return pow(2, a); }},
      {"0.5 pow", [](T a) { return pow(0.5, a); }},
      {"0 pow", [](T a) { return pow(0.0, a); }},
      {"neg", [](T a) { return -a; }},
      {"addcmul", [](T x, T a, T b) { return addcmul(x, a, b); }},
      {"addcmul value", [](T x, T a, T b) { return addcmul(x, a, b, -0.5); }},
      {"addcdiv", [](T x, T a, T b) { return addcdiv(x, a, b); }},
      {"addcdiv value", [](T x, T a, T b) { return addcdiv(x, a, b, 2.0); }},
      {"lerp", [](T a, T b) { return lerp(a, b, 0.3); }},
      {"lerp beyond", [](T a, T b) { return lerp(a, b, 1.5); }},
      {"add_", [](T a, T b) { return a.clone().add_(b, {.alpha = 2}); }},
      {"sub_", [](T a, T b) { return a.clone().sub_(b); }},
      {"mul_", [](T a, T b) { return a.clone().mul_(b); }},
      {"div_", [](T a, T b) { return a.clone().div_(b); }},
      {"pow_", [](T a) { return a.clone().pow_(2); }},
      {"addcmul_", [](T x, T a, T b) { return x.clone().addcmul_(a, b, 0.5); }},
      {"addcdiv_", [](T x, T a, T b) { return x.clone().addcdiv_(a, b, 0.5); }},
      {"lerp_", [](T a, T b) { return a.clone().lerp_(b, 0.25); }},
      {"used three times", [](T a, T b) { return a * b + a / (b * b + 1) - a; }},
  };
}

}  // namespace gradus::parity
