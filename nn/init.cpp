#include <gradus/autograd/check.h>
#include <gradus/autograd/random.h>
#include <gradus/nn/init.h>

#include <cmath>

namespace gradus::nn::init {

Tensor uniform_(Tensor tensor, double low, double high, Generator* generator) {
  const NoGradGuard no_grad;
  return tensor.uniform_(low, high, generator);
}

Tensor normal_(Tensor tensor, double mean, double std, Generator* generator) {
  const NoGradGuard no_grad;
  return tensor.normal_(mean, std, generator);
}

Tensor constant_(Tensor tensor, Scalar value) {
  const NoGradGuard no_grad;
  return tensor.fill_(value);
}

Tensor ones_(Tensor tensor) { return constant_(std::move(tensor), 1); }

Tensor zeros_(Tensor tensor) { return constant_(std::move(tensor), 0); }

Tensor eye_(Tensor tensor) {
  GRADUS_CHECK_VALUE(tensor.dim() == 2, "Only tensors with 2 dimensions are supported, got sizes {}", tensor.sizes());
  const NoGradGuard no_grad;
  return tensor.copy_(eye(tensor.size(0), tensor.size(1), tensor.dtype()));
}

namespace {

/// A normal number between low and high, in standard deviations. Draws from the normal distribution where it hits
/// often enough, and otherwise evenly between the bounds, keeping x with the probability density(x) / largest density.
double truncated_normal(double low, double high, Generator& generator) {
  const double hit_rate = (std::erf(high / std::sqrt(2)) - std::erf(low / std::sqrt(2))) / 2;
  if (hit_rate > 0.25) {
    for (;;) {
      const double x = generator.normal();
      if (low <= x && x <= high) return x;
    }
  }
  const double mode = low > 0 ? low : high < 0 ? high : 0;
  for (;;) {
    const double x = low + (high - low) * generator.uniform_double();
    if (generator.uniform_double() <= std::exp((mode * mode - x * x) / 2)) return x;
  }
}

}  // namespace

Tensor trunc_normal_(Tensor tensor, double mean, double std, double low, double high, Generator* generator) {
  GRADUS_CHECK_VALUE(low < high, "trunc_normal_ needs low < high, got {} and {}", low, high);
  GRADUS_CHECK_VALUE(std > 0, "trunc_normal_ needs std > 0, got {}", std);
  const NoGradGuard no_grad;
  Tensor values = empty(tensor.sizes(), kFloat64);
  double* value = values.data_ptr<double>();
  for (int64_t i = 0; i < values.numel(); ++i) {
    const double x =
        truncated_normal((low - mean) / std, (high - mean) / std, generator ? *generator : default_generator());
    value[i] = std::clamp(mean + std * x, low, high);
  }
  return tensor.copy_(values);
}

double calculate_gain(Nonlinearity nonlinearity, double slope) {
  switch (nonlinearity) {
    case Nonlinearity::kLinear:
    case Nonlinearity::kSigmoid:
      return 1;
    case Nonlinearity::kTanh:
      return 5.0 / 3;
    case Nonlinearity::kReLU:
      return std::sqrt(2);
    case Nonlinearity::kLeakyReLU:
      return std::sqrt(2 / (1 + slope * slope));
    case Nonlinearity::kSELU:
      return 0.75;
  }
  throw ValueError("calculate_gain: unknown nonlinearity");
}

std::pair<int64_t, int64_t> _calculate_fan_in_and_fan_out(const Tensor& tensor) {
  GRADUS_CHECK_VALUE(tensor.dim() >= 2,
                     "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions, got sizes {}",
                     tensor.sizes());
  int64_t receptive_field = 1;
  for (const int64_t size : tensor.sizes().subspan(2)) receptive_field *= size;
  return {tensor.size(1) * receptive_field, tensor.size(0) * receptive_field};
}

namespace {

double xavier_std(const Tensor& tensor, double gain) {
  const auto [fan_in, fan_out] = _calculate_fan_in_and_fan_out(tensor);
  return gain * std::sqrt(2 / static_cast<double>(fan_in + fan_out));
}

double kaiming_std(const Tensor& tensor, const KaimingOptions& options) {
  const auto [fan_in, fan_out] = _calculate_fan_in_and_fan_out(tensor);
  const int64_t fan = options.mode == FanMode::kFanIn ? fan_in : fan_out;
  return calculate_gain(options.nonlinearity, options.a) / std::sqrt(static_cast<double>(fan));
}

/// A uniform distribution of standard deviation s reaches from -sqrt(3) s to sqrt(3) s.
Tensor uniform_of_std(Tensor tensor, double std, Generator* generator) {
  const double bound = std::sqrt(3) * std;
  return uniform_(std::move(tensor), -bound, bound, generator);
}

}  // namespace

Tensor xavier_uniform_(Tensor tensor, double gain, Generator* generator) {
  const double std = xavier_std(tensor, gain);
  return uniform_of_std(std::move(tensor), std, generator);
}

Tensor xavier_normal_(Tensor tensor, double gain, Generator* generator) {
  const double std = xavier_std(tensor, gain);
  return normal_(std::move(tensor), 0, std, generator);
}

Tensor kaiming_uniform_(Tensor tensor, KaimingOptions options, Generator* generator) {
  if (tensor.numel() == 0) return tensor;
  const double std = kaiming_std(tensor, options);
  return uniform_of_std(std::move(tensor), std, generator);
}

Tensor kaiming_normal_(Tensor tensor, KaimingOptions options, Generator* generator) {
  if (tensor.numel() == 0) return tensor;
  const double std = kaiming_std(tensor, options);
  return normal_(std::move(tensor), 0, std, generator);
}

Tensor orthogonal_(Tensor tensor, double gain, Generator* generator) {
  GRADUS_CHECK_VALUE(tensor.dim() >= 2, "Only tensors with 2 or more dimensions are supported, got sizes {}",
                     tensor.sizes());
  if (tensor.numel() == 0) return tensor;
  const NoGradGuard no_grad;
  const int64_t rows = tensor.size(0), columns = tensor.numel() / rows;
  const int64_t count = std::min(rows, columns);  // vectors to make orthogonal, each of the longer side's length
  Tensor vectors = randn({count, std::max(rows, columns)}, kFloat64, generator);
  for (int64_t i = 0; i < count; ++i) {
    Tensor vector = vectors[i];
    for (int pass = 0; pass < 2; ++pass) {  // Gram-Schmidt, twice: once leaves rounding errors
      for (int64_t k = 0; k < i; ++k) vector.sub_(vectors[k] * vectors[k].dot(vector));
    }
    vector.div_(vector.norm());
  }
  return tensor.copy_((rows <= columns ? vectors : vectors.t()).reshape(tensor.sizes()) * gain);
}

}  // namespace gradus::nn::init
