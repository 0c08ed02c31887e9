#pragma once

#include <gradus/datasets/digits.h>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace gradus::datasets {

/// Reads digits from MNIST's original pair of IDX files, each plain or gzipped.
///
/// `images` holds a magic number of 2051, count, rows (28), columns (28), then the pixels; `labels` a magic number of
/// 2049, count, then the labels; numbers are 32-bit big-endian. With `limit` only the first digits are read. Throws
/// gradus::Error, one sentence, for a missing or truncated file, a wrong magic number, other sizes than 28x28, counts
/// that disagree, bytes after the last entry and a label above 9.
Digits read_idx(const std::filesystem::path& images, const std::filesystem::path& labels,
                std::optional<std::int64_t> limit = std::nullopt);

}  // namespace gradus::datasets
