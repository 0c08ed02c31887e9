#include <gradus/autograd/indexing.h>

#include "../parity.h"

namespace gradus::parity {

Table shape() {
  using T = Tensor;
  return {
      {"view",
       [](T x) {
         return x.view({2, -1});
       }},
      {"view 0-d", [](T x) { return x.view(IntArrayRef{}); }},
      {"reshape",
       [](T x) {
         return x.reshape({2, -1});
       }},
      {"flatten", [](T x) { return x.flatten(); }},
      {"flatten dims", [](T x) { return flatten(x, 1, -1); }},
      {"unflatten",
       [](T x) {
         return x.unflatten(-1, {2, 2});
       }},
      {"t", [](T x) { return x.t(); }},
      {"transpose", [](T x) { return x.transpose(0, -1); }},
      {"permute",
       [](T x) {
         return x.permute({2, 0, 1});
       }},
      {"squeeze", [](T x) { return x.squeeze(); }},
      {"squeeze dim", [](T x) { return x.squeeze(1); }},
      {"unsqueeze", [](T x) { return x.unsqueeze(1); }},
      {"unsqueeze last", [](T x) { return x.unsqueeze(-1); }},
      {"expand",
       [](T x) {
         return x.expand({2, 3, 4});
       }},
      {"expand -1",
       [](T x) {
         return x.expand({2, -1, -1});
       }},
      {"view_as", [](T x, T y) { return x.view_as(y); }},
      {"reshape_as", [](T x, T y) { return x.reshape_as(y); }},
      {"expand_as", [](T x, T y) { return x.expand_as(y); }},
      {"ravel", [](T x) { return x.ravel(); }},
      {"type_as", [](T x, T y) { return x.type_as(y); }},
      {"narrow", [](T x) { return x.narrow(1, 1, 2); }},
      {"slice", [](T x) { return x.slice(0, 1, 3); }},
      {"slice step", [](T x) { return x.slice(1, 0, 4, 3); }},
      {"slice negative", [](T x) { return x.slice(1, -3, -1); }},
      {"slice beyond", [](T x) { return x.slice(0, 2, 100); }},
      {"slice nothing", [](T x) { return x.slice(0, 4, 2); }},
      {"select", [](T x) { return x.select(1, -1); }},
      {"row", [](T x) { return x[1]; }},
      {"row of row", [](T x) { return x[1][2]; }},
      {"diagonal", [](T x) { return x.diagonal(); }},
      {"diagonal offset", [](T x) { return x.diagonal(1, 0, 2); }},
      {"diagonal below", [](T x) { return x.diagonal(-1); }},
      {"as_strided",
       [](T x) {
         return x.as_strided({2, 2}, {3, 1}, 1);
       }},
      {"as_strided overlapping",
       [](T x) {
         return x.as_strided({3, 3}, {1, 1});
       }},
      {"split", [](T x) { return x.split(2); }},
      {"split sizes",
       [](T x) {
         return x.split({1, 3}, 1);
       }},
      {"chunk", [](T x) { return x.chunk(3, -1); }},
      {"unbind", [](T x) { return x.unbind(1); }},
      {"clone", [](T x) { return x.clone(); }},
      {"contiguous", [](T x) { return x.contiguous(); }},
      {"to float64", [](T x) { return x.to(kFloat64); }},
      {"to float32", [](T x) { return x.to(kFloat32); }},
      {"to int64", [](T x) { return x.to(kInt64); }},
      {"to bool", [](T x) { return x.to(kBool); }},
      {"cat",
       [](T a, T b) {
         return cat({a, b});
       }},
      {"cat last",
       [](T a, T b) {
         return cat({a, b, a}, -1);
       }},
      {"stack",
       [](T a, T b) {
         return stack({a, b});
       }},
      {"stack last",
       [](T a, T b) {
         return stack({a, b, a}, -1);
       }},
      {"repeat",
       [](T x) {
         return x.repeat({2, 1, 2});
       }},
      {"tril", [](T x) { return tril(x); }},
      {"triu", [](T x) { return triu(x, 1); }},
      {"views of views", [](T x) { return x.transpose(0, 1).slice(0, 1).reshape({-1}).slice(0, 0, std::nullopt, 2); }},
      {"view add_",
       [](T x) {
         T y = x.clone();
         y[1].add_(2);
         return y;
       }},
      {"view mul_",
       [](T x) {
         T y = x * 2;
         y.slice(1, 1).mul_(y[0][0].clone());
         return y;
       }},
      {"view copy_",
       [](T x, T v) {
         T y = x.clone();
         y.select(1, 1) = v;
         return y;
       }},
      {"transposed view zero_",
       [](T x) {
         T y = x * 1;
         y.t()[1].zero_();
         return y * y;
       }},
      {"broadcast_tensors",
       [](T a, T b) {
         return broadcast_tensors({a, b});
       }},
      {"sum_to_size",
       [](T x) {
         return sum_to(x, {3, 1});
       }},
  };
}

}  // namespace gradus::parity
