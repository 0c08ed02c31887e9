#pragma once
#include <gradus/autograd/tensor.h>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// What the readers of weights (safetensors, npz) share: numbers as files hold them become a Tensor.
namespace gradus::nn::detail {

/// How a file holds one number.
struct StoredType {
  enum class Kind : uint8_t { kBool, kSigned, kUnsigned, kFloat, kBfloat };
  Kind kind;
  size_t size;  // bytes
  bool big_endian = false;

  /// The tensor's dtype: the same where gradus has it, otherwise float32 for narrower floats and int64 for integers.
  Dtype dtype() const;
};

/// Bytes of `sizes` numbers of `element` bytes each; nothing when that, or a stride, would overflow.
std::optional<uint64_t> stored_bytes(std::span<const int64_t> sizes, size_t element);

/// Reads the next `size` bytes, all of them, or throws.
using ReadBytes = std::function<void(std::byte* to, size_t size)>;

/// A tensor of numbers in row-major order. `what` stands before the sentence of an error.
Tensor read_numbers(IntArrayRef sizes, StoredType type, const ReadBytes& read, const std::string& what);

/// The numbers of a contiguous tensor as they lie in memory, little-endian.
std::span<const std::byte> bytes_of(const Tensor& contiguous);

/// The tensors of a state, contiguous and without history. Throws Error for an undefined one.
TensorList tensors_to_save(std::span<const std::pair<std::string, Tensor>> state);

/// The size of a file. Throws Error when it is missing, no file (a directory, say) or empty.
uint64_t file_size(const std::filesystem::path& path);

/// A name found in a file, for a message: in quotes, shortened, without control characters.
std::string printable(std::string_view name);

/// More dimensions than any tensor has; a file that asks for more is damaged.
inline constexpr size_t kMaxDims = 64;

}  // namespace gradus::nn::detail
