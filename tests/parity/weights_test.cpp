#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/norm.h>
#include <gradus/nn/npz.h>
#include <gradus/nn/safetensors.h>
#include <gradus/nn/sequential.h>
#include <gtest/gtest.h>

namespace gradus::parity {
namespace {

// The files of make_weights.py: PyTorch's names, layouts and outputs.
TEST(WeightsParity, ANetworkOfPyTorchs) {
  const std::string data = GRADUS_SOURCE_DIR "/tests/parity/data/weights";
  const nn::StateDict expected = nn::load_npz(data + "_outputs.npz");
  for (const nn::StateDict& state : {nn::load_safetensors(data + ".safetensors"), nn::load_npz(data + ".npz")}) {
    nn::Sequential network{nn::Linear(4, 3), nn::LeakyReLU(0.02), nn::LayerNorm(3), nn::Linear(3, 2, {.bias = false}),
                           nn::Sigmoid()};
    EXPECT_EQ(state.keys(), network.state_dict().keys());
    network.load_state_dict(state);
    EXPECT_TRUE(network(expected["x"]).allclose(expected["y"], {.rtol = 1e-5, .atol = 1e-6})) << network(expected["x"]);
  }
}

}  // namespace
}  // namespace gradus::parity
