#include <fmt/ranges.h>
#include <gradus/autograd/random.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/sequential.h>

#include <algorithm>
#include <cmath>

#include "tasks.h"

namespace chapter_14 {
namespace {

constexpr CloseOptions kExactly = {.rtol = 0, .atol = 0};

// -- task 1 -----------------------------------------------------------------------------------------------------------

void check_header_length(const Answers& answers) {
  const auto check = [&](const std::vector<unsigned char>& bytes) {
    double expected = 0, big_endian = 0, with_signs = 0, sum = 0, from_right = 0;
    std::string file(bytes.begin(), bytes.end());
    for (size_t i = 0; i < 8; ++i) {
      const double byte = bytes[i], weight = std::exp2(8 * i), weight_from_right = std::exp2(8 * (7 - i));
      expected += byte * weight;
      big_endian += byte * weight_from_right;
      with_signs += (byte < 128 ? byte : byte - 256) * weight;
      sum += byte;
      from_right += byte * std::pow(10, i);
    }
    Mistakes mistakes = {
        {big_endian, "This reads the highest byte first. Little-endian: byte i counts 256^i."},
        {with_signs + (with_signs < 0 ? std::exp2(64) : 0),
         "A char over 127 was taken for a negative number: cast each to unsigned char first."},
        {sum, "The bytes are digits of one number in base 256, and not to be added as they are: byte i counts 256^i."},
        {from_right, "The digits of a number in bytes are in base 256, not in base 10."},
        {static_cast<double>(bytes[0]), "This is the first byte alone; eight bytes make the number."},
        {std::fmod(expected, std::exp2(32)),
         "The upper four bytes are missing. Shift in uint64_t: an int has 32 bits."},
        {expected + 8, "This is where the numbers begin; the 8 bytes of the length do not count as header."}};
    expect_close(fmt::format("header_length of a file that begins {:02x}, then {{...", fmt::join(bytes, " ")),
                 static_cast<double>(answers.header_length(file + "{\"0.weight\":")), expected, mistakes, kExactly);
  };
  check({0x80, 0, 0, 0, 0, 0, 0, 0});
  check({0x38, 0x01, 0, 0, 0, 0, 0, 0});
  check({0xF0, 0x8A, 0x02, 0, 0, 0, 0, 0});
  check({0x10, 0x01, 0x00, 0x00, 0x02, 0x00, 0, 0});  // more than 32 bits, as a damaged file may say
}

// -- task 2 -----------------------------------------------------------------------------------------------------------

/// Rows (begin, end).
Tensor as_tensor(const std::vector<ByteRange>& ranges) {
  Tensor rows = zeros({static_cast<int64_t>(ranges.size()), 2}, kFloat64);
  double* numbers = rows.data_ptr<double>();
  for (const ByteRange& range : ranges) {
    *numbers++ = static_cast<double>(range.begin);
    *numbers++ = static_cast<double>(range.end);
  }
  return rows;
}

void check_byte_ranges(const Answers& answers) {
  const auto check = [&](const std::vector<Shape>& shapes, int64_t element_size) {
    const auto ranges_of = [&](int64_t element, int64_t scalar) {
      std::vector<ByteRange> ranges;
      int64_t at = 0;
      for (const Shape& shape : shapes) {
        int64_t bytes = shape.empty() ? scalar * element : element;
        for (const int64_t size : shape) bytes *= size;
        ranges.push_back({at, at + bytes});
        at += bytes;
      }
      return ranges;
    };
    const std::vector<ByteRange> right = ranges_of(element_size, 1);
    std::vector<ByteRange> lengths = right, inclusive = right, not_moved = right, sums;
    int64_t at = 0;
    for (size_t i = 0; i < right.size(); ++i) {
      lengths[i].end -= right[i].begin;
      inclusive[i].end -= 1;
      not_moved[i] = {0, lengths[i].end};
      int64_t sum = 0;
      for (const int64_t size : shapes[i]) sum += size * element_size;
      sums.push_back({at, at + sum});
      at += sum;
    }
    Mistakes mistakes = {
        {as_tensor(inclusive), "The end is the byte after the last one: then end - begin is the size in bytes."},
        {as_tensor(not_moved), "Each tensor begins where the one before it ends, not at 0."},
        {as_tensor(lengths), "The second number is where the tensor ends, not how many bytes it has."},
        {as_tensor(sums), "A tensor has as many numbers as the product of its sizes, not their sum."}};
    if (element_size != 1) {
      mistakes.emplace_back(as_tensor(ranges_of(1, 1)),
                            "These count numbers; the offsets count bytes, element_size for each number.");
    }
    if (std::ranges::find(shapes, Shape{}) != shapes.end()) {
      mistakes.emplace_back(as_tensor(ranges_of(element_size, 0)),
                            "A shape without dimensions holds one number: the product of no sizes is 1.");
    }
    const std::vector<ByteRange> found = answers.byte_ranges(shapes, element_size);
    const std::string call = fmt::format("byte_ranges({}, {})", shapes, element_size);
    expect(found.size() == shapes.size(),
           fmt::format("{} has {} ranges for {} tensors: one for each", call, found.size(), shapes.size()));
    expect_close(call + ", rows {begin, end}", as_tensor(found), as_tensor(right), mistakes, kExactly);
  };
  check({{2, 3}, {2}}, 4);
  check({{16, 2}, {16}, {1, 16}, {1}}, 4);
  check({{3, 2}, {}, {4}}, 8);
  check({{2, 0}, {5}}, 4);
  check({{7}, {2, 2, 2}}, 1);
}

// -- tasks 3 and 4 ----------------------------------------------------------------------------------------------------

std::string in_quotes(const std::vector<std::string>& names) {
  return names.empty() ? "none" : fmt::format("\"{}\"", fmt::join(names, "\", \""));
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::ranges::sort(names);
  return names;
}

struct NamesMistake {
  std::vector<std::string> names;
  std::string meaning;
};

/// Compares names, and says which mistake it is if it is a known one.
void expect_names(const std::string& what, const nn::StateDict& found, const std::vector<std::string>& expected,
                  const std::vector<NamesMistake>& mistakes) {
  const std::vector<std::string> names = found.keys();
  if (names == expected) return;
  std::string text =
      fmt::format("{} has other names\nexpected: {}\nfound: {}", what, in_quotes(expected), in_quotes(names));
  if (sorted(names) == sorted(expected)) text += "\nThe names are right, their order is not: keep that of the state.";
  for (const NamesMistake& mistake : mistakes) {
    if (names == mistake.names) text += "\n" + mistake.meaning;
  }
  expect(false, text);
}

void check_without_prefix(const Answers& answers) {
  const auto check = [&](const std::vector<std::string>& names, const std::string& prefix,
                         const std::vector<std::string>& expected, const std::vector<NamesMistake>& mistakes) {
    nn::StateDict state;
    for (const std::string& name : names) state.insert(name, tensor(static_cast<double>(state.size())));
    const std::string call = fmt::format("without_prefix(state, \"{}\") for names {}", prefix, in_quotes(names));
    const nn::StateDict found = answers.without_prefix(state, prefix);
    expect_names(call, found, expected, mistakes);
    double number = 0;
    for (const auto& [name, tensor] : found) {
      expect_close(fmt::format("the tensor \"{}\" of {}", name, call), tensor.item<double>(), number++, {}, kExactly);
    }
  };
  check({"model.2.weight", "model.2.bias", "model.0.weight"}, "model.", {"2.weight", "2.bias", "0.weight"},
        {{{"model.2.weight", "model.2.bias", "model.0.weight"}, "The prefix is still there."},
         {{".2.weight", ".2.bias", ".0.weight"}, "The dot belongs to the prefix: leave out prefix.size() letters."}});
  check({"module.0.weight", "count"}, "module.", {"0.weight", "count"},
        {{{"0.weight"}, "A name without the prefix stays, as it is."},
         {{"0.weight", ""}, "Only names that begin with the prefix lose letters."}});
  check({"model.model.0.weight", "old_model.0.weight"}, "model.", {"model.0.weight", "old_model.0.weight"},
        {{{"0.weight", "old_model.0.weight"}, "Take the prefix away once, not as often as it comes."},
         {{"model.0.weight", "old_0.weight"},
          "Only at its beginning does a name lose these letters: \"old_model.\" is another name."},
         {{"0.weight", "old_0.weight"}, "Take the prefix away once, and only at the beginning of a name."}});
}

void check_state_of(const Answers& answers) {
  manual_seed(1);
  const std::vector<Dense> layers = {
      {randn({3, 4}), randn({4})}, {randn({4, 4}), randn({4})}, {randn({4, 2}), randn({2})}};
  const std::vector<std::string> expected = {"0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"};
  const std::string call = "state_of(layers) for kernels (3, 4), (4, 4), (4, 2)";
  const nn::StateDict found = answers.state_of(layers);
  expect_names(
      call, found, expected,
      {{{"0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias"},
        "The Tanh between two layers is a module too and takes a number."},
       {{"1.weight", "1.bias", "3.weight", "3.bias", "5.weight", "5.bias"}, "The numbers begin with 0."},
       {{"0.kernel", "0.bias", "2.kernel", "2.bias", "4.kernel", "4.bias"}, "PyTorch's Linear calls it weight."}});
  for (size_t i = 0; i < layers.size(); ++i) {
    const Tensor& kernel = layers[i].kernel;
    const std::string weight = expected[2 * i], bias = expected[2 * i + 1];
    expect_close(fmt::format("\"{}\" of {}", weight, call), found[weight], kernel.t(),
                 {{kernel, "The kernel is (in, out), a weight (out, in): transpose it."},
                  {kernel.reshape({kernel.size(1), kernel.size(0)}),
                   "This has the right sizes, but the numbers in the kernel's order: transpose it, with t()."}},
                 kExactly);
    expect_close(fmt::format("\"{}\" of {}", bias, call), found[bias], layers[i].bias, {}, kExactly);
  }
  nn::Sequential network{nn::Linear(3, 4), nn::Tanh(), nn::Linear(4, 4), nn::Tanh(), nn::Linear(4, 2)};
  network.load_state_dict(found);
  const Tensor x = randn({5, 3});
  Tensor y = x.matmul(layers[0].kernel) + layers[0].bias;
  for (size_t i = 1; i < layers.size(); ++i) y = y.tanh().matmul(layers[i].kernel) + layers[i].bias;
  expect_close("what a Sequential makes of five inputs with state_of(layers)", network(x), y);
}

}  // namespace

std::vector<Task> tasks(const Answers& answers) {
  return {
      {"the length of a header", "Go from the last of the eight bytes to the first: length = length * 256 + byte.",
       [=] { check_header_length(answers); }},
      {"the byte ranges of tensors", "The product of the sizes, times element_size; keep where the last one ended.",
       [=] { check_byte_ranges(answers); }},
      {"names without a prefix", "For each name: does it begin with the prefix? Then name.substr(prefix.size()).",
       [=] { check_without_prefix(answers); }},
      {"the weights of another library", "Layer i is module 2 i: a Tanh stands between each two.",
       [=] { check_state_of(answers); }},
  };
}

}  // namespace chapter_14
