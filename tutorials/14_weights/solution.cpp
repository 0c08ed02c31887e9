// A solution of the exercise of chapter 14: weights.
#include "tasks.h"

namespace chapter_14 {

// Task 1. The length of a safetensors file's header: the first 8 bytes of the file as one number, the lowest byte
// first. A char may be negative; static_cast<unsigned char>(file[i]) is the byte, 0 to 255.
uint64_t header_length(const std::string& file) {
  uint64_t length = 0;
  for (size_t i = 8; i-- > 0;) length = length << 8 | static_cast<unsigned char>(file[i]);
  return length;
}

// Task 2. Tensors of these shapes lie in a file one after the other, from byte 0 on, each number in element_size bytes.
// From which byte on does each lie, and before which byte does it end? These are the two numbers of data_offsets. A
// shape without dimensions, {}, is a single number. ranges.push_back({begin, end}) adds one to the result.
std::vector<ByteRange> byte_ranges(const std::vector<Shape>& shapes, int64_t element_size) {
  std::vector<ByteRange> ranges;
  int64_t begin = 0;
  for (const Shape& shape : shapes) {
    int64_t bytes = element_size;
    for (const int64_t size : shape) bytes *= size;
    ranges.push_back({begin, begin + bytes});
    begin += bytes;
  }
  return ranges;
}

// Task 3. Weights saved from within another module have its name in front of theirs, "model.0.weight". Return the same
// tensors in the same order under names without `prefix`, here "model.". A name that does not begin with it stays as it
// is. for (const auto& [name, tensor] : state) goes through a state, name.starts_with(prefix) asks, name.substr(n) is
// the name without its first n letters, and result.insert(name, tensor) adds a tensor.
nn::StateDict without_prefix(const nn::StateDict& state, const std::string& prefix) {
  nn::StateDict result;
  for (const auto& [name, tensor] : state) {
    result.insert(name.starts_with(prefix) ? name.substr(prefix.size()) : name, tensor);
  }
  return result;
}

// Task 4. Another library computes x kernel + bias in each layer, with kernel (in, out), and tanh between two layers.
// Return the state_dict of Sequential{Linear, Tanh, Linear, Tanh, ..., Linear} that computes the same: the modules are
// numbered from 0, a Tanh has no weights, and a Linear computes x weight^T + bias. std::to_string(3) is "3".
nn::StateDict state_of(const std::vector<Dense>& layers) {
  nn::StateDict state;
  for (size_t i = 0; i < layers.size(); ++i) {
    const std::string number = std::to_string(2 * i);
    state.insert(number + ".weight", layers[i].kernel.t());
    state.insert(number + ".bias", layers[i].bias);
  }
  return state;
}

}  // namespace chapter_14
