#include <zlib.h>

#include <cstdio>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>

#include "../inputs.h"
#include "workloads.h"

namespace benchmarks::limit {
namespace {

struct Digits {
  std::vector<uint8_t> labels, pixels;
};

/// Takes the fields of a file of digits, block by block: the first of a line is the label, the others pixels.
class Fields {
 public:
  explicit Fields(Digits& digits) : digits_(digits) {}
  void take(const char* text, size_t count) {
    for (const char* c = text; c < text + count; ++c) {
      if (*c >= '0') {
        value_ = value_ * 10 + (*c - '0');
      } else {
        (first_ ? digits_.labels : digits_.pixels).push_back(static_cast<uint8_t>(value_));
        value_ = 0;
        first_ = *c == '\n';
      }
    }
  }

 private:
  Digits& digits_;
  int value_ = 0;
  bool first_ = true;
};

Digits read_plain(const std::string& path, int64_t rows) {
  Digits digits;
  digits.pixels.reserve(static_cast<size_t>(rows * kPixels));
  Fields fields(digits);
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) throw std::runtime_error("no file " + path);
  std::vector<char> block(1 << 20);
  while (const size_t count = std::fread(block.data(), 1, block.size(), file)) fields.take(block.data(), count);
  std::fclose(file);
  return digits;
}

Digits read_gzip(const std::string& path, int64_t rows) {
  Digits digits;
  digits.pixels.reserve(static_cast<size_t>(rows * kPixels));
  Fields fields(digits);
  gzFile file = gzopen(path.c_str(), "rb");
  if (!file) throw std::runtime_error("no file " + path);
  std::vector<char> block(1 << 20);
  for (int count; (count = gzread(file, block.data(), static_cast<unsigned>(block.size()))) > 0;) {
    fields.take(block.data(), static_cast<size_t>(count));
  }
  gzclose(file);
  return digits;
}

template <class Read>
Work reading(Read read) {
  return {[read] { read(); },
          [read] {
            const Digits digits = read();
            return std::vector<double>{static_cast<double>(digits.labels.size()),
                                       std::accumulate(digits.labels.begin(), digits.labels.end(), 0.0),
                                       std::accumulate(digits.pixels.begin(), digits.pixels.end(), 0.0)};
          }};
}

}  // namespace

Work csv(int64_t rows) {
  return reading([rows] { return read_plain(csv_file(rows), rows); });
}
Work csv_gzip(int64_t rows) {
  return reading([rows] { return read_gzip(csv_file(rows, true), rows); });
}

}  // namespace benchmarks::limit
