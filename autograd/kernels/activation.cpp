#include <gradus/autograd/kernels/vector_math.h>

namespace gradus::kernels {

Tensor tanh(const Tensor& x, const Tensor& out) {
  return vector_map(
      "tanh", out, [](const auto& v) { return vector_math::tanh(v); }, x);
}

Tensor sigmoid(const Tensor& x, const Tensor& out) {
  return vector_map(
      "sigmoid", out,
      [](const auto& v) {
        using B = std::decay_t<decltype(v)>;
        return B(1) / (B(1) + vector_math::exp(-v));
      },
      x);
}

Tensor softplus(const Tensor& x, double beta, double threshold, const Tensor& out) {
  GRADUS_CHECK(x.is_floating_point(), "softplus: undefined for dtype {}: convert with .to(kFloat32) first",
               to_string(x.dtype()));
  return vector_map(
      "softplus", out,
      [beta, threshold](const auto& v) {
        using B = std::decay_t<decltype(v)>;
        using T = typename B::value_type;
        const B scaled = v * B(static_cast<T>(beta));
        const B curved = vector_math::log1p(vector_math::exp(scaled)) / B(static_cast<T>(beta));
        return xsimd::select(scaled > B(static_cast<T>(threshold)), v, curved);
      },
      x);
}

Tensor logsigmoid(const Tensor& x, const Tensor& out) {
  GRADUS_CHECK(x.is_floating_point(), "logsigmoid: undefined for dtype {}: convert with .to(kFloat32) first",
               to_string(x.dtype()));
  return vector_map(
      "logsigmoid", out,
      [](const auto& v) {  // min(x, 0) - log(1 + exp(-|x|)): exp never overflows
        using B = std::decay_t<decltype(v)>;
        return xsimd::select(v > B(0), B(0), v) - vector_math::log1p(vector_math::exp(-xsimd::abs(v)));
      },
      x);
}

Tensor relu(const Tensor& x, const Tensor& out) {
  GRADUS_CHECK(x.dtype() != kBool, "Boolean inputs not supported for relu");
  return dispatch(x.dtype(), [&]<class T>(T) { return unary<T, T>(x, out, [](T v) { return v < T(0) ? T(0) : v; }); });
}

Tensor leaky_relu(const Tensor& x, double negative_slope, const Tensor& out) {
  return dispatch_floating(x.dtype(), "leaky_relu", [&]<class T>(T) {
    return unary<T, T>(x, out, [slope = static_cast<T>(negative_slope)](T v) { return v > T(0) ? v : v * slope; });
  });
}

Tensor tanh_backward(const Tensor& g, const Tensor& y) {
  return dispatch_floating(y.dtype(), "tanh", [&]<class T>(T) {
    return binary<T, T>(g, y, {}, [](T d, T v) { return d * (T(1) - v * v); });
  });
}

Tensor sigmoid_backward(const Tensor& g, const Tensor& y) {
  return dispatch_floating(y.dtype(), "sigmoid", [&]<class T>(T) {
    return binary<T, T>(g, y, {}, [](T d, T v) { return d * v * (T(1) - v); });
  });
}

Tensor relu_backward(const Tensor& g, const Tensor& y) {
  return dispatch_floating(y.dtype(), "relu", [&]<class T>(T) {
    return binary<T, T>(g, y, {}, [](T d, T v) { return v <= T(0) ? T(0) : d; });
  });
}

Tensor leaky_relu_backward(const Tensor& g, const Tensor& x, double negative_slope) {
  return dispatch_floating(x.dtype(), "leaky_relu", [&]<class T>(T) {
    return binary<T, T>(g, x, {},
                        [slope = static_cast<T>(negative_slope)](T d, T v) { return v > T(0) ? d : d * slope; });
  });
}

}  // namespace gradus::kernels
