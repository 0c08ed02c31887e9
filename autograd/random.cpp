#include <gradus/autograd/check.h>
#include <gradus/autograd/random.h>

#include <cmath>
#include <numbers>
#include <random>

namespace gradus {

struct Generator::Engine : std::mt19937 {
  using std::mt19937::mt19937;
};

Generator::Generator(uint64_t seed) : engine_(std::make_unique<Engine>()) { manual_seed(seed); }
Generator::Generator(const Generator& other)
    : engine_(std::make_unique<Engine>(*other.engine_)),
      spare_normal_(other.spare_normal_),
      has_spare_(other.has_spare_) {}
Generator& Generator::operator=(const Generator& other) {
  *engine_ = *other.engine_;
  spare_normal_ = other.spare_normal_;
  has_spare_ = other.has_spare_;
  return *this;
}
Generator::~Generator() = default;

uint32_t Generator::next() { return static_cast<uint32_t>((*engine_)()); }

void Generator::manual_seed(uint64_t seed) {
  // Both halves of the seed count: mt19937 alone would drop the upper one.
  engine_->seed(static_cast<uint32_t>(seed) ^ static_cast<uint32_t>((seed >> 32) * 0x9E3779B1u));
  has_spare_ = false;
}

uint64_t Generator::next64() {
  const uint64_t high = next();
  return high << 32 | next();
}

uint64_t Generator::uniform_int(uint64_t bound) {
  GRADUS_CHECK_VALUE(bound > 0, "uniform_int: the bound must be positive, but it is 0");
  // The largest multiple of the bound that 64 bits hold; what lies above would favour small numbers.
  const uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  uint64_t bits = next64();
  while (bits >= limit) bits = next64();
  return bits % bound;
}

double Generator::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_normal_;
  }
  // 1 - u lies in (0, 1], so that the logarithm is finite.
  const double radius = std::sqrt(-2 * std::log(1 - uniform_double()));
  const double angle = 2 * std::numbers::pi * uniform_double();
  spare_normal_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

Generator& default_generator() {
  static Generator generator(0);
  return generator;
}

void manual_seed(uint64_t seed) { default_generator().manual_seed(seed); }

}  // namespace gradus
