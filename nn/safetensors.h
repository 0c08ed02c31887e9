#pragma once
#include <gradus/nn/named_tensors.h>
#include <map>
#include <string>

// Weights as safetensors files (https://huggingface.co/docs/safetensors), which Python, Rust and browsers read too:
//
//   8 bytes    the length n of the header, little-endian
//   n bytes    the header, JSON: {"0.weight": {"dtype": "F32", "shape": [10, 784], "data_offsets": [0, 31360]}, ...}
//   the rest   the numbers, row-major and little-endian; offsets count from here
namespace gradus::nn {

/// Text that travels with the weights: {{"format", "pt"}}.
using SafetensorsMetadata = std::map<std::string, std::string>;

/// Saves a state: `nn::save_safetensors("model.safetensors", model.state_dict());`. The file is written aside and
/// renamed, so what was there stays when it cannot be written. Throws Error, one sentence.
void save_safetensors(const std::string& path, const StateDict& state, const SafetensorsMetadata& metadata = {});

/// Loads a state, in the header's order: `model.load_state_dict(nn::load_safetensors("model.safetensors"));`.
/// F32, F64, I64 and BOOL stay what they are; F16 and BF16 become float32, other integers int64. Throws Error, one
/// sentence with the file's name, for one that is missing, damaged or holds another type; it runs no code and takes no
/// more memory than the file's content needs.
StateDict load_safetensors(const std::string& path);

/// The text that was saved with the weights. Throws as load_safetensors.
SafetensorsMetadata load_safetensors_metadata(const std::string& path);

}  // namespace gradus::nn
