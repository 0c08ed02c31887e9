// Tensors from numbers, from nothing and from a seed. None of these has a gradient.
#include <gradus/autograd/check.h>
#include <gradus/autograd/kernels/dispatch.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/random.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace gradus {
namespace {

Tensor finished(Tensor tensor, const TensorOptions& options) {
  if (options.requires_grad_or_false()) tensor.requires_grad_();
  return tensor;
}

/// dtype of `options`, or that of a number: bool, int64, or the default dtype.
Dtype dtype_for(const TensorOptions& options, Dtype kind) {
  return options.dtype_or(kind == kFloat64 ? get_default_dtype() : kind);
}

/// A tensor whose elements, in row-major order, are value(0), value(1), ...
template <class F>
Tensor generate(IntArrayRef sizes, Dtype dtype, F value) {
  Tensor tensor = kernels::empty(sizes, dtype);
  dispatch(dtype, [&]<class T>(T) {
    auto* data = reinterpret_cast<T*>(tensor.impl()->data);
    for (int64_t i = 0; i < tensor.numel(); ++i) data[i] = static_cast<T>(value(i));
  });
  return tensor;
}

Generator& or_default(Generator* generator) { return generator ? *generator : default_generator(); }

}  // namespace

TensorData::TensorData(std::initializer_list<TensorData> list) {
  kind_ = list.size() == 0 ? kFloat64 : kBool;
  for (const TensorData& item : list) kind_ = promote_types(kind_, item.kind_);
  sizes_.push_back(static_cast<int64_t>(list.size()));
  if (list.size() > 0) sizes_.insert(sizes_.end(), list.begin()->sizes_.begin(), list.begin()->sizes_.end());
  for (const TensorData& item : list) {
    GRADUS_CHECK_VALUE(item.sizes() == list.begin()->sizes(),
                       "tensor(): nested lists must have the same lengths, but one has shape {} and another {}",
                       list.begin()->sizes(), item.sizes());
    if (kind_ == kFloat64) {
      values_.insert(values_.end(), item.values_.begin(), item.values_.end());
      values_.insert(values_.end(), item.integers_.begin(), item.integers_.end());  // one of the two is empty
    } else {
      integers_.insert(integers_.end(), item.integers_.begin(), item.integers_.end());
    }
  }
}

Tensor TensorData::to_tensor(const TensorOptions& options) const {
  Tensor result = generate(sizes_, dtype_for(options, kind_), [this](int64_t i) {
    const auto at = static_cast<size_t>(i);
    return kind_ == kFloat64 ? values_[at] : static_cast<double>(integers_[at]);
  });
  if (kind_ != kFloat64 && result.dtype() == kInt64 && !integers_.empty()) {  // beyond 2^53 a double would round
    std::memcpy(result.impl()->data, integers_.data(), integers_.size() * sizeof(int64_t));
  }
  return finished(result, options);
}

Tensor tensor(const TensorData& data, const TensorOptions& options) { return data.to_tensor(options); }

Tensor scalar_tensor(Scalar value, const TensorOptions& options) {
  return full({}, value, TensorOptions(options.dtype_or_default()).requires_grad(options.requires_grad_or_false()));
}

Tensor from_blob(void* data, IntArrayRef sizes, const TensorOptions& options, std::function<void()> deleter) {
  return from_blob(data, sizes, Layout::contiguous(sizes)->strides(), options, std::move(deleter));
}

Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, const TensorOptions& options,
                 std::function<void()> deleter) {
  const Dtype dtype = options.dtype_or_default();
  Ptr<const Layout> layout = Layout::strided(sizes, strides);
  int64_t extent = layout->numel() == 0 ? 0 : 1;
  for (size_t d = 0; d < sizes.size() && extent > 0; ++d) {
    GRADUS_CHECK(strides[d] >= 0, "from_blob: negative strides are not supported, got {}", strides);
    extent += (sizes[d] - 1) * strides[d];
  }
  Ptr<Storage> storage = Storage::adopt(data, static_cast<size_t>(extent) * element_size(dtype), std::move(deleter));
  std::byte* first = storage->data();
  Tensor tensor(Ptr<TensorImpl>(new TensorImpl(std::move(storage), first, std::move(layout), dtype)));
  return finished(tensor, options);
}

Tensor empty(IntArrayRef sizes, const TensorOptions& options) {
  return finished(kernels::empty(sizes, options.dtype_or_default()), options);
}

Tensor empty_strided(IntArrayRef sizes, IntArrayRef strides, const TensorOptions& options) {
  Ptr<const Layout> layout = Layout::strided(sizes, strides);
  int64_t extent = layout->numel() == 0 ? 0 : 1;
  for (size_t d = 0; d < sizes.size() && extent > 0; ++d) {
    GRADUS_CHECK(strides[d] >= 0, "empty_strided: negative strides are not supported, got {}", strides);
    extent += (sizes[d] - 1) * strides[d];
  }
  return finished(kernels::alias(kernels::empty({extent}, options.dtype_or_default()), layout), options);
}

Tensor full(IntArrayRef sizes, Scalar value, const TensorOptions& options) {
  Tensor tensor = kernels::empty(sizes, dtype_for(options, value.kind()));
  kernels::fill(tensor, value);
  return finished(tensor, options);
}

Tensor zeros(IntArrayRef sizes, const TensorOptions& options) {
  Tensor tensor = kernels::empty(sizes, options.dtype_or_default());
  std::memset(tensor.impl()->data, 0, static_cast<size_t>(tensor.numel()) * tensor.element_size());
  return finished(tensor, options);
}

Tensor ones(IntArrayRef sizes, const TensorOptions& options) {
  return full(sizes, 1, TensorOptions(options.dtype_or_default()).requires_grad(options.requires_grad_or_false()));
}

Tensor eye(int64_t n, const TensorOptions& options) { return eye(n, n, options); }

Tensor eye(int64_t n, int64_t m, const TensorOptions& options) {
  GRADUS_CHECK(n >= 0 && m >= 0, "eye: n and m must be greater or equal to 0, got {} and {}", n, m);
  return finished(generate({n, m}, options.dtype_or_default(), [m](int64_t i) { return i / m == i % m ? 1 : 0; }),
                  options);
}

Tensor arange(Scalar end, const TensorOptions& options) { return arange(0, end, 1, options); }
Tensor arange(Scalar start, Scalar end, const TensorOptions& options) { return arange(start, end, 1, options); }

Tensor arange(Scalar start, Scalar end, Scalar step, const TensorOptions& options) {
  const bool real = start.is_floating_point() || end.is_floating_point() || step.is_floating_point();
  const double a = start.to<double>(), b = end.to<double>(), by = step.to<double>();
  GRADUS_CHECK(by != 0, "step must be nonzero");
  GRADUS_CHECK(std::isfinite(a) && std::isfinite(b), "unsupported range: {} -> {}", a, b);
  GRADUS_CHECK((by > 0) == (b >= a) || a == b, "upper bound and larger bound inconsistent with step sign");
  const auto count = static_cast<int64_t>(std::ceil((b - a) / by));
  const Dtype dtype = dtype_for(options, real ? kFloat64 : kInt64);
  if (real)
    return finished(generate({count}, dtype, [a, by](int64_t i) { return a + static_cast<double>(i) * by; }), options);
  const auto first = start.to<int64_t>(), stride = step.to<int64_t>();
  return finished(generate({count}, dtype, [first, stride](int64_t i) { return first + i * stride; }), options);
}

Tensor linspace(Scalar start, Scalar end, int64_t steps, const TensorOptions& options) {
  GRADUS_CHECK(steps >= 0, "number of steps must be non-negative, got {}", steps);
  const double a = start.to<double>(), b = end.to<double>();
  const double by = steps > 1 ? (b - a) / static_cast<double>(steps - 1) : 0;
  return finished(generate({steps}, options.dtype_or_default(),
                           [=](int64_t i) {  // from both ends, so that the last value is exactly `end`
                             return i < steps / 2 || steps == 1 ? a + by * static_cast<double>(i)
                                                                : b - by * static_cast<double>(steps - 1 - i);
                           }),
                  options);
}

Tensor rand(IntArrayRef sizes, const TensorOptions& options, Generator* generator) {
  Generator& random = or_default(generator);
  const Dtype dtype = options.dtype_or_default();
  GRADUS_CHECK(is_floating_point(dtype), "rand: undefined for dtype {}: ask for a floating-point dtype",
               to_string(dtype));
  if (dtype == kFloat32)
    return finished(generate(sizes, dtype, [&](int64_t) { return random.uniform_float(); }), options);
  return finished(generate(sizes, dtype, [&](int64_t) { return random.uniform_double(); }), options);
}

Tensor randn(IntArrayRef sizes, const TensorOptions& options, Generator* generator) {
  Generator& random = or_default(generator);
  const Dtype dtype = options.dtype_or_default();
  GRADUS_CHECK(is_floating_point(dtype), "randn: undefined for dtype {}: ask for a floating-point dtype",
               to_string(dtype));
  return finished(generate(sizes, dtype, [&](int64_t) { return random.normal(); }), options);
}

Tensor randint(int64_t high, IntArrayRef sizes, const TensorOptions& options, Generator* generator) {
  return randint(0, high, sizes, options, generator);
}

Tensor randint(int64_t low, int64_t high, IntArrayRef sizes, const TensorOptions& options, Generator* generator) {
  GRADUS_CHECK(low < high, "random_ expects 'from' to be less than 'to', but got from={} >= to={}", low, high);
  Generator& random = or_default(generator);
  const auto range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  return finished(generate(sizes, options.dtype_or(kInt64),
                           [&](int64_t) { return low + static_cast<int64_t>(random.uniform_int(range)); }),
                  options);
}

Tensor bernoulli(const Tensor& p, Generator* generator) {
  Generator& random = or_default(generator);
  const std::vector<double> probability = p.to_vector<double>();
  for (const double each : probability) {
    GRADUS_CHECK(each >= 0 && each <= 1, "Expected p_in >= 0 && p_in <= 1 to be true, but got p = {}", each);
  }
  return generate(p.sizes(), p.dtype(),
                  [&](int64_t i) { return random.uniform_double() < probability[static_cast<size_t>(i)] ? 1 : 0; });
}

Tensor randperm(int64_t n, const TensorOptions& options, Generator* generator) {
  GRADUS_CHECK(n >= 0, "n must be non-negative, got {}", n);
  Generator& random = or_default(generator);
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.uniform_int(i)]);  // Fisher-Yates
  return finished(generate({n}, options.dtype_or(kInt64), [&](int64_t i) { return order[static_cast<size_t>(i)]; }),
                  options);
}

// -- like another tensor ----------------------------------------------------------------------------------------------

static TensorOptions like(const Tensor& x, const TensorOptions& options) {
  return TensorOptions(options.dtype_or(x.dtype())).requires_grad(options.requires_grad_or_false());
}

Tensor empty_like(const Tensor& x) { return kernels::empty_like(x); }
Tensor empty_like(const Tensor& x, const TensorOptions& options) { return empty(x.sizes(), like(x, options)); }
Tensor zeros_like(const Tensor& x) { return zeros_like(x, {}); }
Tensor zeros_like(const Tensor& x, const TensorOptions& options) { return zeros(x.sizes(), like(x, options)); }
Tensor ones_like(const Tensor& x) { return ones_like(x, {}); }
Tensor ones_like(const Tensor& x, const TensorOptions& options) { return ones(x.sizes(), like(x, options)); }
Tensor full_like(const Tensor& x, Scalar value) { return full_like(x, value, {}); }
Tensor full_like(const Tensor& x, Scalar value, const TensorOptions& options) {
  return full(x.sizes(), value, like(x, options));
}
Tensor rand_like(const Tensor& x) { return rand_like(x, {}); }
Tensor rand_like(const Tensor& x, const TensorOptions& options) { return rand(x.sizes(), like(x, options)); }
Tensor randn_like(const Tensor& x) { return randn_like(x, {}); }
Tensor randn_like(const Tensor& x, const TensorOptions& options) { return randn(x.sizes(), like(x, options)); }

// -- random numbers into a tensor -------------------------------------------------------------------------------------

Tensor& Tensor::uniform_(double from, double to, Generator* generator) {
  GRADUS_CHECK(from <= to, "uniform_ expects to return a [from, to) range, but found from={} > to={}", from, to);
  return copy_(rand(sizes(), dtype(), generator) * (to - from) + from);
}

Tensor& Tensor::normal_(double mean, double std, Generator* generator) {
  GRADUS_CHECK(std >= 0, "normal expects std >= 0.0, but found std {}", std);
  return copy_(randn(sizes(), dtype(), generator) * std + mean);
}

Tensor& Tensor::bernoulli_(double p, Generator* generator) {
  return copy_(bernoulli(full(sizes(), p, kFloat64), generator));
}

Tensor& Tensor::random_(int64_t from, int64_t to, Generator* generator) {
  return copy_(randint(from, to, sizes(), kInt64, generator));
}

}  // namespace gradus
