#include <gradus/autograd/aside_file.h>
#include <gradus/autograd/check.h>
#include <gradus/nn/npy_header.h>
#include <gradus/nn/npz.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <unordered_set>

namespace gradus::nn {

namespace {

using Archive = std::unique_ptr<zip_t, decltype([](zip_t* z) { zip_discard(z); })>;
using OpenEntry = std::unique_ptr<zip_file_t, decltype([](zip_file_t* f) { zip_fclose(f); })>;

std::string zip_message(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

// -- reading ----------------------------------------------------------------------------------------------------------

/// One NAME.npy of an archive, read from its start to its end.
class Entry {
 public:
  Entry(zip_t* archive, zip_uint64_t index, const zip_stat_t& stat, std::string what)
      : what_(std::move(what)), left_(stat.size), file_(zip_fopen_index(archive, index, 0)) {
    GRADUS_CHECK(file_ != nullptr, "{} cannot be unpacked: {}", what_, zip_strerror(archive));
  }

  Tensor tensor() {
    const detail::NpyHeader header = read_header();
    const std::optional<uint64_t> bytes = detail::stored_bytes(header.sizes, header.type.size);
    GRADUS_CHECK(bytes == left_, "{} is damaged: shape {} with {} bytes an element does not take the {} bytes it has",
                 what_, header.sizes, header.type.size, left_);
    std::vector<int64_t> sizes = header.sizes, back(sizes.size());
    if (header.fortran_order) std::ranges::reverse(sizes);  // column order: row-major order of the transposed
    const auto next = [&](std::byte* to, size_t size) { read(to, size); };
    const Tensor tensor = detail::read_numbers(sizes, header.type, next, what_);
    std::byte beyond{};
    const zip_int64_t more = zip_fread(file_.get(), &beyond, 1);  // at the end libzip compares the checksum
    GRADUS_CHECK(more == 0, "{} is damaged: {}", what_,
                 more > 0 ? "it is longer than the archive says" : zip_file_strerror(file_.get()));
    if (!header.fortran_order) return tensor;
    std::iota(back.rbegin(), back.rend(), int64_t{0});
    return tensor.permute(back).contiguous();
  }

 private:
  detail::NpyHeader read_header() {
    constexpr uint64_t kMaxLength = 65535;  // what version 1 can say; a shape of 64 numbers is far shorter
    std::array<char, detail::kNpyPrefix> prefix{};
    read(prefix.data(), prefix.size());
    const std::string_view magic(prefix.data(), 6);
    GRADUS_CHECK(magic == "\x93NUMPY", "{} does not begin as a .npy file does", what_);
    const int version = static_cast<unsigned char>(prefix[6]);
    GRADUS_CHECK(version >= 1 && version <= 3, "{} is of .npy version {}, which gradus cannot read", what_, version);
    std::array<unsigned char, 4> bytes{};
    read(bytes.data(), version == 1 ? 2 : 4);
    uint64_t length = 0;
    for (size_t i = bytes.size(); i-- > 0;) length = length << 8 | bytes[i];
    GRADUS_CHECK(length <= kMaxLength, "{} is damaged: its header should have {} bytes", what_, length);
    std::string text(length, '\0');
    read(text.data(), text.size());
    return detail::parse_npy_header(text, what_);
  }

  void read(void* to, size_t size) {
    GRADUS_CHECK(size <= left_, "{} is truncated", what_);
    left_ -= size;
    auto* at = static_cast<char*>(to);
    while (size > 0) {
      const zip_int64_t got = zip_fread(file_.get(), at, size);
      GRADUS_CHECK(got >= 0, "{} is damaged: {}", what_, zip_file_strerror(file_.get()));
      GRADUS_CHECK(got > 0, "{} is truncated", what_);
      at += got;
      size -= static_cast<size_t>(got);
    }
  }

  std::string what_;
  uint64_t left_;  // bytes that the archive promises and that are not read yet
  OpenEntry file_;
};

/// What the archive says of an entry, checked against what is possible: so memory is asked for only as the file can
/// fill.
void check_entry(const zip_stat_t& stat, uint64_t& left_in_file, const std::string& what) {
  constexpr uint64_t kMostPacked = 1032;  // deflate makes nothing smaller than 1/1032
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  GRADUS_CHECK((stat.valid & kNeeded) == kNeeded, "{} is damaged: the archive does not say how long it is", what);
  GRADUS_CHECK(stat.encryption_method == ZIP_EM_NONE, "{} is encrypted", what);
  GRADUS_CHECK(stat.comp_method == ZIP_CM_STORE || stat.comp_method == ZIP_CM_DEFLATE,
               "{} is packed by method {}; NumPy and gradus know 0 (not at all) and 8 (deflate)", what,
               stat.comp_method);
  GRADUS_CHECK(stat.comp_size <= left_in_file, "{} is damaged: its {} bytes are more than the file has", what,
               stat.comp_size);
  left_in_file -= stat.comp_size;
  const uint64_t most = stat.comp_method == ZIP_CM_STORE ? stat.comp_size : stat.comp_size * kMostPacked;
  GRADUS_CHECK(stat.size <= most, "{} is damaged: {} bytes cannot unpack to {}", what, stat.comp_size, stat.size);
}

// -- writing ----------------------------------------------------------------------------------------------------------

/// Adds header and numbers as one file; both must live until the archive is closed.
void add(zip_t* archive, const std::string& name, const std::string& header, std::span<const std::byte> numbers,
         const AsideFile& file) {
  GRADUS_CHECK(name.find('\0') == std::string::npos, "{} cannot be saved: its name holds a zero byte",
               detail::printable(name));
  // libzip does not write to what it reads from.
  std::array<zip_buffer_fragment_t, 2> parts = {
      {{reinterpret_cast<zip_uint8_t*>(const_cast<char*>(header.data())), header.size()},
       {reinterpret_cast<zip_uint8_t*>(const_cast<std::byte*>(numbers.data())), numbers.size()}}};
  zip_source_t* source = zip_source_buffer_fragment(archive, parts.data(), parts.size(), 0);
  if (source == nullptr) file.fail(zip_strerror(archive));
  const zip_int64_t index = zip_file_add(archive, (name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    const std::string reason = zip_strerror(archive);
    zip_source_free(source);
    file.fail(fmt::format("the name {}: {}", detail::printable(name), reason));
  }
  const auto entry = static_cast<zip_uint64_t>(index);
  constexpr zip_uint16_t kDay = 1 << 5 | 1;  // 1 January 1980, as NumPy: equal weights make equal files
  if (zip_set_file_compression(archive, entry, ZIP_CM_STORE, 0) != 0 ||
      zip_file_set_dostime(archive, entry, 0, kDay, 0) != 0) {
    file.fail(zip_strerror(archive));
  }
}

}  // namespace

void save_npz(const std::string& path, const StateDict& state) {
  const std::vector<StateDict::value_type> named(state.begin(), state.end());
  const TensorList tensors = detail::tensors_to_save(named);
  if (named.empty()) {  // libzip writes no file without entries; this is the end record of one
    return write_file(path, std::string_view("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22));
  }
  AsideFile file(path);
  int code = 0;
  Archive archive(zip_open(file.path().c_str(), ZIP_CREATE | ZIP_EXCL, &code));
  if (!archive) file.fail(zip_message(code));
  std::vector<std::string> headers;
  for (const Tensor& tensor : tensors) headers.push_back(detail::make_npy_header(tensor.dtype(), tensor.sizes()));
  for (size_t i = 0; i < named.size(); ++i) {
    add(archive.get(), named[i].first, headers[i], detail::bytes_of(tensors[i]), file);
  }
  if (zip_close(archive.get()) != 0) file.fail(zip_strerror(archive.get()));
  archive.release();  // zip_close has freed it
  file.commit();
}

StateDict load_npz(const std::string& path) {
  uint64_t left_in_file = detail::file_size(path);
  int code = 0;
  const Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  GRADUS_CHECK(archive, "{} cannot be read as .npz: {}", path, zip_message(code));
  std::vector<StateDict::value_type> items;
  std::unordered_set<std::string> names;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive.get(), 0); ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    zip_stat_t stat;
    zip_stat_init(&stat);
    GRADUS_CHECK(zip_stat_index(archive.get(), index, 0, &stat) == 0 && stat.name != nullptr, "{} is damaged: {}", path,
                 zip_strerror(archive.get()));
    std::string name = stat.name;
    const std::string what = fmt::format("{}: {}", path, detail::printable(name));
    GRADUS_CHECK(name.ends_with(".npy"), "{} is no .npy file, so this is no .npz archive", what);
    name.resize(name.size() - 4);
    GRADUS_CHECK(names.insert(name).second, "{} is there twice", what);
    check_entry(stat, left_in_file, what);
    items.emplace_back(std::move(name), Entry(archive.get(), index, stat, what).tensor());
  }
  return StateDict(std::move(items));
}

}  // namespace gradus::nn
