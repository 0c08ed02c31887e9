#include "parity.h"

#include <cmath>
#include <fstream>
#include <limits>
#include <stdexcept>

namespace gradus::parity {
namespace {

double number(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (!json.is_string()) return json.get<double>();
  const std::string text = json.get<std::string>();
  if (text == "nan") return std::nan("");
  return text == "-inf" ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
}

Dtype dtype_of_name(const std::string& name, Dtype floating) {
  if (name == "bool") return kBool;
  if (name == "int64") return kInt64;
  if (name == "float32") return kFloat32;
  return name == "float64" ? kFloat64 : floating;
}

std::vector<int64_t> sizes_of(const Json& json) { return json.at("sizes").get<std::vector<int64_t>>(); }

/// The same numbers with other strides.
Tensor laid_out(const Tensor& x, const std::string& layout) {
  if (layout == "transposed") return x.transpose(0, 1).contiguous().transpose(0, 1);
  if (layout == "gapped") return stack({x, x + x}, -1).select(-1, 0);
  return x;
}

}  // namespace

const Json& load(const std::string& name) {
  static std::map<std::string, Json> files;
  const auto found = files.find(name);
  if (found != files.end()) return found->second;
  const std::string path = std::string(GRADUS_SOURCE_DIR) + "/tests/parity/data/" + name + ".json";
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  return files.emplace(name, Json::parse(file)).first->second;
}

Tensor tensor_of(const Json& json, Dtype dtype) {
  std::vector<double> values;
  for (const Json& value : json.at("data")) values.push_back(number(value));
  const Dtype type = dtype_of_name(json.at("dtype"), dtype);
  const NoGradGuard no_grad;
  Tensor x = tensor(values, kFloat64).to(type).view(sizes_of(json));
  x = laid_out(x, json.value("layout", ""));
  return json.value("grad", false) ? x.detach().requires_grad_() : x;
}

Tensor weights(const Tensor& x) {
  Tensor w = empty(x.sizes(), x.dtype());
  std::vector<double> values;
  for (int64_t i = 0; i < x.numel(); ++i) values.push_back(static_cast<double>(i * 7 % 11 + 1) / 8);
  return tensor(values, x.dtype()).view(x.sizes());
}

testing::AssertionResult close(const Tensor& actual, const Json& expected) {
  const Tensor right = tensor_of(expected);
  if (!(actual.sizes() == right.sizes()) || actual.dtype() != right.dtype()) {
    return testing::AssertionFailure() << "gradus gives\n"
                                       << actual << " of " << to_string(actual.dtype()) << ", PyTorch\n"
                                       << right << " of " << to_string(right.dtype());
  }
  const bool single = actual.dtype() == kFloat32;
  const double atol = single ? 1e-6 : 1e-9, rtol = single ? 1e-5 : 1e-7;
  const std::vector<double> a = actual.to_vector<double>(), b = right.to_vector<double>();
  for (size_t i = 0; i < a.size(); ++i) {
    const bool same = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]));
    // Nothing else is close to an infinity, though rtol times it is infinite.
    if (same || (std::isfinite(b[i]) && std::abs(a[i] - b[i]) <= atol + rtol * std::abs(b[i]))) continue;
    return testing::AssertionFailure() << "element " << i << " is " << a[i] << ", in PyTorch " << b[i] << "\ngradus:\n"
                                       << actual << "\nPyTorch:\n"
                                       << right;
  }
  return testing::AssertionSuccess();
}

void check(const Json& json, const Case& run) {
  for (const auto& [type, expected] : json.at("expected").items()) {
    SCOPED_TRACE(json.at("case").get<std::string>() + ", " + type);
    TensorList inputs;
    for (const Json& input : json.at("inputs")) inputs.push_back(tensor_of(input, dtype_of_name(type, kFloat64)));
    const TensorList outputs = run(inputs);
    const Json& right = expected.at("outputs");
    ASSERT_EQ(outputs.size(), right.size());
    for (size_t i = 0; i < outputs.size(); ++i) {
      EXPECT_TRUE(close(outputs[i].detach(), right[i])) << "output " << i;
      if (outputs[i].requires_grad()) outputs[i].backward(weights(outputs[i]), true);
    }
    size_t k = 0;
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (!inputs[i].requires_grad()) continue;
      const Json& gradient = expected.at("grads").at(k++);
      const Tensor actual = inputs[i].grad();
      if (gradient.is_null()) {  // PyTorch says nothing where we may say 0
        EXPECT_TRUE(!actual.defined() || actual.equal(zeros_like(actual))) << "gradient of input " << i;
      } else {
        ASSERT_TRUE(actual.defined()) << "gradient of input " << i;
        EXPECT_TRUE(close(actual, gradient)) << "gradient of input " << i;
      }
    }
  }
}

}  // namespace gradus::parity
