#include <gradus/autograd/check.h>
#include <gradus/nn/npy_header.h>

#include <algorithm>
#include <charconv>

namespace gradus::nn::detail {

namespace {

/// A cursor over the text of the dictionary. What is not the piece asked for is an error.
class Literal {
 public:
  Literal(std::string_view text, const std::string& what) : text_(text), what_(what) {}

  bool accept(char c) {
    skip_spaces();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail();
  }

  /// 'text' or "text"; backslashes mean nothing here.
  std::string_view string() {
    skip_spaces();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    const size_t end = quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : std::string_view::npos;
    if (end == std::string_view::npos) fail();
    const std::string_view content = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return content;
  }

  bool boolean() {
    skip_spaces();
    for (const std::string_view word : {"True", "False"}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      return word == "True";
    }
    fail();
  }

  /// (), (3,) or (3, 4)
  std::vector<int64_t> tuple() {
    std::vector<int64_t> numbers;
    expect('(');
    while (!accept(')')) {
      skip_spaces();
      int64_t number = 0;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
      if (error != std::errc() || number < 0) fail();
      at_ = static_cast<size_t>(end - text_.data());
      GRADUS_CHECK(numbers.size() < kMaxDims, "{} has more than {} dimensions", what_, kMaxDims);
      numbers.push_back(number);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return numbers;
  }

  void expect_end() {
    skip_spaces();
    if (at_ != text_.size()) fail();
  }

  [[noreturn]] void fail() const {
    throw Error(
        fmt::format("{} is damaged: its header is {}, which is no description of an array", what_, printable(text_)));
  }

 private:
  void skip_spaces() { at_ = std::min(text_.find_first_not_of(" \n", at_), text_.size()); }

  std::string_view text_;
  const std::string& what_;
  size_t at_ = 0;
};

/// "<f4": the byte order (| where there is none), the kind, the bytes of an element.
StoredType parse_descr(std::string_view descr, const std::string& what) {
  using Kind = StoredType::Kind;
  const auto is = [&](std::string_view kinds, std::string_view sizes) {
    return descr.size() == 3 && kinds.find(descr[1]) != kinds.npos && sizes.find(descr[2]) != sizes.npos;
  };
  GRADUS_CHECK(!descr.starts_with("|O"), "{} holds Python objects (pickled), which gradus does not read", what);
  GRADUS_CHECK((is("b", "1") || is("iu", "1248") || is("f", "248")) &&
                   (descr[0] == '<' || descr[0] == '>' || (descr[0] == '|' && descr[2] == '1')),
               "{} has the dtype {}, which gradus cannot read", what, printable(descr));
  const Kind kind = descr[1] == 'b'   ? Kind::kBool
                    : descr[1] == 'i' ? Kind::kSigned
                    : descr[1] == 'u' ? Kind::kUnsigned
                                      : Kind::kFloat;
  return {kind, static_cast<size_t>(descr[2] - '0'), descr[0] == '>'};
}

std::string_view descr_of(Dtype dtype) {
  return dtype == kBool ? "|b1" : dtype == kInt64 ? "<i8" : dtype == kFloat32 ? "<f4" : "<f8";
}

}  // namespace

NpyHeader parse_npy_header(std::string_view text, const std::string& what) {
  Literal literal(text, what);
  NpyHeader header;
  std::vector<std::string_view> seen;
  literal.expect('{');
  while (!literal.accept('}')) {
    const std::string_view key = literal.string();
    if (std::ranges::find(seen, key) != seen.end()) literal.fail();
    seen.push_back(key);
    literal.expect(':');
    if (key == "descr") {
      GRADUS_CHECK(!literal.accept('['), "{} holds records (a structured dtype), which gradus does not read", what);
      header.type = parse_descr(literal.string(), what);
    } else if (key == "fortran_order") {
      header.fortran_order = literal.boolean();
    } else if (key == "shape") {
      header.sizes = literal.tuple();
    } else {
      literal.fail();
    }
    if (!literal.accept(',')) {
      literal.expect('}');
      break;
    }
  }
  literal.expect_end();
  if (seen.size() != 3) literal.fail();
  return header;
}

std::string make_npy_header(Dtype dtype, IntArrayRef sizes) {
  constexpr size_t kAlignment = 64, kFixed = kNpyPrefix + 2;
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr_of(dtype),
                                 fmt::join(sizes, ", "), sizes.size() == 1 ? "," : "");
  const size_t whole = (kFixed + text.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
  text.append(whole - kFixed - text.size() - 1, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", kNpyPrefix);
  header += static_cast<char>(text.size() & 0xFF);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

}  // namespace gradus::nn::detail
