#include <gradus/autograd/check.h>
#include <gradus/autograd/kernels/kernels.h>
#include <gradus/autograd/trace/values.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace gradus::autograd::tracing {
namespace {

constexpr int64_t kNumbersElements = 100;        // shown as numbers
constexpr int64_t kQuantisedElements = 1 << 18;  // beyond, only the means of blocks are kept
constexpr int64_t kBlocksASide = 256;

/// The shortest text that reads back as the same number; JSON has none for what is not finite.
std::string number_text(double number, Dtype dtype) {
  if (std::isnan(number)) return "\"nan\"";
  if (std::isinf(number)) return number > 0 ? "\"inf\"" : "\"-inf\"";
  if (!is_floating_point(dtype)) return fmt::format("{}", static_cast<int64_t>(number));
  return dtype == kFloat32 ? fmt::format("{}", static_cast<float>(number)) : fmt::format("{}", number);
}

std::string base64(const std::byte* bytes, size_t count) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((count + 2) / 3 * 4);
  for (size_t i = 0; i < count; i += 3) {
    const auto byte = [&](size_t k) { return i + k < count ? std::to_integer<uint32_t>(bytes[i + k]) : 0; };
    const uint32_t bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    text += digits[bits >> 18];
    text += digits[bits >> 12 & 63];
    text += i + 1 < count ? digits[bits >> 6 & 63] : '=';
    text += i + 2 < count ? digits[bits & 63] : '=';
  }
  return text;
}

void describe(Value& value, const std::vector<double>& numbers) {
  double sum = 0;
  int64_t finite = 0;
  for (const double number : numbers) {
    if (!std::isfinite(number)) continue;
    value.min = finite ? std::min(value.min, number) : number;
    value.max = finite ? std::max(value.max, number) : number;
    sum += number;
    ++finite;
  }
  value.mean = finite ? sum / static_cast<double>(finite) : 0;
  value.not_finite = static_cast<int64_t>(numbers.size()) - finite;
}

/// One byte a number; 0 keeps its exact value where the range holds it.
void quantise(Value& value, const std::vector<double>& numbers) {
  if (value.min < 0 && value.max > 0) {
    value.step = (value.max - value.min) / 253;
    value.offset = -std::round(-value.min / value.step) * value.step;
  } else {
    value.step = (value.max - value.min) / 254;
    value.offset = value.min;
  }
  std::vector<std::byte> codes;
  codes.reserve(numbers.size());
  for (const double number : numbers) {
    const double code = value.step > 0 ? std::round((number - value.offset) / value.step) : 0;
    codes.push_back(
        static_cast<std::byte>(std::isfinite(number) ? static_cast<uint8_t>(std::clamp(code, 0., 254.)) : 255));
  }
  value.text = base64(codes.data(), codes.size());
}

/// The means of blocks of the tensor as a matrix of rows of its last size; a vector is cut into rows.
std::vector<double> block_means(Value& value, const std::vector<double>& numbers) {
  const auto numel = static_cast<int64_t>(numbers.size());
  const int64_t columns = value.shape.size() > 1
                              ? value.shape.back()
                              : static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(numel))));
  const int64_t rows = (numel + columns - 1) / columns;
  value.block_rows = (rows + kBlocksASide - 1) / kBlocksASide;
  value.block_columns = (columns + kBlocksASide - 1) / kBlocksASide;
  const int64_t down = (rows + value.block_rows - 1) / value.block_rows;
  const int64_t across = (columns + value.block_columns - 1) / value.block_columns;
  std::vector<double> sums(static_cast<size_t>(down * across)), counts(sums.size());
  for (int64_t i = 0; i < numel; ++i) {
    const auto block = static_cast<size_t>(i / columns / value.block_rows * across + i % columns / value.block_columns);
    sums[block] += numbers[static_cast<size_t>(i)];
    ++counts[block];
  }
  for (size_t i = 0; i < sums.size(); ++i) sums[i] = counts[i] > 0 ? sums[i] / counts[i] : 0;
  value.rows = down;
  value.columns = across;
  return sums;
}

uint64_t fnv1a(std::string_view bytes) {
  uint64_t hash = 14695981039346656037u;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  return hash;
}

}  // namespace

int Values::of(const Tensor& tensor) {
  if (!tensor.defined()) return -1;
  const TensorImpl& impl = *tensor.impl();
  const std::pair<const Storage*, uint32_t> storage{impl.storage.get(), impl.storage->version()};
  const std::string place =
      fmt::format("{} {} {} {} {} {}", fmt::ptr(storage.first), storage.second, fmt::ptr(impl.data),
                  static_cast<int>(impl.dtype), tensor.sizes(), tensor.strides());
  if (const auto found = by_place_.find(place); found != by_place_.end()) return found->second;
  Value view;
  int index;
  if (tensor.numel() > kNumbersElements && encode_as_view(view, tensor)) {
    index = static_cast<int>(values_.size());
    values_.push_back(std::move(view));
  } else {
    index = of_temporary(tensor);
    if (tensor.is_contiguous()) whole_.try_emplace(storage, Whole{impl.data, tensor.numel(), index});
  }
  by_place_.emplace(place, index);
  kept_.push_back(impl.storage);
  return index;
}

int Values::of_temporary(const Tensor& tensor) {
  if (!tensor.defined()) return -1;
  const NoGradGuard no_grad;
  const Tensor contiguous = kernels::contiguous(tensor);
  const std::string_view bytes(reinterpret_cast<const char*>(contiguous.impl()->data),
                               static_cast<size_t>(contiguous.numel()) * contiguous.element_size());
  const std::string content = fmt::format("{} {} {:x} {:x}", static_cast<int>(tensor.dtype()), tensor.sizes(),
                                          std::hash<std::string_view>()(bytes), fnv1a(bytes));
  if (const auto found = by_content_.find(content); found != by_content_.end()) return found->second;
  Value value;
  value.dtype = tensor.dtype();
  value.shape = tensor.sizes().vec();
  const std::vector<double> numbers = contiguous.to_vector<double>();
  describe(value, numbers);
  encode(value, numbers, contiguous);
  const int index = static_cast<int>(values_.size());
  values_.push_back(std::move(value));
  by_content_.emplace(content, index);
  return index;
}

void Values::encode(Value& value, const std::vector<double>& numbers, const Tensor& contiguous) {
  const int64_t numel = contiguous.numel();
  if (bytes_ > max_bytes_) return;
  if (numel <= kNumbersElements) {
    value.form = Value::Form::kNumbers;
    for (const double number : numbers) {
      if (!value.text.empty()) value.text += ',';
      value.text += number_text(number, value.dtype);
    }
  } else if (numel <= exact_elements_) {
    value.form = Value::Form::kExact;
    value.text = base64(contiguous.impl()->data, static_cast<size_t>(numel) * contiguous.element_size());
  } else if (numel <= kQuantisedElements) {
    value.form = Value::Form::kQuantised;
    quantise(value, numbers);
  } else {
    value.form = Value::Form::kBlocks;
    quantise(value, block_means(value, numbers));
  }
  bytes_ += static_cast<int64_t>(value.text.size());
}

bool Values::encode_as_view(Value& value, const Tensor& tensor) const {
  const TensorImpl& impl = *tensor.impl();
  const auto found = whole_.find({impl.storage.get(), impl.storage->version()});
  if (found == whole_.end()) return false;
  const auto& [data, numel, base] = found->second;
  const Value& kept = values_[static_cast<size_t>(base)];
  using Form = Value::Form;
  if (kept.dtype != impl.dtype || (kept.form != Form::kExact && kept.form != Form::kQuantised)) return false;
  const int64_t offset = (impl.data - data) / static_cast<int64_t>(tensor.element_size());
  int64_t low = offset, high = offset;
  for (int64_t d = 0; d < tensor.dim(); ++d) {
    const int64_t reach = (tensor.size(d) - 1) * tensor.stride(d);
    (reach < 0 ? low : high) += reach;
  }
  if (low < 0 || high >= numel) return false;
  value.form = Form::kView;
  value.dtype = tensor.dtype();
  value.shape = tensor.sizes().vec();
  value.base = base;
  value.view_offset = offset;
  value.view_strides = tensor.strides().vec();
  describe(value, tensor.detach().to_vector<double>());
  return true;
}

}  // namespace gradus::autograd::tracing
