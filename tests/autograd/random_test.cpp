#include <gradus/autograd/random.h>
#include <gradus/autograd/tensor.h>
#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(Random, TheSequenceIsFixed) {
  // The 10000th number of std::mt19937 seeded with 5489 is given by the C++ standard: the bits are portable.
  Generator standard(5489);
  uint32_t last = 0;
  for (int i = 0; i < 10'000; ++i) last = standard.next();
  EXPECT_EQ(last, 4123659995u);
  Generator random(1);
  EXPECT_FLOAT_EQ(random.uniform_float(), 0.41702199f);  // 1791095845 / 2^32, 24 bits of it
}

TEST(Random, ASeedRepeats) {
  manual_seed(7);
  const Tensor first = randn({5});
  const Tensor second = rand({5});
  manual_seed(7);
  EXPECT_TRUE(first.equal(randn({5})));
  EXPECT_TRUE(second.equal(rand({5})));
  manual_seed(8);
  EXPECT_FALSE(first.equal(randn({5})));
  EXPECT_FALSE(rand({5}, {}, nullptr).equal(rand({5})));
}

TEST(Random, ACopyGoesOnByItself) {
  Generator generator(3);
  generator.normal();  // leaves a spare one
  Generator copy = generator, assigned(4);
  assigned = generator;
  const double normal = generator.normal();
  const uint32_t bits = generator.next();
  for (Generator* other : {&copy, &assigned}) {
    EXPECT_EQ(other->normal(), normal);
    EXPECT_EQ(other->next(), bits);
  }
}

TEST(Random, BothHalvesOfTheSeedCount) { EXPECT_NE(Generator(1).next(), Generator(1 + (uint64_t{1} << 32)).next()); }

TEST(Random, AGeneratorOfOnesOwnLeavesTheDefaultAlone) {
  manual_seed(3);
  const Tensor expected = rand({3});
  manual_seed(3);
  Generator own(9);
  const Tensor other = rand({3}, {}, &own);
  EXPECT_TRUE(rand({3}).equal(expected));
  EXPECT_FALSE(other.equal(expected));
}

TEST(Random, Moments) {
  manual_seed(1);
  const Tensor uniform = rand({100'000}, kFloat64);
  EXPECT_NEAR(uniform.mean().item<double>(), 0.5, 0.005);
  EXPECT_NEAR(uniform.var().item<double>(), 1.0 / 12, 0.002);
  EXPECT_GE(uniform.min().item<double>(), 0);
  EXPECT_LT(uniform.max().item<double>(), 1);
  const Tensor normal = randn({100'000}, kFloat64);
  EXPECT_NEAR(normal.mean().item<double>(), 0, 0.01);
  EXPECT_NEAR(normal.std().item<double>(), 1, 0.01);
  EXPECT_NEAR(normal.pow(4).mean().item<double>(), 3, 0.1);
}

TEST(Random, IntegersBernoulliAndPermutations) {
  manual_seed(2);
  const Tensor dice = randint(1, 7, {60'000});
  EXPECT_EQ(dice.dtype(), kInt64);
  for (int side = 1; side <= 6; ++side) EXPECT_NEAR((dice == side).sum().item<double>(), 10'000, 400);
  EXPECT_NEAR(bernoulli(full({10'000}, 0.25)).mean().item<double>(), 0.25, 0.02);
  const Tensor order = randperm(100);
  EXPECT_FALSE(order.equal(arange(100)));
  EXPECT_TRUE(std::get<0>(order.sort()).equal(arange(100)));
}

TEST(Random, BadArguments) {
  EXPECT_THROW(randint(3, 3, {2}), Error);
  EXPECT_THROW(bernoulli(tensor({0.5, 1.5})), Error);
  EXPECT_THROW(rand({2}, kInt64), Error);
  EXPECT_THROW(empty({2}).uniform_(1, 0), Error);
  EXPECT_THROW(empty({2}).normal_(0, -1), Error);
}

}  // namespace
}  // namespace gradus
