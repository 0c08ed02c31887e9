#include <gradus/tutorials/03_tensors/tasks.h>

#include <algorithm>

#include "helpers.h"

using namespace chapter_03;

namespace {

TEST(Chapter03, TheSolutionPasses) { expect_all_pass(tasks({})); }

TEST(Chapter03, WrongAddresses) {
  // offset + the sum of index[k] * strides[k], each of them by a rule of one's own.
  using Step = std::function<int64_t(const Numbers& strides, const Numbers& index, size_t k)>;
  const auto answer = [](int64_t keep_offset, const Step& step) {
    Answers answers;
    answers.address = [=](int64_t offset, const Numbers& strides, const Numbers& index) {
      int64_t place = keep_offset * offset;
      for (size_t k = 0; k < index.size(); ++k) place += step(strides, index, k);
      return place;
    };
    return tasks(answers);
  };
  const Step right = [](const Numbers& strides, const Numbers& index, size_t k) { return index[k] * strides[k]; };
  expect_all_pass(answer(1, right));
  expect_wrong(answer(0, right), 1, "The walk begins at offset");
  expect_wrong(answer(1, [](const Numbers& strides, const Numbers& index,
                            size_t k) { return index[index.size() - 1 - k] * strides[k]; }),
               1, "Index k belongs to stride k");
  expect_wrong(answer(1, [](const Numbers&, const Numbers& index, size_t k) { return index[k]; }), 1,
               "One step along dimension k is strides[k] places");
  Answers wrong;
  wrong.address = [](int64_t offset, const Numbers& strides, const Numbers& index) {
    int64_t product = 1;
    for (size_t k = 0; k < index.size(); ++k) product *= index[k] * strides[k];
    return offset + product;
  };
  expect_wrong(tasks(wrong), 1, "add up; they are not multiplied");
  wrong.address = [](int64_t offset, const Numbers& strides, const Numbers& index) {
    return 8 * address(offset, strides, index);
  };
  expect_wrong(tasks(wrong), 1, "not bytes");
  wrong.address = [](int64_t offset, const Numbers& strides, const Numbers& index) {  // of two dimensions only
    return offset + (index.empty() ? 0 : index[0] * strides[0] + index[1] * strides[1]);
  };
  expect_wrong(tasks(wrong), 1, "address(3, {12, 0, 4, 1}, {1, 5, 2, 3})");
}

TEST(Chapter03, WrongStrides) {
  Answers wrong;
  wrong.contiguous_strides = [](const Numbers& sizes) {
    Numbers strides(sizes.size(), 1);
    for (size_t k = 1; k < sizes.size(); ++k) strides[k] = strides[k - 1] * sizes[k - 1];
    return strides;
  };
  expect_wrong(tasks(wrong), 2, "as in Fortran");
  wrong.contiguous_strides = [](const Numbers& sizes) {
    Numbers strides = contiguous_strides(sizes);
    for (size_t k = 0; k < sizes.size(); ++k) strides[k] *= sizes[k];
    return strides;
  };
  expect_wrong(tasks(wrong), 2, "without size k itself");
  wrong.contiguous_strides = [](const Numbers& sizes) {
    Numbers strides(sizes.size(), 1);
    for (size_t k = 0; k + 1 < sizes.size(); ++k) strides[k] = sizes[k + 1];
    return strides;
  };
  expect_wrong(tasks(wrong), 2, "not only of the next one");
  wrong.contiguous_strides = [](const Numbers& sizes) {
    Numbers strides = contiguous_strides(sizes);
    std::reverse(strides.begin(), strides.end());
    return strides;
  };
  expect_wrong(tasks(wrong), 2, "from back to front");
  wrong.contiguous_strides = [](const Numbers& sizes) { return sizes; };
  expect_wrong(tasks(wrong), 2, "These are the sizes");
  wrong.contiguous_strides = [](const Numbers& sizes) {
    Numbers strides = contiguous_strides(sizes);
    if (!strides.empty()) strides.pop_back();
    return strides;
  };
  expect_wrong(tasks(wrong), 2, "contiguous_strides({3, 4}) should have 2 numbers, one for each dimension, and has 1");
}

// The sizes by a rule for two sizes that meet, aligned at the end or at the beginning.
std::vector<Task> broadcast_by(const std::function<int64_t(int64_t a, int64_t b)>& rule, bool at_the_end = true) {
  Answers answers;
  answers.broadcast_sizes = [=](Numbers a, Numbers b) {
    const size_t n = std::max(a.size(), b.size());
    a.insert(at_the_end ? a.begin() : a.end(), n - a.size(), 1);
    b.insert(at_the_end ? b.begin() : b.end(), n - b.size(), 1);
    for (size_t k = 0; k < n; ++k) a[k] = rule(a[k], b[k]);
    return a;
  };
  return tasks(answers);
}

TEST(Chapter03, WrongBroadcasts) {
  const auto right = [](int64_t a, int64_t b) {
    if (a != b && a != 1 && b != 1) throw Error("they do not fit");
    return a == 1 ? b : a;
  };
  expect_all_pass(broadcast_by(right));
  expect_wrong(broadcast_by(right, false), 3, "Align them at the last dimension, not at the first");
  const auto larger = [](int64_t a, int64_t b) { return std::max(a, b); };
  expect_wrong(broadcast_by(larger), 3, "should throw an Error: aligned at the end, 4 meets 3");
  expect_wrong(broadcast_by(larger, false), 3, "Align them at the last dimension, not at the first");
  expect_wrong(broadcast_by([&](int64_t a, int64_t b) { return std::max(right(a, b), std::max(a, b)); }), 3,
               "also to 0");
  expect_wrong(broadcast_by([&](int64_t a, int64_t b) { return b != 0 && a % b == 0 ? a : right(a, b); }), 3,
               "That 2 divides 4 does not help");
  expect_wrong(broadcast_by([](int64_t a, int64_t b) {
                 if (a != b) throw Error("the sizes differ");
                 return a;
               }),
               3, "broadcast_sizes({3, 4}, {4}) throws, although the two fit");
  Answers wrong;
  wrong.broadcast_sizes = [](const Numbers& a, const Numbers& b) {
    Numbers sizes = broadcast_sizes(a, b);
    sizes.resize(a.size());
    return sizes;
  };
  expect_wrong(tasks(wrong), 3, "broadcast_sizes({5}, {4, 5}) should have 2 numbers");
}

TEST(Chapter03, WrongGradientsOfAFactor) {
  const auto answer = [](const std::function<Tensor(const Tensor& g, const Tensor& a, const Tensor& b)>& f) {
    Answers answers;
    answers.factor_gradient = f;
    return tasks(answers);
  };
  const auto summed = [](const Tensor& t, const Tensor& b) { return sum_to(t, b.sizes()); };
  using T = Tensor;
  expect_all_pass(answer([=](const T& g, const T& a, const T& b) { return summed(g * a, b); }));
  expect_wrong(answer([=](const T& g, const T&, const T& b) { return summed(g, b); }), 4, "that factor is missing");
  expect_wrong(answer([=](const T&, const T& a, const T& b) { return summed(a, b); }), 4, "gradient g is missing");
  expect_wrong(answer([=](const T& g, const T&, const T& b) { return summed(g * b, b); }), 4, "is a, not b");
  expect_wrong(answer([](const T& g, const T& a, const T&) { return g * a; }), 4, "b was copied to a's sizes");
  expect_wrong(answer([=](const T& g, const T& a, const T& b) {
                 return summed(g * a, b) * static_cast<double>(b.numel()) / static_cast<double>(a.numel());
               }),
               4, "not averaged");
  expect_wrong(answer([=](const T& g, const T& a, const T& b) { return summed(g, b) * summed(a, b); }), 4,
               "no product of sums");
  expect_wrong(
      answer([=](const T& g, const T& a, const T& b) { return a.dim() > b.dim() ? (g * a)[0] : summed(g * a, b); }), 4,
      "This is what the first copy gets");
  expect_wrong(answer([](const T& g, const T& a, const T& b) {  // drops the dimensions of size 1
                 T db = g * a;
                 while (db.dim() > b.dim()) db = db.sum(0);
                 for (int64_t d = b.dim(); d-- > 0;) {
                   if (b.size(d) == 1) db = db.sum(d);
                 }
                 return db;
               }),
               4, "A dimension in which b has size 1 stays");
  expect_wrong(answer([](const T& g, const T& a, const T& b) {  // keeps those that b does not have
                 T db = g * a;
                 for (int64_t d = 0; d < a.dim(); ++d) {
                   const int64_t of_b = d - (a.dim() - b.dim());
                   if (of_b < 0 || b.size(of_b) == 1) db = db.sum(d, true);
                 }
                 return db;
               }),
               4, "Dimensions that b does not have should be gone");
  expect_wrong(answer([=](const T& g, const T& a, const T& b) {
                 return a.size(0) == a.size(-1) && a.dim() == 2 ? (g * a).sum(1) : summed(g * a, b);
               }),
               4, "its copies lie along dimension 0");
  expect_wrong(answer([=](const T& g, const T& a, const T& b) {  // only the dimensions that b does not have
                 T db = g * a;
                 while (db.dim() > b.dim()) db = db.sum(0);
                 return db;
               }),
               4, "has sizes [3, 4], but [3, 1] was expected");
}

}  // namespace
