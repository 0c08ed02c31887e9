#pragma once
#include <filesystem>
#include <string>

namespace gradus::tutorials {

/// The first error among what a compiler or linker said of a learner's file, with file and line, and the
/// lines of code that the compiler shows with it.
std::string first_error(const std::string& output, const std::filesystem::path& file);

}  // namespace gradus::tutorials
