#pragma once
#include <gradus/autograd/tensor.h>
#include <utility>

/// Starting values, written into a tensor in place and unrecorded; each returns the handle it was given
/// (https://pytorch.org/docs/stable/nn.init.html). Random ones take a generator, by default the one that manual_seed
/// seeds.
namespace gradus::nn::init {

/// Uniform in [low, high).
Tensor uniform_(Tensor tensor, double low = 0, double high = 1, Generator* generator = nullptr);
Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator* generator = nullptr);
/// Normal numbers, drawn again while they are outside [low, high]. Throws ValueError unless low < high.
Tensor trunc_normal_(Tensor tensor, double mean = 0, double std = 1, double low = -2, double high = 2,
                     Generator* generator = nullptr);
Tensor constant_(Tensor tensor, Scalar value);
Tensor ones_(Tensor tensor);
Tensor zeros_(Tensor tensor);
/// 1 on the diagonal, 0 elsewhere. Throws ValueError unless the tensor has two dimensions.
Tensor eye_(Tensor tensor);

/// The activation that follows a layer, for the gain of its weights.
enum class Nonlinearity { kLinear, kSigmoid, kTanh, kReLU, kLeakyReLU, kSELU };

/// Which side of a weight keeps its variance: inputs (forward) or outputs (backward).
enum class FanMode { kFanIn, kFanOut };

/// The factor of the standard deviation that makes up for a nonlinearity; `slope` is LeakyReLU's.
double calculate_gain(Nonlinearity nonlinearity, double slope = 0.01);

/// Inputs and outputs of one unit of a weight (out, in, ...). Throws ValueError below two dimensions.
std::pair<int64_t, int64_t> _calculate_fan_in_and_fan_out(const Tensor& tensor);

/// Uniform in +-gain * sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010).
Tensor xavier_uniform_(Tensor tensor, double gain = 1, Generator* generator = nullptr);
/// Normal of standard deviation gain * sqrt(2 / (fan_in + fan_out)).
Tensor xavier_normal_(Tensor tensor, double gain = 1, Generator* generator = nullptr);

struct KaimingOptions {
  double a = 0;  // slope of the LeakyReLU that follows
  FanMode mode = FanMode::kFanIn;
  Nonlinearity nonlinearity = Nonlinearity::kLeakyReLU;
};

/// Uniform in +-gain * sqrt(3 / fan) (He et al. 2015).
Tensor kaiming_uniform_(Tensor tensor, KaimingOptions options = {}, Generator* generator = nullptr);
/// Normal of standard deviation gain / sqrt(fan).
Tensor kaiming_normal_(Tensor tensor, KaimingOptions options = {}, Generator* generator = nullptr);

/// Rows (or columns, if there are more rows) that are orthogonal and of length gain, drawn evenly from all such
/// (Saxe et al. 2013); dimensions after the first count as one. Throws ValueError below two dimensions.
Tensor orthogonal_(Tensor tensor, double gain = 1, Generator* generator = nullptr);

}  // namespace gradus::nn::init
