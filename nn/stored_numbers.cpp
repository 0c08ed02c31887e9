#include <gradus/autograd/check.h>
#include <gradus/nn/stored_numbers.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <vector>

namespace gradus::nn::detail {

static_assert(std::endian::native == std::endian::little, "weights are copied between file and memory as they are");

Dtype StoredType::dtype() const {
  switch (kind) {
    case Kind::kBool:
      return kBool;
    case Kind::kSigned:
    case Kind::kUnsigned:
      return kInt64;
    default:
      return size == 8 ? kFloat64 : kFloat32;
  }
}

std::optional<uint64_t> stored_bytes(std::span<const int64_t> sizes, size_t element) {
  int64_t numel = 1, extent = static_cast<int64_t>(element);  // without the zeros: what the strides reach
  for (const int64_t size : sizes) {
    if (size < 0 || __builtin_mul_overflow(extent, std::max<int64_t>(size, 1), &extent)) return std::nullopt;
    if (size == 0) numel = 0;
  }
  return numel == 0 ? 0 : static_cast<uint64_t>(extent);
}

namespace {

/// IEEE half precision: sign, 5 bits of exponent, 10 of mantissa
/// (https://en.wikipedia.org/wiki/Half-precision_floating-point_format).
float half_to_float(uint16_t bits) {
  const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  const float magnitude = exponent == 31  ? (mantissa == 0 ? std::numeric_limits<float>::infinity()
                                                           : std::numeric_limits<float>::quiet_NaN())
                          : exponent == 0 ? std::ldexp(static_cast<float>(mantissa), -24)
                                          : std::ldexp(static_cast<float>(1024 + mantissa), exponent - 25);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

/// The bits of one stored number, in the low end.
uint64_t bits_of(const std::byte* p, StoredType type) {
  uint64_t bits = 0;
  for (size_t i = 0; i < type.size; ++i) {
    const size_t place = type.big_endian ? type.size - 1 - i : i;
    bits |= std::to_integer<uint64_t>(p[i]) << 8 * place;
  }
  return bits;
}

double floating_value(uint64_t bits, StoredType type) {
  if (type.kind == StoredType::Kind::kBfloat) return std::bit_cast<float>(static_cast<uint32_t>(bits << 16));
  if (type.size == 2) return half_to_float(static_cast<uint16_t>(bits));
  if (type.size == 4) return std::bit_cast<float>(static_cast<uint32_t>(bits));
  return std::bit_cast<double>(bits);
}

int64_t integer_value(uint64_t bits, StoredType type, const std::string& what) {
  if (type.kind == StoredType::Kind::kSigned) {
    const size_t unused = 64 - 8 * type.size;
    return static_cast<int64_t>(bits << unused) >> unused;
  }
  GRADUS_CHECK(bits <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()),
               "{} holds {}, which int64 cannot hold", what, bits);
  return static_cast<int64_t>(bits);
}

/// Whether memory holds such numbers just as the file does.
bool is_same_in_memory(StoredType type) {
  using Kind = StoredType::Kind;
  return !type.big_endian &&
         ((type.kind == Kind::kFloat && type.size >= 4) || (type.kind == Kind::kSigned && type.size == 8));
}

void convert(std::span<const std::byte> from, StoredType type, std::byte* to, const std::string& what) {
  const auto each = [&]<class T>(T* out, auto value_of) {
    for (size_t at = 0; at < from.size(); at += type.size) *out++ = static_cast<T>(value_of(bits_of(&from[at], type)));
  };
  switch (type.dtype()) {
    case kBool:
      return each(reinterpret_cast<bool*>(to), [](uint64_t bits) { return bits != 0; });
    case kInt64:
      return each(reinterpret_cast<int64_t*>(to), [&](uint64_t bits) { return integer_value(bits, type, what); });
    case kFloat32:
      return each(reinterpret_cast<float*>(to), [&](uint64_t bits) { return floating_value(bits, type); });
    default:
      return each(reinterpret_cast<double*>(to), [&](uint64_t bits) { return floating_value(bits, type); });
  }
}

Tensor empty_or_throw(IntArrayRef sizes, Dtype dtype, const std::string& what) {
  try {
    return empty(sizes, dtype);
  } catch (const std::bad_alloc&) {
    throw Error(
        fmt::format("{} is too large for this machine's memory: {} of sizes {}", what, to_string(dtype), sizes));
  }
}

}  // namespace

Tensor read_numbers(IntArrayRef sizes, StoredType type, const ReadBytes& read, const std::string& what) {
  constexpr size_t kBlock = size_t{1} << 16;  // a multiple of every element's size
  Tensor tensor = empty_or_throw(sizes, type.dtype(), what);
  std::byte* to = tensor.impl()->data;
  size_t left = static_cast<size_t>(tensor.numel()) * type.size;
  if (is_same_in_memory(type)) {
    read(to, left);
    return tensor;
  }
  std::vector<std::byte> block(std::min(left, kBlock));
  while (left > 0) {
    const std::span<std::byte> part(block.data(), std::min(left, kBlock));
    read(part.data(), part.size());
    convert(part, type, to, what);
    to += part.size() / type.size * tensor.element_size();
    left -= part.size();
  }
  return tensor;
}

std::span<const std::byte> bytes_of(const Tensor& contiguous) {
  return {contiguous.impl()->data, static_cast<size_t>(contiguous.numel()) * contiguous.element_size()};
}

TensorList tensors_to_save(std::span<const std::pair<std::string, Tensor>> state) {
  TensorList tensors;
  for (const auto& [name, tensor] : state) {
    GRADUS_CHECK(tensor.defined(), "{} cannot be saved: it is an undefined tensor", printable(name));
    tensors.push_back(tensor.detach().contiguous());
  }
  return tensors;
}

uint64_t file_size(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  GRADUS_CHECK(std::filesystem::exists(status), "cannot read {}: {}", path.string(), std::strerror(ENOENT));
  GRADUS_CHECK(!std::filesystem::is_directory(status), "{} is a directory, not a file", path.string());
  GRADUS_CHECK(std::filesystem::is_regular_file(status), "{} is not a regular file", path.string());
  const uint64_t size = std::filesystem::file_size(path, error);
  GRADUS_CHECK(!error, "cannot read {}: {}", path.string(), error.message());
  GRADUS_CHECK(size > 0, "{} is empty", path.string());
  return size;
}

std::string printable(std::string_view name) {
  constexpr size_t kLongest = 80;
  std::string text(name.substr(0, kLongest));
  while (!text.empty() && name.size() > kLongest && (name[text.size()] & 0xC0) == 0x80) text.pop_back();
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return '"' + text + (name.size() > kLongest ? "...\"" : "\"");
}

}  // namespace gradus::nn::detail
