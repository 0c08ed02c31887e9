#pragma once
#include <gradus/nn/safetensors.h>
#include <gradus/nn/stored_numbers.h>
#include <string_view>

namespace gradus::nn::detail {

/// One tensor of a safetensors file: what its header says.
struct SafetensorsEntry {
  std::string name;
  StoredType type{};
  std::vector<int64_t> sizes;
  uint64_t begin = 0, end = 0;  // in bytes, from the end of the header
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;
  SafetensorsMetadata metadata;
};

/// No header is longer; one that says so is damaged. The bound of the format's own library.
inline constexpr uint64_t kMaxHeaderBytes = 100'000'000;

/// Reads a header and checks each entry and that together they fill `data_bytes` bytes without gap or overlap. Throws
/// Error, one sentence that starts with `file`.
SafetensorsHeader parse_safetensors_header(std::string_view json, uint64_t data_bytes, const std::string& file);

/// The header of tensors in that order, padded with spaces to a multiple of 8 bytes. Throws Error for a name that JSON
/// cannot hold.
std::string make_safetensors_header(const SafetensorsHeader& header);

}  // namespace gradus::nn::detail
