#include <gradus/autograd/inline_vector.h>
#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace gradus {
namespace {

using Strings = InlineVector<std::string, 2>;

Strings numbers(int count) {
  Strings list;
  for (int i = 0; i < count; ++i)
    list.push_back("a number that is too long to be kept in the string itself: " + std::to_string(i));
  return list;
}

std::vector<std::string> copied(const Strings& list) { return {list.begin(), list.end()}; }

TEST(InlineVector, KeepsItsElementsWhenItGrowsIsCopiedAndIsMoved) {
  for (const int count : {0, 1, 2, 3, 9}) {
    Strings list = numbers(count);
    const std::vector<std::string> expected = copied(list);
    ASSERT_EQ(expected.size(), static_cast<size_t>(count));
    Strings copy = list;
    EXPECT_EQ(copied(copy), expected);
    const Strings moved = std::move(list);
    EXPECT_EQ(copied(moved), expected);
    EXPECT_TRUE(list.empty());  // and usable
    list.push_back("one");
    EXPECT_EQ(list.back(), "one");
    for (const int other : {0, 2, 5}) {
      Strings assigned = numbers(other);
      assigned = moved;
      EXPECT_EQ(copied(assigned), expected);
      assigned = numbers(other);
      EXPECT_EQ(copied(assigned), copied(numbers(other)));
    }
  }
}

TEST(InlineVector, TakesAnElementOfItsOwn) {
  Strings list = numbers(2);
  list.push_back(list[0]);  // grows
  EXPECT_EQ(list[2], list[0]);
  list = *&list;
  EXPECT_EQ(list.size(), 3u);
}

TEST(InlineVector, ChangesItsSize) {
  Strings list = numbers(1);
  list.resize(4);
  EXPECT_EQ(list[0], numbers(1)[0]);
  EXPECT_EQ(list[3], "");
  list.resize(1);
  EXPECT_EQ(list.size(), 1u);
  list.clear();
  EXPECT_TRUE(list.empty());
}

TEST(InlineVector, DestroysEachElementOnce) {
  const auto counted = std::make_shared<int>();
  {
    InlineVector<std::shared_ptr<int>, 1> list;
    for (int i = 0; i < 5; ++i) list.push_back(counted);
    EXPECT_EQ(counted.use_count(), 6);
    list.resize(2);
    EXPECT_EQ(counted.use_count(), 3);
    const std::span<const std::shared_ptr<int>> span = list;
    EXPECT_EQ(span.size(), 2u);
  }
  EXPECT_EQ(counted.use_count(), 1);
}

}  // namespace
}  // namespace gradus
