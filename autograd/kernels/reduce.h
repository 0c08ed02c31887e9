#pragma once
// Kernels that make a tensor smaller: sums, products, extremes, norms; and running sums.
#include <gradus/autograd/tensor.h>
#include <bitset>
#include <optional>

namespace gradus::kernels {

/// A set of dimensions: bit d stands for dimension d.
using DimSet = std::bitset<64>;

/// The dimensions of a call such as sum(dim): negative ones count from the end, none at all mean all. Throws IndexError
/// for one out of range, Error for one named twice.
DimSet dim_set(IntArrayRef dims, int64_t ndim);
DimSet all_dims(int64_t ndim);

/// `sizes` without the dimensions `dims`, or with size 1 in their place.
Dims reduced_sizes(IntArrayRef sizes, DimSet dims, bool keepdim);

/// Elements in x along `dims`.
int64_t count_along(IntArrayRef sizes, DimSet dims);

/// A reduction as three nested loops over contiguous memory: result (o, i) combines x[o][k][i] for all k < n.
struct Slices {
  Tensor x;
  int64_t outer = 1, n = 1, inner = 1;
};
/// x as slices along `dims`, or nothing if those dimensions are not neighbours in memory.
std::optional<Slices> slices(const Tensor& x, DimSet dims);
/// x as slices with inner == 1, copied if need be.
Slices rows(const Tensor& x, DimSet dims);

// -- kernels/reduce.cpp: results have x's dtype unless another is named -------------------------------------------
/// The sum, int64 for bool and int64; divided by `divisor` if x is floating point. Accurate to a few units in the last
/// place: blocks are added up in registers, their totals in double.
Tensor sum(const Tensor& x, DimSet dims, bool keepdim, double divisor = 1);
/// int64 for bool and int64.
Tensor prod(const Tensor& x, DimSet dims, bool keepdim);
/// NaN where there is one.
Tensor amax(const Tensor& x, DimSet dims, bool keepdim);
Tensor amin(const Tensor& x, DimSet dims, bool keepdim);
/// bool: whether any / all elements are not 0.
Tensor any(const Tensor& x, DimSet dims, bool keepdim);
Tensor all(const Tensor& x, DimSet dims, bool keepdim);

// -- kernels/arg_extreme.cpp --------------------------------------------------------------------------------------
/// int64 index of the first largest (or smallest) element along `dim`, of the first NaN if there is one; the elements
/// themselves go to `values` if asked for. `dim` is not empty.
Tensor arg_extreme(const Tensor& x, int64_t dim, bool keepdim, bool largest, Tensor* values = nullptr);

// -- kernels/statistics.cpp: floating point only ------------------------------------------------------------------
/// Sum of squared distances from the mean, over n - correction; its root for `root`.
Tensor var(const Tensor& x, DimSet dims, bool keepdim, double correction, bool root);
/// (sum |x|^p)^(1/p); p 0: how many are not 0, p inf: the largest |x|, p -inf: the smallest.
Tensor norm(const Tensor& x, double p, DimSet dims, bool keepdim);
/// log(sum(exp(x))), without overflow.
Tensor logsumexp(const Tensor& x, DimSet dims, bool keepdim);

// -- kernels/scan.cpp ---------------------------------------------------------------------------------------------
/// Running sum along `dim`, from the end for `reverse`; int64 for bool and int64.
Tensor cumsum(const Tensor& x, int64_t dim, bool reverse);
/// g times the product of all other elements along `dims`: the gradient of prod, right for zeros too. g has the
/// product's elements.
Tensor prod_backward(const Tensor& g, const Tensor& x, DimSet dims);

}  // namespace gradus::kernels
