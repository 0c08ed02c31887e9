#pragma once
#include <gradus/autograd/ops.h>
#include <gradus/nn/named_tensors.h>
#include <gradus/tests/datasets/files.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

namespace gradus::nn {

class WeightFiles : public datasets::FilesTest {
 protected:
  std::string path(const std::string& name) const { return FilesTest::path(name).string(); }
};

/// Equal names in equal order, dtypes, sizes, and numbers bit for bit.
inline void expect_same(const StateDict& found, const StateDict& expected) {
  ASSERT_EQ(found.keys(), expected.keys());
  for (const auto& [name, tensor] : expected) {
    SCOPED_TRACE(name);
    ASSERT_EQ(found[name].dtype(), tensor.dtype());
    ASSERT_EQ(found[name].sizes(), tensor.sizes());
    EXPECT_TRUE(found[name].is_contiguous());
    EXPECT_FALSE(found[name].requires_grad());
    const Tensor a = found[name], b = tensor.detach().contiguous();
    EXPECT_EQ(std::memcmp(a.impl()->data, b.impl()->data, static_cast<size_t>(a.numel()) * a.element_size()), 0);
  }
}

/// Every dtype, shapes of 0 to 3 dimensions, an empty tensor, views in all orders, and numbers that are not ordinary.
inline StateDict varied_state() {
  const Tensor block = arange(24).view({2, 3, 4});
  const double infinity = std::numeric_limits<double>::infinity();
  return {{"0.weight", (arange(12).to(kFloat32) / 7).view({3, 4}).requires_grad_()},
          {"mask", tensor({true, false, true})},
          {"odd", tensor({infinity, -infinity, std::nan(""), -0.0, 4.9e-324}, kFloat64)},
          {"count", tensor(std::numeric_limits<int64_t>::min(), kInt64)},
          {"nothing", zeros({0, 3})},
          {"turned", block.permute({2, 0, 1})},
          {"every other", block.to(kFloat32).slice(2, 1, std::nullopt, 2)},
          {"the same row", tensor({1., 2.}).expand({3, 2})},
          {"größe \"q\"", tensor(1.5)}};
}

}  // namespace gradus::nn
