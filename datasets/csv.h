#pragma once

#include <gradus/datasets/digits.h>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace gradus::datasets {

/// Reads digits in MNIST's CSV form: one a line, the label (0 to 9), then 784 pixels (0 to 255).
///
/// `path` may be gzipped. A header line, CRLF and blank last lines are accepted. With `limit` only the first digits are
/// read. Throws gradus::Error, one sentence with file, row (the line, from 1), column (the field, from 1) and what was
/// found there, for anything else: no such file, no rows, 784 or 786 fields, a pixel of 256, -1, "abc" or nothing, ...
Digits read_csv(const std::filesystem::path& path, std::optional<std::int64_t> limit = std::nullopt);

/// Writes `digits` in the form that read_csv reads, without a header; gzipped when `path` ends in ".gz".
///
/// The rows are written to a file beside `path` that takes its name when it is complete, so `path` never holds a part
/// of them. Throws gradus::Error when the file cannot be written.
void write_csv(const std::filesystem::path& path, const Digits& digits);

}  // namespace gradus::datasets
