#include <gradus/autograd/aside_file.h>
#include <gradus/autograd/check.h>
#include <gradus/autograd/memory.h>
#include <gradus/datasets/csv.h>
#include <gradus/datasets/input_file.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>

namespace gradus::datasets {
namespace {

constexpr std::size_t kFields = 1 + kDigitPixels;     // label, pixels
constexpr std::size_t kBlock = std::size_t{1} << 20;  // bytes read at a time; also the longest line
using Row = std::array<std::uint8_t, kFields>;

/// Hands out the lines of a file one by one, without their line ends, from one block of memory.
class LineReader {
 public:
  explicit LineReader(const std::filesystem::path& path) : file_(path), block_(kBlock, '\0') {}

  /// Moves to the next line; false at the end of the file. The line is valid until the next call.
  bool next(std::string_view& line) {
    const char* newline = find_newline();
    if (newline == nullptr && !at_end_) {
      refill();
      newline = find_newline();
    }
    if (begin_ == end_) return false;
    ++number_;
    GRADUS_CHECK(newline != nullptr || at_end_,
                 "{}, row {}: the line is longer than {} bytes; a row holds a label and {} pixels", name(), number_,
                 kBlock, kDigitPixels);
    const auto length =
        newline == nullptr ? end_ - begin_ : static_cast<std::size_t>(newline - (block_.data() + begin_));
    line = std::string_view(block_).substr(begin_, length);
    if (line.ends_with('\r')) line.remove_suffix(1);
    begin_ += length + (newline == nullptr ? 0 : 1);
    return true;
  }

  const std::string& name() const { return file_.name(); }
  std::int64_t number() const { return number_; }

 private:
  const char* find_newline() const {
    return static_cast<const char*>(std::memchr(block_.data() + begin_, '\n', end_ - begin_));
  }

  void refill() {
    std::copy(block_.begin() + static_cast<std::ptrdiff_t>(begin_), block_.begin() + static_cast<std::ptrdiff_t>(end_),
              block_.begin());
    end_ -= begin_;
    begin_ = 0;
    const std::size_t got = file_.read(block_.data() + end_, kBlock - end_);
    at_end_ = got < kBlock - end_;
    end_ += got;
  }

  InputFile file_;
  std::string block_;
  std::size_t begin_ = 0, end_ = 0;  // what of the block is not handed out yet
  bool at_end_ = false;
  std::int64_t number_ = 0;
};

/// Room for as many rows as the file can hold, so that none is moved to make room for more. (A gzipped file's size says
/// less than that.)
void reserve(Digits& digits, const std::filesystem::path& path, std::optional<std::int64_t> limit) {
  constexpr std::uintmax_t kShortestRow = 2 * kFields;  // a digit and a comma, or the line's end, for each field
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return;  // a pipe has none
  std::size_t rows = size / kShortestRow;
  if (limit) rows = std::min(rows, static_cast<std::size_t>(*limit));
  digits.labels.reserve(rows);
  digits.pixels.reserve(rows * kDigitPixels);
  memory::prefer_huge_pages(digits.pixels.data(), digits.pixels.capacity());
}

/// Reads a row that is as it should be; false, and `row` is unspecified, for any other.
bool parse_row(std::string_view line, Row& row) {
  const char* p = line.data();
  const char* const end = p + line.size();
  for (std::size_t column = 0; column < kFields; ++column) {
    // Most of a picture is paper: four pixels of 0 in one step.
    while (column + 4 < kFields && end - p >= 8 && std::memcmp(p, "0,0,0,0,", 8) == 0) {
      std::fill_n(row.data() + column, 4, std::uint8_t{0});
      column += 4;
      p += 8;
    }
    unsigned value = 0;
    const char* const field = p;
    for (; p != end && *p >= '0' && *p <= '9'; ++p) {
      value = 10 * value + static_cast<unsigned>(*p - '0');
      if (value > 255) return false;
    }
    if (p == field) return false;
    row[column] = static_cast<std::uint8_t>(value);
    if (column + 1 < kFields) {
      if (p == end || *p != ',') return false;
      ++p;
    }
  }
  return p == end && row[0] < kDigitClasses;
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }

std::size_t count_fields(std::string_view line) { return 1 + static_cast<std::size_t>(std::ranges::count(line, ',')); }

/// The next field of `rest`, which is shortened by it and by its comma.
std::string_view take_field(std::string_view& rest) {
  const std::string_view field = rest.substr(0, rest.find(','));
  rest.remove_prefix(std::min(rest.size(), field.size() + 1));
  return field;
}

/// Whether the whole of `field` is a decimal number, as a value of a row would be, right or wrong.
bool is_number(std::string_view field) {
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  return error == std::errc() && end == field.data() + field.size();
}

/// A header names the columns: as many fields as a row has, and neither of the first two a number.
bool is_header(std::string_view line) {
  if (count_fields(line) != kFields) return false;
  std::string_view rest = line;
  const std::string_view first = take_field(rest), second = take_field(rest);
  return !first.empty() && !second.empty() && !is_number(first) && !is_number(second);
}

/// `field` in quotes, shortened and with unprintable bytes as '?', for a message; "nothing" when it is empty.
std::string quoted(std::string_view field) {
  constexpr std::size_t kLongest = 24;
  if (field.empty()) return "nothing";
  std::string text(field.substr(0, kLongest));
  std::ranges::replace_if(
      text, [](char c) { return std::isprint(static_cast<unsigned char>(c)) == 0; }, '?');
  return '"' + text + (field.size() > kLongest ? "...\"" : "\"");
}

/// Throws the sentence that says what is wrong with a row that parse_row refused.
[[noreturn]] void explain(const LineReader& lines, std::string_view line) {
  const std::size_t fields = count_fields(line);
  GRADUS_CHECK(fields == kFields, "{}, row {}: expected {} fields (a label and {} pixels), found {}", lines.name(),
               lines.number(), kFields, kDigitPixels, fields);
  std::string_view rest = line;
  for (std::size_t column = 1;; ++column) {
    const std::string_view field = take_field(rest);
    const bool is_label = column == 1;
    const unsigned largest = is_label ? kDigitClasses - 1 : 255;
    unsigned value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    const bool right = error == std::errc() && end == field.data() + field.size() && value <= largest;
    GRADUS_CHECK(right && column < kFields, "{}, row {}, column {}: expected a {} from 0 to {}, found {}", lines.name(),
                 lines.number(), column, is_label ? "label" : "pixel", largest, quoted(field));
  }
}

}  // namespace

Digits read_csv(const std::filesystem::path& path, std::optional<std::int64_t> limit) {
  GRADUS_CHECK(limit.value_or(1) >= 1, "limit should be a positive number of digits, but got {}", *limit);
  LineReader lines(path);
  Digits digits;
  Row row{};
  std::int64_t blank = 0;  // the number of a blank line, once there was one
  std::string_view line;
  while ((!limit || static_cast<std::int64_t>(digits.size()) < *limit) && lines.next(line)) {
    if (lines.number() == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);  // the byte order mark of UTF-8
    if (is_blank(line)) {
      if (blank == 0) blank = lines.number();
      continue;
    }
    GRADUS_CHECK(blank == 0, "{}, row {}: the line is blank, but row {} after it is not", lines.name(), blank,
                 lines.number());
    if (!parse_row(line, row)) {
      if (lines.number() == 1 && is_header(line)) continue;
      explain(lines, line);
    }
    if (digits.size() == 0) reserve(digits, path, limit);  // now that the file is known to be one of digits
    digits.labels.push_back(row[0]);
    digits.pixels.insert(digits.pixels.end(), row.begin() + 1, row.end());
  }
  GRADUS_CHECK(lines.number() > 0, "{} is empty; expected rows of a label and {} pixels", lines.name(), kDigitPixels);
  GRADUS_CHECK(digits.size() > 0, "{} holds no digit; expected rows of a label and {} pixels", lines.name(),
               kDigitPixels);
  return digits;
}

namespace {

/// The rows of a file in the making, gzipped or as they are.
class RowWriter {
 public:
  explicit RowWriter(const std::filesystem::path& path) : target_(path) {
    file_ = gzopen(target_.path().c_str(), path.extension() == ".gz" ? "wb6" : "wbT");  // T: as it is, not compressed
    if (file_ == nullptr) target_.fail(std::strerror(errno));
  }

  ~RowWriter() {
    if (file_ != nullptr) gzclose(file_);
  }

  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  void write(std::string_view text) {
    const int written = gzwrite(file_, text.data(), static_cast<unsigned>(text.size()));
    if (written != static_cast<int>(text.size())) target_.fail(std::strerror(errno));
  }

  void commit() {
    const int status = gzclose(file_);
    file_ = nullptr;
    if (status != Z_OK) target_.fail(std::strerror(errno));
    target_.commit();
  }

 private:
  AsideFile target_;
  gzFile file_ = nullptr;
};

}  // namespace

void write_csv(const std::filesystem::path& path, const Digits& digits) {
  RowWriter file(path);
  std::string line;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    line = std::to_string(digits.labels[i]);
    for (const std::uint8_t pixel : digits.image(i)) {
      line += ',';
      std::array<char, 3> text{};
      const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), pixel);
      line.append(text.data(), end);
    }
    line += '\n';
    file.write(line);
  }
  file.commit();
}

}  // namespace gradus::datasets
