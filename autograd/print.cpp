// Tensors as PyTorch prints them: aligned columns, four decimals, the middle left out of large ones
// (https://pytorch.org/docs/stable/generated/torch.set_printoptions.html, with its defaults).
#include <gradus/autograd/check.h>
#include <gradus/autograd/function.h>

#include <algorithm>
#include <cmath>
#include <ostream>

namespace gradus {
namespace {

constexpr int64_t kThreshold = 1000;  // elements, beyond which the middle is left out
constexpr int64_t kEdgeItems = 3;     // what is left at each end
constexpr size_t kLineWidth = 80;

/// The elements that are shown, in order: all of them, or three at each end of every dimension.
void collect_shown(const Tensor& x, bool summarize, std::vector<double>& values, std::vector<int64_t>& integers) {
  if (x.dim() == 0) {
    const Scalar value = x.item();
    value.is_floating_point() ? values.push_back(value.to<double>()) : integers.push_back(value.to<int64_t>());
    return;
  }
  const int64_t n = x.size(0);
  for (int64_t i = 0; i < n; ++i) {
    if (summarize && n > 2 * kEdgeItems && i == kEdgeItems) i = n - kEdgeItems;
    collect_shown(x[i], summarize, values, integers);
  }
}

/// How one element is written, the same for all: as an integer, with four decimals, or in scientific notation.
class Formatter {
 public:
  Formatter(const Tensor& x, bool summarize) : dtype_(x.dtype()) {
    std::vector<double> values;
    std::vector<int64_t> integers;
    collect_shown(x, summarize, values, integers);
    for (const int64_t value : integers) width_ = std::max(width_, integer(value).size());
    std::erase_if(values, [](double value) { return !std::isfinite(value) || value == 0; });
    if (values.empty()) return;
    double largest = 0, smallest = HUGE_VAL;
    for (const double value : values) {
      largest = std::max(largest, std::abs(value));
      smallest = std::min(smallest, std::abs(value));
      whole_ &= value == std::ceil(value);
    }
    scientific_ = largest / smallest > 1000 || largest > 1e8 || (!whole_ && smallest < 1e-4);
    for (const double value : values) {
      width_ = std::max(width_, scientific_ ? fmt::format("{:.4e}", value).size()
                                : whole_    ? fmt::format("{:.0f}.", value).size()
                                            : fmt::format("{:.4f}", value).size());
    }
  }

  size_t width() const { return width_; }

  std::string operator()(const Tensor& element) const {
    const Scalar value = element.item();
    return fmt::format("{:>{}}", value.is_floating_point() ? real(value.to<double>()) : integer(value.to<int64_t>()),
                       width_);
  }

 private:
  std::string integer(int64_t value) const {
    return dtype_ == kBool ? (value ? "True" : "False") : fmt::format("{}", value);
  }
  std::string real(double value) const {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    return scientific_ ? fmt::format("{:.4e}", value)
           : whole_    ? fmt::format("{:.0f}.", value)
                       : fmt::format("{:.4f}", value);
  }

  Dtype dtype_;
  bool whole_ = true, scientific_ = false;
  size_t width_ = 1;
};

std::string vector_string(const Tensor& x, size_t indent, bool summarize, const Formatter& format) {
  const size_t element_width = format.width() + 2;
  const size_t per_line = std::max<size_t>(1, (kLineWidth - std::min(indent, kLineWidth)) / element_width);
  const int64_t n = x.size(0);
  std::vector<std::string> elements;
  for (int64_t i = 0; i < n; ++i) {
    if (summarize && n > 2 * kEdgeItems && i == kEdgeItems) {
      elements.emplace_back(" ...");
      i = n - kEdgeItems;
    }
    elements.push_back(format(x[i]));
  }
  std::string text = "[";
  for (size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) text += i % per_line == 0 ? ",\n" + std::string(indent + 1, ' ') : ", ";
    text += elements[i];
  }
  return text + "]";
}

std::string body_string(const Tensor& x, size_t indent, bool summarize, const Formatter& format) {
  if (x.dim() == 0) return format(x);
  if (x.dim() == 1) return vector_string(x, indent, summarize, format);
  const std::string separator =
      "," + std::string(static_cast<size_t>(x.dim() - 1), '\n') + std::string(indent + 1, ' ');
  std::string text = "[";
  for (int64_t i = 0; i < x.size(0); ++i) {
    if (i > 0) text += separator;
    if (summarize && x.size(0) > 2 * kEdgeItems && i == kEdgeItems) {
      text += "..." + separator;
      i = x.size(0) - kEdgeItems;
    }
    text += body_string(x[i], indent + 1, summarize, format);
  }
  return text + "]";
}

std::vector<std::string> suffixes_of(const Tensor& x) {
  std::vector<std::string> suffixes;
  if (x.numel() == 0 && x.dim() != 1) suffixes.push_back(fmt::format("size=({})", fmt::join(x.sizes(), ", ")));
  const bool implied =
      x.numel() == 0 ? x.dtype() == get_default_dtype() : x.dtype() == get_default_dtype() || !x.is_floating_point();
  if (!implied) suffixes.push_back(fmt::format("dtype={}", to_string(x.dtype())));
  if (const Ptr<Node> node = x.grad_fn()) {
    suffixes.push_back(fmt::format("grad_fn=<{}>", node->name()));
  } else if (x.requires_grad()) {
    suffixes.emplace_back("requires_grad=True");
  }
  return suffixes;
}

}  // namespace

std::string Tensor::to_string() const {
  if (!defined()) return "Tensor (undefined)";
  static constexpr std::string_view prefix = "tensor(";
  std::string text(prefix);
  if (numel() == 0) {
    text += "[]";
  } else {
    const bool summarize = numel() > kThreshold;
    const Tensor values = detach();
    text += body_string(values, prefix.size(), summarize, Formatter(values, summarize));
  }
  const size_t last_newline = text.rfind('\n');
  size_t line = last_newline == std::string::npos ? text.size() + 2 : text.size() - last_newline + 1;
  for (const std::string& suffix : suffixes_of(*this)) {
    if (line + suffix.size() + 2 > kLineWidth) {
      text += ",\n" + std::string(prefix.size(), ' ') + suffix;
      line = prefix.size() + suffix.size();
    } else {
      text += ", " + suffix;
      line += suffix.size() + 2;
    }
  }
  return text + ")";
}

std::ostream& operator<<(std::ostream& stream, const Tensor& tensor) { return stream << tensor.to_string(); }

}  // namespace gradus
