#pragma once
#include <gradus/nn/stored_numbers.h>
#include <string_view>
#include <vector>

namespace gradus::nn::detail {

/// What stands before the numbers of a .npy file: "\x93NUMPY", a version, and a Python dictionary in text.
struct NpyHeader {
  StoredType type{};
  bool fortran_order = false;
  std::vector<int64_t> sizes;
};

/// The bytes before the length of the header: magic and version; then 2 bytes of length (version 1) or 4.
inline constexpr size_t kNpyPrefix = 8;

/// Reads the dictionary, `{'descr': '<f4', 'fortran_order': False, 'shape': (10, 784), }`. Throws Error, one sentence
/// that starts with `what`.
NpyHeader parse_npy_header(std::string_view text, const std::string& what);

/// Magic, version 1, length and dictionary of a tensor in row-major order, padded to a multiple of 64 bytes.
std::string make_npy_header(Dtype dtype, IntArrayRef sizes);

}  // namespace gradus::nn::detail
