#include <gradus/tutorials/14_weights/tasks.h>

#include <algorithm>
#include <cmath>

#include "helpers.h"

using namespace chapter_14;

namespace {

TEST(Chapter14, TheSolutionPasses) { expect_all_pass(tasks({})); }

TEST(Chapter14, WrongHeaderLengths) {
  const auto byte = [](const std::string& file, size_t i) { return uint64_t{static_cast<unsigned char>(file[i])}; };
  Answers wrong;
  wrong.header_length = [=](const std::string& file) {
    uint64_t length = 0;
    for (size_t i = 0; i < 8; ++i) length = length << 8 | byte(file, i);
    return length;
  };
  expect_wrong(tasks(wrong), 1, "This reads the highest byte first");
  wrong.header_length = [](const std::string& file) {
    uint64_t length = 0;
    for (size_t i = 8; i-- > 0;)
      length = length * 256 + static_cast<uint64_t>(int64_t{static_cast<signed char>(file[i])});
    return length;
  };
  expect_wrong(tasks(wrong), 1, "A char over 127 was taken for a negative number");
  wrong.header_length = [=](const std::string& file) { return byte(file, 0); };
  expect_wrong(tasks(wrong), 1, "This is the first byte alone");
  wrong.header_length = [=](const std::string& file) {
    uint64_t sum = 0;
    for (size_t i = 0; i < 8; ++i) sum += byte(file, i);
    return sum;
  };
  expect_wrong(tasks(wrong), 1, "not to be added as they are");
  wrong.header_length = [=](const std::string& file) {
    double number = 0;
    for (size_t i = 0; i < 8; ++i) number += static_cast<double>(byte(file, i)) * std::pow(10, i);
    return static_cast<uint64_t>(number);
  };
  expect_wrong(tasks(wrong), 1, "in base 256, not in base 10");
  wrong.header_length = [=](const std::string& file) {
    uint32_t length = 0;
    for (size_t i = 0; i < 4; ++i) length |= static_cast<uint32_t>(byte(file, i)) << 8 * i;
    return uint64_t{length};
  };
  expect_wrong(tasks(wrong), 1, "The upper four bytes are missing");
  wrong.header_length = [](const std::string& file) { return header_length(file) + 8; };
  expect_wrong(tasks(wrong), 1, "This is where the numbers begin");
  wrong.header_length = [](const std::string& file) { return file.size(); };
  expect_wrong(tasks(wrong), 1, "begins 80 00 00 00 00 00 00 00");
}

// Ranges whose sizes in bytes `bytes_of` tells.
auto ranges_by(const std::function<int64_t(const Shape& shape, int64_t element_size)>& bytes_of) {
  return [=](const std::vector<Shape>& shapes, int64_t element_size) {
    std::vector<ByteRange> ranges;
    int64_t at = 0;
    for (const Shape& shape : shapes) {
      const int64_t bytes = bytes_of(shape, element_size);
      ranges.push_back({at, at + bytes});
      at += bytes;
    }
    return ranges;
  };
}

int64_t product(const Shape& shape) {
  int64_t numbers = 1;
  for (const int64_t size : shape) numbers *= size;
  return numbers;
}

// The right ranges, each changed by `change`.
auto changed_ranges(const std::function<ByteRange(ByteRange range)>& change) {
  return [=](const std::vector<Shape>& shapes, int64_t element_size) {
    std::vector<ByteRange> ranges = byte_ranges(shapes, element_size);
    for (ByteRange& range : ranges) range = change(range);
    return ranges;
  };
}

TEST(Chapter14, WrongByteRanges) {
  Answers wrong;
  wrong.byte_ranges = ranges_by([](const Shape& shape, int64_t) { return product(shape); });
  expect_wrong(tasks(wrong), 2, "the offsets count bytes");
  wrong.byte_ranges = ranges_by([](const Shape& shape, int64_t element_size) {
    int64_t sum = 0;
    for (const int64_t size : shape) sum += size;
    return sum * element_size;
  });
  expect_wrong(tasks(wrong), 2, "the product of its sizes, not their sum");
  wrong.byte_ranges = ranges_by(
      [](const Shape& shape, int64_t element_size) { return shape.empty() ? 0 : product(shape) * element_size; });
  expect_wrong(tasks(wrong), 2, "the product of no sizes is 1");
  wrong.byte_ranges = ranges_by([](const Shape& shape, int64_t) { return product(shape) * 4; });
  expect_wrong(tasks(wrong), 2, "byte_ranges([[3, 2], [], [4]], 8)");
  wrong.byte_ranges = changed_ranges([](ByteRange range) { return ByteRange{range.begin, range.end - 1}; });
  expect_wrong(tasks(wrong), 2, "The end is the byte after the last one");
  wrong.byte_ranges = changed_ranges([](ByteRange range) { return ByteRange{range.begin, range.end - range.begin}; });
  expect_wrong(tasks(wrong), 2, "not how many bytes it has");
  wrong.byte_ranges = changed_ranges([](ByteRange range) { return ByteRange{0, range.end - range.begin}; });
  expect_wrong(tasks(wrong), 2, "not at 0");
  wrong.byte_ranges = [](const auto&, int64_t) { return std::vector<ByteRange>{}; };
  expect_wrong(tasks(wrong), 2, "has 0 ranges for 2 tensors");
}

// The state with each name as `rename` makes it; nothing for a name that is left out.
auto renamed_by(const std::function<std::string(const std::string& name, const std::string& prefix)>& rename) {
  return [=](const nn::StateDict& state, const std::string& prefix) {
    nn::StateDict result;
    for (const auto& [name, tensor] : state) {
      if (const std::string changed = rename(name, prefix); !changed.empty()) result.insert(changed, tensor);
    }
    return result;
  };
}

TEST(Chapter14, WrongNames) {
  Answers wrong;
  wrong.without_prefix = [](const nn::StateDict& state, const std::string&) { return state; };
  expect_wrong(tasks(wrong), 3, "The prefix is still there");
  wrong.without_prefix = renamed_by([](const std::string& name, const std::string& prefix) {
    return name.starts_with(prefix) ? name.substr(prefix.size() - 1) : name;
  });
  expect_wrong(tasks(wrong), 3, "The dot belongs to the prefix");
  wrong.without_prefix = renamed_by([](const std::string& name, const std::string& prefix) {
    return name.starts_with(prefix) ? name.substr(prefix.size()) : "";
  });
  expect_wrong(tasks(wrong), 3, "A name without the prefix stays, as it is");
  wrong.without_prefix = renamed_by([](std::string name, const std::string& prefix) {
    while (name.starts_with(prefix)) name = name.substr(prefix.size());
    return name;
  });
  expect_wrong(tasks(wrong), 3, "Take the prefix away once, not as often");
  wrong.without_prefix = renamed_by([](std::string name, const std::string& prefix) {
    const size_t at = name.find(prefix);
    return at == std::string::npos ? name : name.erase(at, prefix.size());
  });
  expect_wrong(tasks(wrong), 3, "Only at its beginning does a name lose these letters");
  wrong.without_prefix = renamed_by([](std::string name, const std::string& prefix) {
    for (size_t at = name.find(prefix); at != std::string::npos; at = name.find(prefix)) name.erase(at, prefix.size());
    return name;
  });
  expect_wrong(tasks(wrong), 3, "Take the prefix away once, and only at the beginning");
  wrong.without_prefix = [](const nn::StateDict& state, const std::string& prefix) {
    const nn::StateDict right = without_prefix(state, prefix);
    std::vector<nn::StateDict::value_type> items(right.begin(), right.end());
    std::ranges::sort(items, {}, [](const auto& item) { return item.first; });
    return nn::StateDict(items);
  };
  expect_wrong(tasks(wrong), 3, "their order is not");
  wrong.without_prefix = [](const nn::StateDict& state, const std::string& prefix) {
    nn::StateDict result = without_prefix(state, prefix);
    for (auto& [name, tensor] : result) tensor = tensor + 1;
    return result;
  };
  expect_wrong(tasks(wrong), 3, "the tensor \"2.weight\"");
  wrong.without_prefix = [](const nn::StateDict&, const std::string&) { return nn::StateDict{}; };
  expect_wrong(tasks(wrong), 3, "found: none");
  wrong.without_prefix = renamed_by([](const std::string& name, const std::string& prefix) {
    return name.substr(std::min(prefix.size(), name.size()));
  });
  expect_wrong(tasks(wrong), 3, "expected: \"0.weight\", \"count\"");
}

// The state of layers whose numbers, names and weights are made as told.
auto state_by(size_t first, size_t step, const std::string& weight, const std::function<Tensor(const Tensor&)>& turn) {
  return [=](const std::vector<Dense>& layers) {
    nn::StateDict state;
    for (size_t i = 0; i < layers.size(); ++i) {
      const std::string number = std::to_string(first + step * i);
      state.insert(number + "." + weight, turn(layers[i].kernel));
      state.insert(number + ".bias", layers[i].bias);
    }
    return state;
  };
}

TEST(Chapter14, WrongStates) {
  const auto turned = [](const Tensor& kernel) { return kernel.t(); };
  Answers wrong;
  wrong.state_of = state_by(0, 2, "weight", turned);
  expect_all_pass(tasks(wrong));
  wrong.state_of = state_by(0, 1, "weight", turned);
  expect_wrong(tasks(wrong), 4, "The Tanh between two layers is a module too");
  wrong.state_of = state_by(1, 2, "weight", turned);
  expect_wrong(tasks(wrong), 4, "The numbers begin with 0");
  wrong.state_of = state_by(0, 2, "kernel", turned);
  expect_wrong(tasks(wrong), 4, "PyTorch's Linear calls it weight");
  wrong.state_of = state_by(0, 2, "weight", [](const Tensor& kernel) { return kernel; });
  expect_wrong(tasks(wrong), 4, "The kernel is (in, out), a weight (out, in)");
  wrong.state_of = state_by(0, 2, "weight", [](const Tensor& kernel) {
    return kernel.reshape({kernel.size(1), kernel.size(0)});
  });
  expect_wrong(tasks(wrong), 4, "the numbers in the kernel's order");
  wrong.state_of = state_by(0, 2, "weight", [](const Tensor& kernel) {  // as if only the sizes mattered
    return kernel.size(0) == kernel.size(1) ? kernel : kernel.t();
  });
  expect_wrong(tasks(wrong), 4, "\"2.weight\" of state_of(layers)");
  wrong.state_of = [](const std::vector<Dense>& layers) {
    nn::StateDict state = state_of(layers);
    state["0.bias"] = zeros({4});
    return state;
  };
  expect_wrong(tasks(wrong), 4, "\"0.bias\" of state_of(layers)");
}

}  // namespace
