#pragma once
// Elementwise kernels. Operands are broadcast and promoted as PyTorch promotes (result_type); integers given to a
// function with real values (exp, div ...) give the default floating-point dtype. NaN goes through every one of them.
// `out` may be an operand itself.
#include <gradus/autograd/tensor.h>

namespace gradus::kernels {

// -- arithmetic: kernels/arithmetic.cpp ---------------------------------------------------------------------------
/// a + alpha * b. bool: logical or.
Tensor add(const Tensor& a, const Tensor& b, double alpha = 1, const Tensor& out = {});
/// total += x, of one shape and dtype.
void add_in_place(Tensor& total, const Tensor& x);
/// factor *= x, x broadcast and converted.
void mul_in_place(Tensor& factor, const Tensor& x);
/// a * b. bool: logical and.
Tensor mul(const Tensor& a, const Tensor& b, const Tensor& out = {});
/// a / b, with a floating-point result always.
Tensor div(const Tensor& a, const Tensor& b, const Tensor& out = {});
/// The larger one; NaN if either is NaN.
Tensor maximum(const Tensor& a, const Tensor& b, const Tensor& out = {});
/// The smaller one; NaN if either is NaN.
Tensor minimum(const Tensor& a, const Tensor& b, const Tensor& out = {});
Tensor neg(const Tensor& x, const Tensor& out = {});
Tensor abs(const Tensor& x, const Tensor& out = {});
/// -1, 0 or 1; 0 for NaN.
Tensor sign(const Tensor& x, const Tensor& out = {});
Tensor square(const Tensor& x, const Tensor& out = {});
Tensor reciprocal(const Tensor& x, const Tensor& out = {});
Tensor sqrt(const Tensor& x, const Tensor& out = {});
Tensor rsqrt(const Tensor& x, const Tensor& out = {});
Tensor floor(const Tensor& x, const Tensor& out = {});
Tensor ceil(const Tensor& x, const Tensor& out = {});
/// Half to even.
Tensor round(const Tensor& x, const Tensor& out = {});

// -- powers: kernels/power.cpp ------------------------------------------------------------------------------------
Tensor pow(const Tensor& base, const Tensor& exponent, const Tensor& out = {});
/// The common exponents (2, 3, 0.5, -0.5, -1, -2, 0, 1) are products, roots and quotients.
Tensor pow(const Tensor& base, Scalar exponent, const Tensor& out = {});

// -- three operands: kernels/ternary.cpp --------------------------------------------------------------------------
/// x + value * a * b
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value, const Tensor& out = {});
/// x + value * a / b
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, Scalar value, const Tensor& out = {});
/// start + weight * (end - start); the end exactly at weight 1.
Tensor lerp(const Tensor& start, const Tensor& end, double weight, const Tensor& out = {});
/// a where condition (bool) holds, b elsewhere.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b, const Tensor& out = {});
/// x limited to [min, max]; max where min > max. NaN in any of them gives NaN. Without a value: no limit.
Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max, const Tensor& out = {});

// -- functions with real values: kernels/transcendental.cpp -------------------------------------------------------
Tensor exp(const Tensor& x, const Tensor& out = {});
Tensor expm1(const Tensor& x, const Tensor& out = {});
Tensor log(const Tensor& x, const Tensor& out = {});
Tensor log1p(const Tensor& x, const Tensor& out = {});
Tensor log2(const Tensor& x, const Tensor& out = {});
Tensor log10(const Tensor& x, const Tensor& out = {});
Tensor sin(const Tensor& x, const Tensor& out = {});
Tensor cos(const Tensor& x, const Tensor& out = {});
Tensor tan(const Tensor& x, const Tensor& out = {});

// -- activations: kernels/activation.cpp --------------------------------------------------------------------------
Tensor tanh(const Tensor& x, const Tensor& out = {});
/// 1 / (1 + exp(-x))
Tensor sigmoid(const Tensor& x, const Tensor& out = {});
/// x, or 0 where x < 0.
Tensor relu(const Tensor& x, const Tensor& out = {});
/// x where x > 0, slope * x elsewhere.
Tensor leaky_relu(const Tensor& x, double negative_slope, const Tensor& out = {});
/// log(1 + exp(beta * x)) / beta; x itself where beta * x > threshold.
Tensor softplus(const Tensor& x, double beta, double threshold, const Tensor& out = {});
/// log(sigmoid(x))
Tensor logsigmoid(const Tensor& x, const Tensor& out = {});
/// g * (1 - y * y)
Tensor tanh_backward(const Tensor& g, const Tensor& y);
/// g * y * (1 - y)
Tensor sigmoid_backward(const Tensor& g, const Tensor& y);
/// g, or 0 where y <= 0.
Tensor relu_backward(const Tensor& g, const Tensor& y);
/// g where x > 0, slope * g elsewhere.
Tensor leaky_relu_backward(const Tensor& g, const Tensor& x, double negative_slope);

// -- comparisons and truth: kernels/comparison.cpp ----------------------------------------------------------------
Tensor eq(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, const Tensor& b);
Tensor lt(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_xor(const Tensor& a, const Tensor& b);
Tensor logical_not(const Tensor& x);
/// Bit by bit, for bool and int64; a bool's one bit is its truth.
Tensor bitwise_and(const Tensor& a, const Tensor& b);
Tensor bitwise_or(const Tensor& a, const Tensor& b);
Tensor bitwise_xor(const Tensor& a, const Tensor& b);
Tensor bitwise_not(const Tensor& x);
Tensor isnan(const Tensor& x);
Tensor isinf(const Tensor& x);
Tensor isfinite(const Tensor& x);
/// |a - b| <= atol + rtol * |b|, or equal (infinities), or both NaN where that counts.
Tensor isclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan);

}  // namespace gradus::kernels
