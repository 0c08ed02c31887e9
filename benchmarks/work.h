#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace benchmarks {

/// One piece of work, set up and ready: the same on gradus, on LibTorch and on the limit.
struct Work {
  std::function<void()> step;                  ///< What is timed.
  std::function<std::vector<double>()> check;  ///< Numbers that every peer must agree on; called before the first step.
};

/// A named kind of work of any size: batch, elements, nodes or rows.
struct Workload {
  const char* name;
  std::function<Work(int64_t)> make;
};

/// The losses after steps 1, 5 and 20 of a training whose `step` returns the loss: what trainings are checked by.
template <class Step>
std::vector<double> some_losses(const Step& step) {
  std::vector<double> losses;
  for (int i = 1; i <= 20; ++i) {
    const double loss = step();
    if (i == 1 || i == 5 || i == 20) losses.push_back(loss);
  }
  return losses;
}

/// The main() of a peer. `NAME/SIZE ...` runs these under Google Benchmark and prints its table, its --benchmark_
/// options included; --serve answers the driver's requests, one line of JSON each, until its input ends.
int peer_main(int argc, char** argv, std::span<const Workload> workloads);

}  // namespace benchmarks
