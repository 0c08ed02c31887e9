#pragma once
#include <fmt/core.h>
#include <gradus/autograd/int_array_ref.h>

#include <algorithm>
#include <string>

namespace gradus::tutorials {

/// "[2, 3]"
std::string to_text(IntArrayRef numbers);

}  // namespace gradus::tutorials

/// Lets fmt print sizes and strides. fmt/ranges.h, which prints every range, adds half a second to the compilation of a
/// chapter.
template <>
struct fmt::formatter<gradus::IntArrayRef> {
  constexpr auto parse(format_parse_context& context) { return context.begin(); }
  auto format(gradus::IntArrayRef numbers, format_context& context) const {
    const std::string text = gradus::tutorials::to_text(numbers);
    return std::copy(text.begin(), text.end(), context.out());
  }
};
template <>
struct fmt::formatter<gradus::Dims> : fmt::formatter<gradus::IntArrayRef> {};
