#include <gradus/autograd/aside_file.h>
#include <gradus/autograd/check.h>
#include <gradus/nn/safetensors_header.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <numeric>

namespace gradus::nn {

namespace {

/// A safetensors file open for reading, its header read and checked.
class File {
 public:
  explicit File(const std::string& path) : name_(path) {
    const uint64_t size = detail::file_size(path);
    stream_.open(path, std::ios::binary);
    GRADUS_CHECK(stream_, "cannot read {}: {}", name_, std::strerror(errno));
    GRADUS_CHECK(size >= 8, "{} is truncated: it has {} bytes, and the length of its header takes 8", name_, size);
    std::array<unsigned char, 8> length{};
    read(length.data(), length.size());
    uint64_t header_bytes = 0;
    for (size_t i = length.size(); i-- > 0;) header_bytes = header_bytes << 8 | length[i];
    GRADUS_CHECK(header_bytes <= detail::kMaxHeaderBytes,
                 "{} is no safetensors file: its first 8 bytes say that the header has {} bytes, more than {}", name_,
                 header_bytes, detail::kMaxHeaderBytes);
    GRADUS_CHECK(header_bytes <= size - 8, "{} is truncated: its header should have {} bytes, but {} follow", name_,
                 header_bytes, size - 8);
    std::string text(header_bytes, '\0');
    read(text.data(), text.size());
    data_ = 8 + header_bytes;
    header_ = detail::parse_safetensors_header(text, size - data_, name_);
  }

  const detail::SafetensorsHeader& header() const { return header_; }

  Tensor tensor(const detail::SafetensorsEntry& entry) {
    stream_.seekg(static_cast<std::streamoff>(data_ + entry.begin));
    const auto next = [&](std::byte* to, size_t size) { read(to, size); };
    return detail::read_numbers(entry.sizes, entry.type, next,
                                fmt::format("{}: {}", name_, detail::printable(entry.name)));
  }

 private:
  void read(void* to, size_t size) {
    stream_.read(static_cast<char*>(to), static_cast<std::streamsize>(size));
    GRADUS_CHECK(stream_, "{} cannot be read to its end", name_);
  }

  std::string name_;
  std::ifstream stream_;
  uint64_t data_ = 0;  // where the numbers begin
  detail::SafetensorsHeader header_;
};

detail::StoredType stored_type(Dtype dtype) {
  using Kind = detail::StoredType::Kind;
  const Kind kind = dtype == kBool ? Kind::kBool : dtype == kInt64 ? Kind::kSigned : Kind::kFloat;
  return {kind, element_size(dtype)};
}

}  // namespace

void save_safetensors(const std::string& path, const StateDict& state, const SafetensorsMetadata& metadata) {
  const std::vector<StateDict::value_type> named(state.begin(), state.end());
  const TensorList tensors = detail::tensors_to_save(named);

  // The numbers of the widest types come first: then each lies at a multiple of its size, and readers may map it.
  std::vector<size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, std::greater(), [&](size_t i) { return tensors[i].element_size(); });
  detail::SafetensorsHeader header{std::vector<detail::SafetensorsEntry>(tensors.size()), metadata};
  uint64_t at = 0;
  for (const size_t i : order) {
    GRADUS_CHECK(named[i].first != "__metadata__",
                 "a tensor cannot be named \"__metadata__\": it is a part of the header");
    const uint64_t end = at + detail::bytes_of(tensors[i]).size();
    header.entries[i] = {named[i].first, stored_type(tensors[i].dtype()), tensors[i].sizes().vec(), at, end};
    at = end;
  }
  const std::string text = detail::make_safetensors_header(header);
  GRADUS_CHECK(text.size() <= detail::kMaxHeaderBytes, "cannot write {}: its header would have {} bytes, more than {}",
               path, text.size(), detail::kMaxHeaderBytes);

  AsideFile file(path);
  std::ofstream stream(file.path(), std::ios::binary);
  for (size_t i = 0; i < 8; ++i) stream.put(static_cast<char>(text.size() >> 8 * i & 0xFF));
  stream << text;
  for (const size_t i : order) {
    const auto bytes = detail::bytes_of(tensors[i]);
    stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  stream.close();
  if (!stream) file.fail(std::strerror(errno));
  file.commit();
}

StateDict load_safetensors(const std::string& path) {
  File file(path);
  std::vector<StateDict::value_type> items;
  for (const detail::SafetensorsEntry& entry : file.header().entries) {
    items.emplace_back(entry.name, file.tensor(entry));
  }
  return StateDict(std::move(items));
}

SafetensorsMetadata load_safetensors_metadata(const std::string& path) { return File(path).header().metadata; }

}  // namespace gradus::nn
