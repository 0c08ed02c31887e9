#pragma once
#include <cstdint>
#include <memory>
#include <vector>

namespace gradus {

/// A seeded source of random numbers: std::mt19937 with our own conversions, so that a seed gives the same numbers
/// with every compiler and standard library. The sequence is gradus's own, not PyTorch's.
struct Generator {
  explicit Generator(uint64_t seed = 0);
  /// The same sequence from the same place on.
  Generator(const Generator& other);
  Generator& operator=(const Generator& other);
  ~Generator();
  /// Starts the sequence anew.
  void manual_seed(uint64_t seed);
  /// 32 random bits.
  uint32_t next();
  /// 64 random bits.
  uint64_t next64();
  /// Uniform in [0, 1): 24 random bits.
  float uniform_float() { return static_cast<float>(next() >> 8) * 0x1p-24f; }
  /// Uniform in [0, 1): 53 random bits.
  double uniform_double() { return static_cast<double>(next64() >> 11) * 0x1p-53; }
  /// Uniform in 0..bound-1, without bias. Throws ValueError for bound 0.
  uint64_t uniform_int(uint64_t bound);
  /// Standard normal, by the Box-Muller method.
  double normal();

 private:
  struct Engine;  // std::mt19937: <random> would take a good part of the time that a small program compiles
  std::unique_ptr<Engine> engine_;
  double spare_normal_ = 0;
  bool has_spare_ = false;
};

/// The generator that random functions use when none is given; one per process.
Generator& default_generator();

/// Seeds the default generator.
void manual_seed(uint64_t seed);

}  // namespace gradus
