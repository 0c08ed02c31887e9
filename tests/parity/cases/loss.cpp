#include "../parity.h"

namespace gradus::parity {

Table loss() {
  using T = Tensor;
  const auto nll = [](T x, T y, T w, Reduction r, int64_t ignore_index = -100) {
    return nll_loss(x.log_softmax(x.dim() == 1 ? 0 : 1), y, w, r, ignore_index);
  };
  const auto bce_logits = [](T x, T y, T w, T pos, Reduction r) {
    return binary_cross_entropy_with_logits(x, y, w, pos, r);
  };
  Table table{
      {"layer_norm", [](T x) { return layer_norm(x, 4); }},
      {"layer_norm weight", [](T x, T w) { return layer_norm(x, 4, w); }},
      {"layer_norm affine", [](T x, T w, T b) { return layer_norm(x, 4, w, b); }},
      {"layer_norm eps", [](T x, T w, T b) { return layer_norm(x, 4, w, b, 0.5); }},
      {"layer_norm dims",
       [](T x, T w, T b) {
         return layer_norm(x, {3, 4}, w, b);
       }},
      {"layer_norm long", [](T x, T w, T b) { return layer_norm(x, 37, w, b); }},
      {"layer_norm constant input", [](T x, T w, T b) { return layer_norm(x, 4, w, b); }},
      {"dropout eval", [](T x) { return dropout(x, 0.3, false); }},
      {"dropout 0", [](T x) { return dropout(x, 0); }},
      {"dropout 1", [](T x) { return dropout(x, 1); }},
  };
  const std::pair<const char*, Reduction> reductions[] = {
      {"mean", Reduction::kMean}, {"sum", Reduction::kSum}, {"none", Reduction::kNone}};
  for (const auto& [name, reduction] : reductions) {
    const Reduction r = reduction;
    const std::string n = name;
    table.insert({
        {"mse_loss " + n, [r](T x, T y) { return mse_loss(x, y, r); }},
        {"l1_loss " + n, [r](T x, T y) { return l1_loss(x, y, r); }},
        {"smooth_l1_loss " + n + " beta 1", [r](T x, T y) { return smooth_l1_loss(x, y, r); }},
        {"smooth_l1_loss " + n + " beta 0.25", [r](T x, T y) { return smooth_l1_loss(x, y, r, 0.25); }},
        {"smooth_l1_loss " + n + " beta 0", [r](T x, T y) { return smooth_l1_loss(x, y, r, 0); }},
        {"binary_cross_entropy " + n, [r](T x, T y) { return binary_cross_entropy(x, y, {}, r); }},
        {"binary_cross_entropy weight " + n, [r](T x, T y, T w) { return binary_cross_entropy(x, y, w, r); }},
        {"binary_cross_entropy_with_logits " + n, [=](T x, T y) { return bce_logits(x, y, {}, {}, r); }},
        {"binary_cross_entropy_with_logits weight " + n, [=](T x, T y, T w) { return bce_logits(x, y, w, {}, r); }},
        {"binary_cross_entropy_with_logits pos_weight " + n, [=](T x, T y, T w) { return bce_logits(x, y, {}, w, r); }},
        {"binary_cross_entropy_with_logits both weights " + n,
         [=](T x, T y, T w, T p) { return bce_logits(x, y, w, p, r); }},
        {"nll_loss " + n, [=](T x, T y) { return nll(x, y, {}, r); }},
        {"nll_loss weight " + n, [=](T x, T y, T w) { return nll(x, y, w, r); }},
        {"nll_loss ignore 3 " + n, [=](T x, T y) { return nll(x, y, {}, r, 3); }},
        {"cross_entropy " + n, [r](T x, T y) { return cross_entropy(x, y, {}, r); }},
        {"cross_entropy weight " + n, [r](T x, T y, T w) { return cross_entropy(x, y, w, r); }},
        {"cross_entropy ignore 0 " + n, [r](T x, T y) { return cross_entropy(x, y, {}, r, 0); }},
        {"cross_entropy smoothing " + n, [r](T x, T y) { return cross_entropy(x, y, {}, r, -100, 0.1); }},
        {"cross_entropy smoothing weight " + n, [r](T x, T y, T w) { return cross_entropy(x, y, w, r, -100, 0.25); }},
        {"cross_entropy smoothing 1 " + n, [r](T x, T y) { return cross_entropy(x, y, {}, r, -100, 1); }},
        {"cross_entropy smoothing weight ignore 0 " + n,
         [r](T x, T y, T w) { return cross_entropy(x, y, w, r, 0, 0.25); }},
        {"cross_entropy probabilities " + n, [r](T x, T y) { return cross_entropy(x, y, {}, r); }},
        {"cross_entropy probabilities weight " + n, [r](T x, T y, T w) { return cross_entropy(x, y, w, r); }},
        {"cross_entropy probabilities smoothing " + n, [r](T x, T y) { return cross_entropy(x, y, {}, r, -100, 0.1); }},
        {"cross_entropy probabilities smoothing weight " + n,
         [r](T x, T y, T w) { return cross_entropy(x, y, w, r, -100, 0.25); }},
    });
  }
  return table;
}

}  // namespace gradus::parity
