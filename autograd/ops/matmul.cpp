#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>
#include <gradus/autograd/kernels/matmul.h>
#include <gradus/autograd/op_registry.h>

namespace gradus {
namespace {

void check_same_dtype(const char* op, const Tensor& a, const Tensor& b) {
  GRADUS_CHECK(a.dtype() == b.dtype(), "{}: expected both operands to have the same dtype, but got {} and {}", op,
               to_string(a.dtype()), to_string(b.dtype()));
}

void check_matrices(const char* op, const Tensor& a, const Tensor& b) {
  GRADUS_CHECK(a.dim() == 2 && b.dim() == 2,
               "{}: expected two matrices, got shapes {} and {} (matmul takes any number of dimensions)", op, a.sizes(),
               b.sizes());
  check_same_dtype(op, a, b);
  GRADUS_CHECK(a.size(1) == b.size(0), "mat1 and mat2 shapes cannot be multiplied ({}x{} and {}x{})", a.size(0),
               a.size(1), b.size(0), b.size(1));
}

}  // namespace

/// Product of two matrices.
struct Mm : Function<Mm> {
  static constexpr auto name = "mm", math = "out = a b;  da = g b^T,  db = a^T g";
  static Tensor forward(Context& ctx, const Tensor& a, const Tensor& b) {
    check_matrices("mm", a, b);
    ctx.save_for_backward(ctx.needs_grad(1) ? a : Tensor(), ctx.needs_grad(0) ? b : Tensor());
    return kernels::mm(a, b);
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    return {ctx.needs_grad(0) ? g.mm(ctx.saved(1).t()) : Tensor(),
            ctx.needs_grad(1) ? ctx.saved(0).t().mm(g) : Tensor()};
  }
  static Samples samples() {
    const auto product = [](const Tensor& a, const Tensor& b) { return a.mm(b); };
    return {{"matrices", product, {randn({3, 4}), randn({4, 2})}},
            {"transposed",
             [](const Tensor& a, const Tensor& b) { return a.t().mm(b.t()); },
             {randn({4, 3}), randn({2, 4})}},
            {"row_slices",
             [](const Tensor& a, const Tensor& b) { return a.narrow(1, 1, 3).mm(b.narrow(1, 0, 2)); },
             {randn({2, 5}), randn({3, 4})}},
            {"column", product, {randn({3, 2}), randn({2, 1})}},
            {"empty", product, {randn({3, 0}), randn({0, 2})}}};
  }
};
Tensor mm(const Tensor& a, const Tensor& b) { return Mm::apply(a, b); }
Tensor Tensor::mm(const Tensor& other) const { return gradus::mm(*this, other); }
OpInfo mm_op() { return op_info<Mm>(); }

/// Product of a matrix and a vector.
struct Mv : Function<Mv> {
  static constexpr auto name = "mv", math = "out = A x;  dA = g x^T,  dx = A^T g";
  static Tensor forward(Context& ctx, const Tensor& matrix, const Tensor& vector) {
    GRADUS_CHECK(matrix.dim() == 2 && vector.dim() == 1, "mv: expected a matrix and a vector, got shapes {} and {}",
                 matrix.sizes(), vector.sizes());
    check_same_dtype("mv", matrix, vector);
    GRADUS_CHECK(matrix.size(1) == vector.size(0), "size mismatch, got mat ({}x{}), vec ({})", matrix.size(0),
                 matrix.size(1), vector.size(0));
    ctx.save_for_backward(ctx.needs_grad(1) ? matrix : Tensor(), ctx.needs_grad(0) ? vector : Tensor());
    return kernels::mv(matrix, vector);
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    return {ctx.needs_grad(0) ? outer(g, ctx.saved(1)) : Tensor(),
            ctx.needs_grad(1) ? ctx.saved(0).t().mv(g) : Tensor()};
  }
  static Samples samples() {
    return {{"vector", [](const Tensor& a, const Tensor& x) { return a.mv(x); }, {randn({3, 4}), randn({4})}},
            {"transposed", [](const Tensor& a, const Tensor& x) { return a.t().mv(x); }, {randn({4, 3}), randn({4})}},
            {"strided_vector",
             [](const Tensor& a, const Tensor& x) { return a.mv(x.select(1, 0)); },
             {randn({2, 6}), randn({6, 2})}}};
  }
};
Tensor mv(const Tensor& matrix, const Tensor& vector) { return Mv::apply(matrix, vector); }
Tensor Tensor::mv(const Tensor& vector) const { return gradus::mv(*this, vector); }
OpInfo mv_op() { return op_info<Mv>(); }

/// Scalar product of two vectors.
struct Dot : Function<Dot> {
  static constexpr auto name = "dot", math = "out = sum_i a_i b_i;  da = g * b,  db = g * a";
  static Tensor forward(Context& ctx, const Tensor& a, const Tensor& b) {
    GRADUS_CHECK(a.dim() == 1 && b.dim() == 1, "1D tensors expected, but got {}D and {}D tensors", a.dim(), b.dim());
    check_same_dtype("dot", a, b);
    GRADUS_CHECK(a.size(0) == b.size(0),
                 "inconsistent tensor size, expected tensor {} and src {} to have the same number of elements, but got "
                 "{} and {} elements respectively",
                 a.sizes(), b.sizes(), a.numel(), b.numel());
    ctx.save_for_backward(ctx.needs_grad(1) ? a : Tensor(), ctx.needs_grad(0) ? b : Tensor());
    return kernels::dot(a, b);
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    return {ctx.needs_grad(0) ? g * ctx.saved(1) : Tensor(), ctx.needs_grad(1) ? g * ctx.saved(0) : Tensor()};
  }
  static Samples samples() {
    const auto product = [](const Tensor& a, const Tensor& b) { return a.dot(b); };
    return {{"vectors", product, {randn({5}), randn({5})}},
            {"strided",
             [](const Tensor& a, const Tensor& b) { return a.select(1, 1).dot(b); },
             {randn({4, 2}), randn({4})}},
            {"empty", product, {randn({0}), randn({0})}}};
  }
};
Tensor dot(const Tensor& a, const Tensor& b) { return Dot::apply(a, b); }
Tensor Tensor::dot(const Tensor& other) const { return gradus::dot(*this, other); }
OpInfo dot_op() { return op_info<Dot>(); }

/// Product of two batches of matrices.
struct Bmm : Function<Bmm> {
  static constexpr auto name = "bmm", math = "out_i = a_i b_i;  da_i = g_i b_i^T,  db_i = a_i^T g_i";
  static Tensor forward(Context& ctx, const Tensor& a, const Tensor& b) {
    GRADUS_CHECK(a.dim() == 3, "batch1 must be a 3D tensor, got shape {}", a.sizes());
    GRADUS_CHECK(b.dim() == 3, "batch2 must be a 3D tensor, got shape {}", b.sizes());
    check_same_dtype("bmm", a, b);
    GRADUS_CHECK(a.size(0) == b.size(0) && a.size(2) == b.size(1),
                 "Expected size for first two dimensions of batch2 tensor to be: [{}, {}] but got: [{}, {}].",
                 a.size(0), a.size(2), b.size(0), b.size(1));
    ctx.save_for_backward(ctx.needs_grad(1) ? a : Tensor(), ctx.needs_grad(0) ? b : Tensor());
    return kernels::bmm(a, b);
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    return {ctx.needs_grad(0) ? g.bmm(ctx.saved(1).mT()) : Tensor(),
            ctx.needs_grad(1) ? ctx.saved(0).mT().bmm(g) : Tensor()};
  }
  static Samples samples() {
    return {{"batch", [](const Tensor& a, const Tensor& b) { return a.bmm(b); }, {randn({2, 3, 2}), randn({2, 2, 3})}},
            {"transposed",
             [](const Tensor& a, const Tensor& b) { return a.mT().bmm(b.transpose(0, 1)); },
             {randn({2, 2, 3}), randn({2, 2, 2})}}};
  }
};
Tensor bmm(const Tensor& a, const Tensor& b) { return Bmm::apply(a, b); }
Tensor Tensor::bmm(const Tensor& other) const { return gradus::bmm(*this, other); }
OpInfo bmm_op() { return op_info<Bmm>(); }

/// Product of two matrices, scaled and added to x.
struct Addmm : Function<Addmm> {
  static constexpr auto name = "addmm",
                        math = "out = beta x + alpha a b;  dx = beta g,  da = alpha g b^T,  db = alpha a^T g";
  Tensor forward(Context& ctx, const Tensor& x, const Tensor& mat1, const Tensor& mat2, Scalar beta_, Scalar alpha_) {
    check_matrices("addmm", mat1, mat2);
    check_same_dtype("addmm", x, mat1);
    const Dims sizes{mat1.size(0), mat2.size(1)};
    GRADUS_CHECK(broadcast_shapes(x.sizes(), sizes) == sizes,
                 "addmm: x of shape {} cannot be expanded to the product's shape {}", x.sizes(), sizes);
    beta = beta_;
    alpha = alpha_;
    x_sizes.assign(x.sizes().begin(), x.sizes().end());
    ctx.save_for_backward(ctx.needs_grad(2) ? mat1 : Tensor(), ctx.needs_grad(1) ? mat2 : Tensor());
    return kernels::addmm(x, mat1, mat2, beta, alpha);
  }
  TensorList backward(Context& ctx, const Tensor& g) const {
    return {ctx.needs_grad(0) ? sum_to(g * beta, x_sizes) : Tensor(),
            ctx.needs_grad(1) ? g.mm(ctx.saved(1).t()) * alpha : Tensor(),
            ctx.needs_grad(2) ? ctx.saved(0).t().mm(g) * alpha : Tensor()};
  }
  static Samples samples() {
    return {{"row",
             [](const Tensor& x, const Tensor& a, const Tensor& b) { return x.addmm(a, b); },
             {randn({2}), randn({3, 2}), randn({2, 2})}},
            {"scaled",
             [](const Tensor& x, const Tensor& a, const Tensor& b) { return x.addmm(a, b, -0.5, 2); },
             {randn({3, 2}), randn({3, 2}), randn({2, 2})}},
            {"column",
             [](const Tensor& x, const Tensor& a, const Tensor& b) { return x.addmm(a, b.t(), 3); },
             {randn({3, 1}), randn({3, 2}), randn({2, 2})}}};
  }

  Scalar beta = 1, alpha = 1;
  Dims x_sizes;
};
Tensor addmm(const Tensor& x, const Tensor& mat1, const Tensor& mat2, Scalar beta, Scalar alpha) {
  return Addmm::apply(x, mat1, mat2, beta, alpha);
}
Tensor Tensor::addmm(const Tensor& mat1, const Tensor& mat2, Scalar beta, Scalar alpha) const {
  return gradus::addmm(*this, mat1, mat2, beta, alpha);
}
OpInfo addmm_op() { return op_info<Addmm>(); }

/// Every element of a times every element of b.
Tensor outer(const Tensor& a, const Tensor& b) {
  GRADUS_CHECK(a.dim() == 1, "outer: Expected 1-D argument self, but got {}-D", a.dim());
  GRADUS_CHECK(b.dim() == 1, "outer: Expected 1-D argument vec2, but got {}-D", b.dim());
  return a.unsqueeze(1) * b;
}
Tensor Tensor::outer(const Tensor& other) const { return gradus::outer(*this, other); }
OpInfo outer_op() {
  return {"outer", "out = a b^T;  da = g b,  db = g^T a", [] {
            return Samples{
                {"vectors", [](const Tensor& a, const Tensor& b) { return a.outer(b); }, {randn({3}), randn({4})}}};
          }};
}

namespace {

// a (..., M, K) and b (..., K, N) of which one has at least three dimensions.
Tensor batched_matmul(const Tensor& a, const Tensor& b) {
  const Dims batch = broadcast_shapes(a.sizes().first(a.sizes().size() - 2), b.sizes().first(b.sizes().size() - 2));
  int64_t count = 1;
  for (const int64_t size : batch) count *= size;
  const auto as_batch = [&](const Tensor& x) {
    Dims sizes = batch;
    sizes.insert(sizes.end(), x.sizes().end() - 2, x.sizes().end());
    return x.expand(sizes).reshape({count, x.size(-2), x.size(-1)});
  };
  Dims sizes = batch;
  sizes.insert(sizes.end(), {a.size(-2), b.size(-1)});
  return as_batch(a).bmm(as_batch(b)).view(sizes);
}

}  // namespace

/// PyTorch's product of any dimensions: vectors become a row on the left, a column on the right, and leave the result
/// again; dimensions before the last two are batches, which broadcast.
Tensor matmul(const Tensor& a, const Tensor& b) {
  GRADUS_CHECK(a.dim() >= 1 && b.dim() >= 1,
               "both arguments to matmul need to be at least 1D, but they are {}D and {}D", a.dim(), b.dim());
  check_same_dtype("matmul", a, b);
  if (a.dim() == 1 && b.dim() == 1) return a.dot(b);
  if (a.dim() == 2 && b.dim() == 1) return a.mv(b);
  if (a.dim() == 1) return matmul(a.unsqueeze(0), b).squeeze(-2);
  if (b.dim() == 1) return matmul(a, b.unsqueeze(1)).squeeze(-1);
  if (a.dim() == 2 && b.dim() == 2) return a.mm(b);
  GRADUS_CHECK(
      a.size(-1) == b.size(-2),
      "matmul: shapes {} and {} cannot be multiplied: the last size of the first must be the last but one of the "
      "second",
      a.sizes(), b.sizes());
  if (b.dim() == 2) {  // one large product in place of many small ones
    Dims sizes(a.sizes().begin(), a.sizes().end());
    sizes.back() = b.size(1);
    return a.flatten(0, -2).mm(b).view(sizes);
  }
  return batched_matmul(a, b);
}
Tensor Tensor::matmul(const Tensor& other) const { return gradus::matmul(*this, other); }
OpInfo matmul_op() {
  return {"matmul", "out = a b, over broadcast batches;  da = g b^T,  db = a^T g, summed over what was broadcast", [] {
            const auto product = [](const Tensor& a, const Tensor& b) { return matmul(a, b); };
            return Samples{{"vector_matrix", product, {randn({3}), randn({3, 2})}},
                           {"batch_matrix", product, {randn({2, 2, 3}), randn({3, 2})}},
                           {"matrix_batch", product, {randn({2, 3}), randn({2, 3, 2})}},
                           {"batch_vector", product, {randn({2, 2, 3}), randn({3})}},
                           {"vector_batch", product, {randn({3}), randn({2, 3, 2})}},
                           {"broadcast_batches", product, {randn({2, 1, 2, 2}), randn({2, 2, 1})}}};
          }};
}

/// x W^T + b, the layer: one node, one pass forward; backward computes what is asked for and nothing else.
struct Linear : Function<Linear> {
  static constexpr auto name = "linear", math = "out = x W^T + b;  dx = g W,  dW = g^T x,  db = sum_rows g";
  static Tensor forward(Context& ctx, const Tensor& x, const Tensor& weight, const Tensor& bias) {
    GRADUS_CHECK(weight.dim() == 2, "linear: expected a weight of shape (out, in), got {}", weight.sizes());
    GRADUS_CHECK(x.dim() >= 1, "linear: expected x of shape (..., {}), got a 0-d tensor", weight.size(1));
    check_same_dtype("linear", x, weight);
    const int64_t in = weight.size(1), out = weight.size(0);
    GRADUS_CHECK(
        x.size(-1) == in,
        "mat1 and mat2 shapes cannot be multiplied ({}x{} and {}x{}): linear: the last size of x, which has shape "
        "{}, must be the weight's in_features {}",
        x.numel() / std::max<int64_t>(x.size(-1), 1), x.size(-1), in, out, x.sizes(), in);
    if (bias.defined()) {
      check_same_dtype("linear", x, bias);
      GRADUS_CHECK(bias.dim() == 1 && bias.size(0) == out, "linear: expected a bias of shape [{}], got {}", out,
                   bias.sizes());
    }
    ctx.save_for_backward(ctx.needs_grad(1) ? x : Tensor(), ctx.needs_grad(0) ? weight : Tensor());
    return kernels::linear(x, weight, bias);
  }
  static TensorList backward(Context& ctx, const Tensor& g) {
    const bool needs_x = ctx.needs_grad(0), needs_weight = ctx.needs_grad(1), needs_bias = ctx.needs_grad(2);
    if (!GradMode::is_enabled()) {
      const Tensor x = needs_weight ? ctx.saved(0) : Tensor();
      const bool one_sample = needs_weight && g.numel() == g.size(-1);
      return {
          needs_x ? kernels::linear_input_gradient(g, ctx.saved(1)) : Tensor(),
          needs_weight && !(one_sample && ctx.keep_product(1, g, x)) ? kernels::linear_weight_gradient(g, x) : Tensor(),
          needs_bias ? kernels::linear_bias_gradient(g) : Tensor()};
    }
    const auto as_rows = [](const Tensor& t) { return t.dim() == 1 ? t.unsqueeze(0) : t.flatten(0, -2); };
    return {needs_x ? g.matmul(ctx.saved(1)) : Tensor(),
            needs_weight ? as_rows(g).t().mm(as_rows(ctx.saved(0))) : Tensor(),
            needs_bias ? as_rows(g).sum(0) : Tensor()};
  }
  static Samples samples() {
    const auto layer = [](const Tensor& x, const Tensor& w, const Tensor& b) { return linear(x, w, b); };
    return {{"batch", layer, {randn({3, 4}), randn({2, 4}), randn({2})}},
            {"single", layer, {randn({4}), randn({3, 4}), randn({3})}},
            {"one_row", layer, {randn({1, 4}), randn({3, 4}), randn({3})}},
            {"sequence", layer, {randn({2, 2, 3}), randn({2, 3}), randn({2})}},
            {"no_bias", [](const Tensor& x, const Tensor& w) { return linear(x, w); }, {randn({3, 2}), randn({2, 2})}},
            {"transposed",
             [](const Tensor& x, const Tensor& w, const Tensor& b) { return linear(x.t(), w.t(), b); },
             {randn({3, 2}), randn({3, 2}), randn({2})}}};
  }
};
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) { return Linear::apply(x, weight, bias); }
OpInfo linear_op() { return op_info<Linear>(); }

}  // namespace gradus
