#include "../parity.h"

#include <limits>

namespace gradus::parity {

Table reduce() {
  using T = Tensor;
  constexpr double inf = std::numeric_limits<double>::infinity();
  return {
      {"sum", [](T a) { return sum(a); }},
      {"sum dtype", [](T a) { return sum(a, kFloat64); }},
      {"sum dim 0", [](T a) { return sum(a, 0); }},
      {"sum dim -1", [](T a) { return sum(a, -1); }},
      {"sum dim keepdim", [](T a) { return sum(a, 1, true); }},
      {"sum dims",
       [](T a) {
         return sum(a, {0, 2});
       }},
      {"sum dims keepdim",
       [](T a) {
         return sum(a, {-1, 0}, true);
       }},
      {"mean", [](T a) { return mean(a); }},
      {"mean dtype", [](T a) { return mean(a, kFloat64); }},
      {"mean dim 0", [](T a) { return mean(a, 0); }},
      {"mean dim keepdim", [](T a) { return mean(a, -1, true); }},
      {"mean dims",
       [](T a) {
         return mean(a, {0, 1});
       }},
      {"var", [](T a) { return var(a); }},
      {"var biased", [](T a) { return var(a, false); }},
      {"var dim", [](T a) { return a.var({0}); }},
      {"var dim biased keepdim", [](T a) { return a.var({-1}, false, true); }},
      {"var dims",
       [](T a) {
         return a.var({0, 2});
       }},
      {"std", [](T a) { return a.std(); }},
      {"std biased", [](T a) { return a.std(false); }},
      {"std dim", [](T a) { return a.std({0}); }},
      {"std dim biased keepdim", [](T a) { return a.std({-1}, false, true); }},
      {"prod", [](T a) { return prod(a); }},
      {"prod dim", [](T a) { return a.prod(1); }},
      {"prod dim keepdim", [](T a) { return a.prod(0, true); }},
      {"max", [](T a) { return max(a); }},
      {"max dim", [](T a) { return a.max(1); }},
      {"max dim keepdim", [](T a) { return a.max(0, true); }},
      {"amax", [](T a) { return amax(a); }},
      {"amax dim", [](T a) { return amax(a, 1); }},
      {"amax dims keepdim",
       [](T a) {
         return amax(a, {0, -1}, true);
       }},
      {"argmax", [](T a) { return argmax(a); }},
      {"argmax dim", [](T a) { return argmax(a, 1); }},
      {"argmax dim keepdim", [](T a) { return argmax(a, 0, true); }},
      {"min", [](T a) { return min(a); }},
      {"min dim", [](T a) { return a.min(1); }},
      {"min dim keepdim", [](T a) { return a.min(0, true); }},
      {"amin", [](T a) { return amin(a); }},
      {"amin dim", [](T a) { return amin(a, 1); }},
      {"amin dims keepdim",
       [](T a) {
         return amin(a, {0, -1}, true);
       }},
      {"argmin", [](T a) { return argmin(a); }},
      {"argmin dim", [](T a) { return argmin(a, 1); }},
      {"argmin dim keepdim", [](T a) { return argmin(a, 0, true); }},
      {"logsumexp", [](T a) { return logsumexp(a, 1); }},
      {"logsumexp dims keepdim",
       [](T a) {
         return logsumexp(a, {0, 1}, true);
       }},
      {"any", [](T a) { return any(a); }},
      {"any dim", [](T a) { return any(a, 0); }},
      {"any dim keepdim", [](T a) { return any(a, -1, true); }},
      {"all", [](T a) { return all(a); }},
      {"all dim", [](T a) { return all(a, 0); }},
      {"all dim keepdim", [](T a) { return all(a, -1, true); }},
      {"cumsum", [](T a) { return cumsum(a, 0); }},
      {"cumsum last", [](T a) { return cumsum(a, -1); }},
      {"cumsum dtype", [](T a) { return cumsum(a, 0, kFloat64); }},
      {"norm", [](T a) { return norm(a); }},
      {"norm 0", [](T a) { return norm(a, 0); }},
      {"norm 1", [](T a) { return norm(a, 1); }},
      {"norm 3", [](T a) { return norm(a, 3); }},
      {"norm 2.5", [](T a) { return norm(a, 2.5); }},
      {"norm inf", [](T a) { return norm(a, inf); }},
      {"norm -inf", [](T a) { return norm(a, -inf); }},
      {"norm dim", [](T a) { return norm(a, 2, 1); }},
      {"norm dim keepdim", [](T a) { return norm(a, 2, 0, true); }},
      {"norm 1 dims",
       [](T a) {
         return norm(a, 1, {0, 1});
       }},
      {"norm inf dim", [](T a) { return norm(a, inf, 1); }},
      {"softmax last", [](T a) { return softmax(a, -1); }},
      {"softmax first", [](T a) { return softmax(a, 0); }},
      {"softmax 1", [](T a) { return softmax(a, 1); }},
      {"softmax 0-d", [](T a) { return softmax(a, 0); }},
      {"log_softmax 0-d", [](T a) { return log_softmax(a, 0); }},
      {"log_softmax last", [](T a) { return log_softmax(a, -1); }},
      {"log_softmax first", [](T a) { return log_softmax(a, 0); }},
      {"log_softmax 1", [](T a) { return log_softmax(a, 1); }},
  };
}

}  // namespace gradus::parity
