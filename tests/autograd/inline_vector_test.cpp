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

TEST(InlineVector, InsertsErasesAndFindsItsEnds) {
  InlineVector<std::string, 2> list;
  for (const char* element : {"b", "d"}) list.push_back(element);
  EXPECT_EQ(*list.insert(list.begin(), "a"), "a");  // grows
  EXPECT_EQ(*list.insert(list.begin() + 2, "c"), "c");
  EXPECT_EQ(*list.insert(list.end(), list[0]), "a");
  const std::vector<std::string> expected = {"a", "b", "c", "d", "a"};
  EXPECT_EQ(std::vector<std::string>(list.begin(), list.end()), expected);
  EXPECT_EQ(*list.erase(list.begin() + 1), "c");
  list.pop_back();
  EXPECT_EQ(list.size(), 3u);
  EXPECT_EQ(list.front(), "a");
  EXPECT_EQ(std::as_const(list).back(), "d");
  const std::string* const after = list.erase(list.begin() + 2);
  EXPECT_EQ(after, list.end());
  EXPECT_EQ(list.at(1), "c");
}

TEST(InlineVector, IsMadeFromAndFilledWithSeveralElements) {
  using Dims = InlineVector<int64_t, 4>;
  EXPECT_EQ(Dims(3), (Dims{0, 0, 0}));
  EXPECT_EQ(Dims(2, 7), (Dims{7, 7}));
  const std::vector<size_t> unsigned_sizes = {2, 3};
  EXPECT_EQ(Dims(unsigned_sizes.begin(), unsigned_sizes.end()), (Dims{2, 3}));
  const std::vector<int64_t> five = {1, 2, 3, 4, 5};
  Dims list(five.begin(), five.end());
  EXPECT_EQ(list, (Dims{1, 2, 3, 4, 5}));
  EXPECT_FALSE(list == (Dims{1, 2, 3, 4, 6}));
  EXPECT_FALSE(list == (Dims{1, 2, 3, 4}));
  EXPECT_EQ(*list.insert(list.begin() + 1, five.begin() + 3, five.end()), 4);
  EXPECT_EQ(*list.insert(list.end(), {8, 9}), 8);
  EXPECT_EQ(list, (Dims{1, 4, 5, 2, 3, 4, 5, 8, 9}));
  list.assign(list.begin() + 1, list.begin() + 3);  // of its own
  EXPECT_EQ(list, (Dims{4, 5}));
  list.assign(3, 1);
  EXPECT_EQ(list, (Dims{1, 1, 1}));
}

TEST(InlineVector, NamesAnIndexThatIsOutOfRange) {
  try {
    numbers(2).at(2);
    FAIL() << "at(2) of two elements should throw";
  } catch (const IndexError& error) {
    EXPECT_STREQ(error.what(), "list index 2 is out of range: the list has 2 elements");
  }
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
