#include <fmt/ranges.h>
#include <gradus/tutorials/common/format.h>

namespace gradus::tutorials {

std::string to_text(IntArrayRef numbers) { return fmt::format("[{}]", fmt::join(numbers, ", ")); }

}  // namespace gradus::tutorials
