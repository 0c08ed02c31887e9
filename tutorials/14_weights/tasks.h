#pragma once
#include <gradus/nn/named_tensors.h>
#include <gradus/tutorials/common/exercise.h>

// The exercise of chapter 14: what exercise.cpp defines, and the tasks by which it is tried.
namespace chapter_14 {
using namespace gradus;
using namespace gradus::tutorials;

using Shape = std::vector<int64_t>;

/// Where a tensor's numbers lie in a file: from byte `begin` to before byte `end`.
struct ByteRange {
  int64_t begin = 0, end = 0;
};

/// A layer as another library keeps it: y = x kernel + bias, with kernel (in, out) and bias (out).
struct Dense {
  Tensor kernel, bias;
};

/// The length of a safetensors file's header: its first 8 bytes, little-endian.
uint64_t header_length(const std::string& file);
/// The byte ranges of tensors that lie one after the other, of numbers that take `element_size` bytes each.
std::vector<ByteRange> byte_ranges(const std::vector<Shape>& shapes, int64_t element_size);
/// The same tensors in the same order; names that begin with `prefix` lose it.
nn::StateDict without_prefix(const nn::StateDict& state, const std::string& prefix);
/// The state of Sequential{Linear, Tanh, Linear, Tanh, ..., Linear} that computes what the layers do.
nn::StateDict state_of(const std::vector<Dense>& layers);

/// The learner's functions; the tests put wrong ones in their places.
struct Answers {
  std::function<decltype(chapter_14::header_length)> header_length = chapter_14::header_length;
  std::function<decltype(chapter_14::byte_ranges)> byte_ranges = chapter_14::byte_ranges;
  std::function<decltype(chapter_14::without_prefix)> without_prefix = chapter_14::without_prefix;
  std::function<decltype(chapter_14::state_of)> state_of = chapter_14::state_of;
};

std::vector<Task> tasks(const Answers& answers);

}  // namespace chapter_14
