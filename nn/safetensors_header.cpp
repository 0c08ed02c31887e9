#include <gradus/autograd/check.h>
#include <gradus/nn/safetensors_header.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <numeric>
#include <unordered_set>

namespace gradus::nn::detail {

namespace {

using nlohmann::json;
using Kind = StoredType::Kind;

struct NamedType {
  std::string_view name;
  StoredType type;
};
constexpr std::array<NamedType, 13> kTypes = {{{"BOOL", {Kind::kBool, 1}},
                                               {"U8", {Kind::kUnsigned, 1}},
                                               {"I8", {Kind::kSigned, 1}},
                                               {"U16", {Kind::kUnsigned, 2}},
                                               {"I16", {Kind::kSigned, 2}},
                                               {"F16", {Kind::kFloat, 2}},
                                               {"BF16", {Kind::kBfloat, 2}},
                                               {"U32", {Kind::kUnsigned, 4}},
                                               {"I32", {Kind::kSigned, 4}},
                                               {"F32", {Kind::kFloat, 4}},
                                               {"U64", {Kind::kUnsigned, 8}},
                                               {"I64", {Kind::kSigned, 8}},
                                               {"F64", {Kind::kFloat, 8}}}};

std::string_view name_of(StoredType type) {
  const auto same = [&](const NamedType& t) { return t.type.kind == type.kind && t.type.size == type.size; };
  return std::ranges::find_if(kTypes, same)->name;
}

/// Takes the header's JSON in as it is parsed, token by token: what does not belong there ends it at once, however
/// large or deeply nested, and a name that comes twice is seen.
class HeaderReader : public nlohmann::json_sax<json> {
 public:
  explicit HeaderReader(const std::string& file) : file_(file) {}
  SafetensorsHeader take() && { return std::move(header_); }

  bool start_object(size_t) override {
    if (level_ > kTensors) misplaced("an object");
    if (level_ == kTensors) fields_ = {};
    ++level_;
    return true;
  }

  bool key(string_t& name) override {
    if (level_ == kTensors) {
      check(names_.insert(name).second, "its header names {} twice", printable(name));
      name_ = name;
      is_metadata_ = name == "__metadata__";
      if (!is_metadata_) header_.entries.emplace_back().name = name;
      return true;
    }
    field_ = name;
    if (is_metadata_) {
      check(!header_.metadata.contains(name), "its metadata name {} twice", printable(name));
      return true;
    }
    const auto field = std::ranges::find(kFields, name);
    check(field != kFields.end(), "{} has an unknown field {}", printable(name_), printable(name));
    check(!fields_[static_cast<size_t>(field - kFields.begin())], "{} has two fields {}", printable(name_),
          printable(name));
    fields_[static_cast<size_t>(field - kFields.begin())] = true;
    return true;
  }

  bool end_object() override {
    --level_;
    if (level_ == kTensors && !is_metadata_) {
      for (size_t i = 0; i < kFields.size(); ++i) {
        check(fields_[i], "{} has no field \"{}\"", printable(name_), kFields[i]);
      }
      check(offsets_ == 2, "the data_offsets of {} are not two numbers", printable(name_));
      offsets_ = 0;
    }
    return true;
  }

  bool string(string_t& text) override {
    if (level_ == kFieldsOfOne && is_metadata_) {
      header_.metadata.emplace(field_, text);
    } else if (level_ == kFieldsOfOne && field_ == "dtype") {
      const auto found = std::ranges::find(kTypes, text, &NamedType::name);
      check(found != kTypes.end(), "{} has the dtype {}, which gradus cannot read", printable(name_), printable(text));
      header_.entries.back().type = found->type;
    } else {
      misplaced("a string");
    }
    return true;
  }

  bool start_array(size_t) override {
    if (level_ != kFieldsOfOne || is_metadata_ || field_ == "dtype") misplaced("an array");
    ++level_;
    return true;
  }
  bool end_array() override {
    --level_;
    return true;
  }

  bool number_unsigned(number_unsigned_t number) override {
    if (level_ != kNumbers) misplaced("a number");
    SafetensorsEntry& entry = header_.entries.back();
    if (field_ == "shape") {
      check(number <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()), "{} has a size of {}",
            printable(name_), number);
      check(entry.sizes.size() < kMaxDims, "{} has more than {} dimensions", printable(name_), kMaxDims);
      entry.sizes.push_back(static_cast<int64_t>(number));
    } else {
      check(offsets_ < 2, "the data_offsets of {} are not two numbers", printable(name_));
      (offsets_ == 0 ? entry.begin : entry.end) = number;
      ++offsets_;
    }
    return true;
  }
  bool number_integer(number_integer_t number) override {
    if (level_ != kNumbers) misplaced("a number");
    check(false, "{} has a negative number in its {}: {}", printable(name_), field_, number);
    return false;
  }
  bool number_float(number_float_t, const string_t& text) override {
    if (level_ != kNumbers) misplaced("a number");
    check(false, "{} has {} in its {}, which is no whole number of 64 bits", printable(name_), printable(text), field_);
    return false;
  }
  bool null() override { misplaced("null"); }
  bool boolean(bool) override { misplaced("true or false"); }
  bool binary(binary_t&) override { misplaced("binary data"); }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    check(false, "its header is no valid JSON, at byte {}", 8 + position);
    return false;
  }

 private:
  enum Level { kTop, kTensors, kFieldsOfOne, kNumbers };  // how many braces and brackets are open
  static constexpr std::array<std::string_view, 3> kFields = {"dtype", "shape", "data_offsets"};

  template <class... T>
  void check(bool condition, fmt::format_string<T...> text, T&&... arguments) const {
    if (!condition) throw Error(file_ + ": " + fmt::format(text, std::forward<T>(arguments)...));
  }
  [[noreturn]] void misplaced(std::string_view what) const {
    if (level_ < kFieldsOfOne) {
      throw Error(fmt::format("{}: its header has {} where a tensor's description should be", file_, what));
    }
    throw Error(fmt::format("{}: {} has {} in its field {}", file_, printable(name_), what, printable(field_)));
  }

  const std::string& file_;
  SafetensorsHeader header_;
  int level_ = kTop;
  bool is_metadata_ = false;
  std::string name_, field_;      // where we are
  std::array<bool, 3> fields_{};  // which fields the entry has had
  int offsets_ = 0;               // how many of its offsets
  std::unordered_set<std::string> names_;
};

void check_entries(const std::vector<SafetensorsEntry>& entries, uint64_t data_bytes, const std::string& file) {
  for (const SafetensorsEntry& entry : entries) {
    const std::string name = printable(entry.name);
    GRADUS_CHECK(entry.begin <= entry.end && entry.end <= data_bytes,
                 "{}: {} lies at bytes {} to {} of the numbers, but there are {} bytes of numbers", file, name,
                 entry.begin, entry.end, data_bytes);
    const std::optional<uint64_t> bytes = stored_bytes(entry.sizes, entry.type.size);
    GRADUS_CHECK(bytes, "{}: {} has a shape too large to count its bytes: {}", file, name, entry.sizes);
    GRADUS_CHECK(*bytes == entry.end - entry.begin,
                 "{}: {} has dtype {} and shape {}, which takes {} bytes, but has {}", file, name, name_of(entry.type),
                 entry.sizes, *bytes, entry.end - entry.begin);
  }
  // In the order of their numbers each has to begin where the one before ends.
  std::vector<size_t> order(entries.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t i) { return std::pair(entries[i].begin, entries[i].end); });
  uint64_t at = 0;
  for (const size_t i : order) {
    GRADUS_CHECK(entries[i].begin >= at, "{}: {} overlaps the tensor before it", file, printable(entries[i].name));
    GRADUS_CHECK(entries[i].begin == at, "{}: the {} bytes before {} belong to no tensor", file, entries[i].begin - at,
                 printable(entries[i].name));
    at = entries[i].end;
  }
  GRADUS_CHECK(at == data_bytes, "{}: the last {} bytes belong to no tensor", file, data_bytes - at);
}

std::string as_json(const std::string& text) {
  try {
    return json(text).dump();
  } catch (const json::exception&) {
    throw Error(fmt::format("{} cannot be saved: it is no UTF-8", printable(text)));
  }
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text, uint64_t data_bytes, const std::string& file) {
  GRADUS_CHECK(text.starts_with('{'), "{}: its header does not begin with {{, so it is no safetensors file", file);
  HeaderReader reader(file);
  json::sax_parse(text, &reader);
  SafetensorsHeader header = std::move(reader).take();
  check_entries(header.entries, data_bytes, file);
  return header;
}

std::string make_safetensors_header(const SafetensorsHeader& header) {
  std::vector<std::string> fields;
  if (!header.metadata.empty()) {
    std::vector<std::string> texts;
    for (const auto& [key, value] : header.metadata) texts.push_back(as_json(key) + ":" + as_json(value));
    fields.push_back(fmt::format("\"__metadata__\":{{{}}}", fmt::join(texts, ",")));
  }
  for (const SafetensorsEntry& entry : header.entries) {
    fields.push_back(fmt::format(R"({}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})", as_json(entry.name),
                                 name_of(entry.type), fmt::join(entry.sizes, ","), entry.begin, entry.end));
  }
  std::string text = fmt::format("{{{}}}", fmt::join(fields, ","));
  text.append((8 - text.size() % 8) % 8, ' ');
  return text;
}

}  // namespace gradus::nn::detail
