#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gradus/autograd/random.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "tasks.h"

namespace chapter_03 {
namespace {

std::string in_braces(const Numbers& numbers) { return fmt::format("{{{}}}", fmt::join(numbers, ", ")); }

// A wrong list of numbers, and what to say to it.
struct WrongNumbers {
  Numbers numbers;
  std::string meaning;
};

void expect_numbers(const std::string& call, const Numbers& found, const Numbers& expected,
                    const std::vector<WrongNumbers>& wrong) {
  expect(found.size() == expected.size(),
         fmt::format("{} should have {} numbers, one for each dimension, and has {}: {}.", call, expected.size(),
                     found.size(), in_braces(found)));
  Mistakes mistakes;
  for (const auto& [numbers, meaning] : wrong) mistakes.emplace_back(tensor(numbers), meaning);
  expect_close(call, tensor(found), tensor(expected), mistakes);
}

void check_address(const Answers& answers) {
  const auto check = [&](int64_t offset, const Numbers& strides, const Numbers& index) {
    const Numbers reversed(index.rbegin(), index.rend());
    const int64_t steps = std::inner_product(index.begin(), index.end(), strides.begin(), int64_t{0});
    const int64_t turned = std::inner_product(reversed.begin(), reversed.end(), strides.begin(), int64_t{0});
    const int64_t product = std::inner_product(index.begin(), index.end(), strides.begin(), int64_t{1},
                                               std::multiplies<>(), std::multiplies<>());
    const auto number = [](int64_t value) { return static_cast<double>(value); };
    expect_close(
        fmt::format("address({}, {}, {})", offset, in_braces(strides), in_braces(index)),
        number(answers.address(offset, strides, index)), number(offset + steps),
        {{number(steps), "The walk begins at offset, not at 0."},
         {number(offset + turned), "Index k belongs to stride k: the first number of one to the first of the other."},
         {number(offset + product), "The steps along the dimensions add up; they are not multiplied."},
         {number(offset + std::accumulate(index.begin(), index.end(), int64_t{0})),
          "One step along dimension k is strides[k] places, not one."},
         {number((offset + steps) * 8), "Count elements, not bytes."}});
  };
  check(0, {4, 1}, {2, 1});
  check(1, {1, 4}, {1, 2});
  check(3, {12, 0, 4, 1}, {1, 5, 2, 3});
  check(5, {}, {});
}

void check_strides(const Answers& answers) {
  const auto check = [&](const Numbers& sizes) {
    const Tensor contiguous = gradus::empty(sizes);
    const IntArrayRef strides = contiguous.strides();
    const Numbers expected(strides.begin(), strides.end()), reversed(expected.rbegin(), expected.rend());
    Numbers by_columns(sizes.size(), 1), with_own = expected, next_only(sizes.size(), 1);
    for (size_t k = 0; k < sizes.size(); ++k) {
      if (k > 0) by_columns[k] = by_columns[k - 1] * sizes[k - 1];
      with_own[k] *= sizes[k];
      if (k + 1 < sizes.size()) next_only[k] = sizes[k + 1];
    }
    const std::string call = fmt::format("contiguous_strides({})", in_braces(sizes));
    expect_numbers(
        call, answers.contiguous_strides(sizes), expected,
        {{by_columns, "Here the first dimension lies side by side, as in Fortran. In PyTorch the last one does."},
         {with_own, "Stride k is the product of the sizes behind k, without size k itself."},
         {next_only, "Stride k is the product of all the sizes behind k, not only of the next one."},
         {reversed, "The right numbers from back to front: the last stride is 1."},
         {sizes, "These are the sizes. The last stride is 1, the one before it the last size, ..."}});
  };
  check({3, 4});
  check({2, 3, 4});
  check({2, 1, 3, 5});
  check({5});
  check({});
}

// The larger of each two sizes that meet when a and b are aligned at the last dimension, or else at the first.
Numbers larger_of_each(Numbers a, Numbers b, bool at_the_end) {
  const size_t n = std::max(a.size(), b.size());
  a.insert(at_the_end ? a.begin() : a.end(), n - a.size(), 1);
  b.insert(at_the_end ? b.begin() : b.end(), n - b.size(), 1);
  for (size_t k = 0; k < n; ++k) a[k] = std::max(a[k], b[k]);
  return a;
}

void check_broadcast(const Answers& answers) {
  const auto call_of = [](const Numbers& a, const Numbers& b) {
    return fmt::format("broadcast_sizes({}, {})", in_braces(a), in_braces(b));
  };
  const auto fits = [&](const Numbers& a, const Numbers& b) {
    const std::string call = call_of(a, b);
    const auto found = [&] {
      try {
        return answers.broadcast_sizes(a, b);
      } catch (const Error& error) {
        throw CheckFailed(
            fmt::format("{} throws, although the two fit. Align them at the last dimension, not at the first; a size "
                        "that is 1, or missing, fits any other.\nIt said: {}",
                        call, error.what()));
      }
    }();
    const Dims sizes = broadcast_shapes(a, b);
    expect_numbers(
        call, found, {sizes.begin(), sizes.end()},
        {{larger_of_each(a, b, true), "A size of 1 gives way to any other, also to 0, where the larger is wrong."},
         {larger_of_each(a, b, false), "Align them at the last dimension, not at the first."}});
  };
  const auto clashes = [&](const Numbers& a, const Numbers& b, const std::string& reason) {
    expect_error([&] { answers.broadcast_sizes(a, b); },
                 fmt::format("{} should throw an Error: {}.", call_of(a, b), reason));
  };
  fits({3, 4}, {3, 4});
  fits({3, 4}, {4});
  fits({3, 1}, {1, 4});
  fits({3, 1}, {3});
  fits({8, 1, 6, 1}, {7, 1, 5});
  fits({5}, {4, 5});
  fits({2, 3}, {});
  clashes({3, 4}, {3}, "aligned at the end, 4 meets 3, and neither is 1");
  clashes({2, 3}, {3, 2}, "3 meets 2, and neither is 1");
  clashes({4}, {2}, "4 meets 2, and neither is 1. That 2 divides 4 does not help");
  fits({3, 1}, {0});
}

void check_factor(const Answers& answers) {
  const auto check = [&](const std::string& call, const Tensor& g, const Tensor& a, const Tensor& b) {
    const auto summed = [&](const Tensor& t) { return sum_to(t, b.sizes()); };
    const Tensor expected = summed(g * a);
    Tensor first = g * a;  // what the first copy of every element of b gets
    Dims with_ones(static_cast<size_t>(a.dim()), 1);
    while (first.dim() > b.dim()) first = first[0];
    for (int64_t d = 0; d < b.dim(); ++d) {
      first = first.narrow(d, 0, b.size(d));
      with_ones[static_cast<size_t>(a.dim() - b.dim() + d)] = b.size(d);
    }
    Mistakes mistakes = {{summed(g), "The derivative of a * b with respect to b is a: that factor is missing."},
                         {summed(a), "The incoming gradient g is missing: the chain rule multiplies by it."},
                         {summed(g * b), "The derivative of a * b with respect to b is a, not b."}};
    if (a.numel() != b.numel()) {
      mistakes.emplace_back(g * a, "b was copied to a's sizes: what the copies get has to be added up.");
      mistakes.emplace_back(expected * static_cast<double>(b.numel()) / static_cast<double>(a.numel()),
                            "The copies' gradients are added up, not averaged.");
      mistakes.emplace_back(first, "This is what the first copy gets. Every copy counts: add them up.");
      mistakes.emplace_back(summed(g) * summed(a),
                            "Multiply first, then add up: a sum of products is no product of sums.");
      mistakes.emplace_back(expected.squeeze(), "A dimension in which b has size 1 stays: sum(d, true).");
      mistakes.emplace_back(expected.view(with_ones), "Dimensions that b does not have should be gone: sum(0).");
      if (a.dim() == 2 && b.dim() == 1 && a.size(0) == a.size(1)) {
        mistakes.emplace_back((g * a).sum(1),
                              "b is aligned at a's last dimension, so its copies lie along dimension 0.");
      }
    }
    expect_close(call, answers.factor_gradient(g, a, b), expected, mistakes, {.rtol = 1e-9, .atol = 1e-9});
  };
  check("factor_gradient(g, a, b) for g = {{1, 2}, {3, 4}, {5, 6}}, a = {{1, 0}, {2, 1}, {0, 3}}, b = {10, 20}",
        tensor({{1., 2.}, {3., 4.}, {5., 6.}}, kFloat64), tensor({{1., 0.}, {2., 1.}, {0., 3.}}, kFloat64),
        tensor({10., 20.}, kFloat64));
  manual_seed(3);
  const auto random = [&](const Numbers& of_a, const Numbers& of_b) {
    check(fmt::format("factor_gradient(g, a, b) for a of sizes {} and b of sizes {}", in_braces(of_a), in_braces(of_b)),
          randn(of_a, kFloat64), randn(of_a, kFloat64), randn(of_b, kFloat64));
  };
  random({3, 4}, {3, 4});
  random({3, 3}, {3});
  random({3, 4}, {3, 1});
  random({3, 4}, {1, 4});
  random({3, 4}, {});
  random({2, 3, 4}, {3, 1});
  random({2, 3, 4}, {2, 1, 4});
  const Tensor g = randn({2, 3, 4}, kFloat64), a = randn({2, 3, 4}, kFloat64);
  expect_gradient(
      "factor_gradient(g, a, b)", [&](const Tensor& b) { return (g * (a * b)).sum(); },
      [&](const Tensor& b) { return answers.factor_gradient(g, a, b); }, randn({3, 1}, kFloat64));
}

}  // namespace

std::vector<Task> tasks(const Answers& answers) {
  return {
      {"where an element stands", "offset + index[0] * strides[0] + index[1] * strides[1] + ...",
       [=] { check_address(answers); }},
      {"contiguous strides",
       "Go from the last dimension to the first, and keep the product of the sizes passed so far.",
       [=] { check_strides(answers); }},
      {"the sizes of a broadcast", "Go from the last dimension to the first; a dimension that is missing counts as 1.",
       [=] { check_broadcast(answers); }},
      {"the gradient of a factor that was broadcast",
       "g * a is what every copy of b gets. Along which dimensions do the copies of one element lie?",
       [=] { check_factor(answers); }},
  };
}

}  // namespace chapter_03
