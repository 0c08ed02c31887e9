#include <gradus/nn/npz.h>
#include <gradus/nn/safetensors.h>

#include <cstdlib>

#include "weights_helpers.h"

namespace gradus::nn {
namespace {

/// What state() of exchange.py is.
StateDict exchanged_state() {
  return {{"0.weight", (arange(12).to(kFloat32) / 8 - 1).view({3, 4})},
          {"0.bias", tensor({0.1, -0.0, std::numeric_limits<double>::infinity()})},
          {"turned", arange(6).to(kFloat64).view({2, 3}).t() / 3},
          {"count", tensor(-(int64_t{1} << 62))},
          {"mask", tensor({true, false}).view({2, 1})},
          {"empty", zeros({2, 0})}};
}

/// The same and others().
StateDict written_by_python() {
  StateDict state = exchanged_state();
  state.insert("half", tensor({1.5, -2., 65504., std::exp2(-24)}));  // 6e-8 as the nearest half
  state.insert("bytes", arange(250, 256).view({2, 3}));
  state.insert("ints", tensor({-7, 2147483647}));
  return state;
}

class Exchange : public WeightFiles {
 protected:
  /// Runs exchange.py (Python with NumPy: apt-get install python3-numpy).
  void run_python(const std::string& action) const {
    const std::string command = "\"" GRADUS_SOURCE_DIR "/tests/nn/exchange.py\" " + action + " \"" + path("") +
                                "\" >\"" + path("output") + "\" 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << read("output");
  }
};

TEST_F(Exchange, NumPyReadsWhatGradusWrote) {
  save_safetensors(path("gradus.safetensors"), exchanged_state(), {{"writer", "gradus"}});
  save_npz(path("gradus.npz"), exchanged_state());
  run_python("check");
}

TEST_F(Exchange, GradusReadsWhatNumPyWrote) {
  run_python("write");
  expect_same(load_safetensors(path("python.safetensors")), written_by_python());
  EXPECT_EQ(load_safetensors_metadata(path("python.safetensors")), (SafetensorsMetadata{{"writer", "Python"}}));
  expect_same(load_npz(path("python.npz")), written_by_python());
  expect_same(load_npz(path("python_turned.npz")), written_by_python());
}

}  // namespace
}  // namespace gradus::nn
