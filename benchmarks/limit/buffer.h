#pragma once
#include <boost/align/aligned_allocator.hpp>
#include <vector>

namespace benchmarks::limit {

/// Floats on a boundary of 64 bytes.
using Buffer = std::vector<float, boost::alignment::aligned_allocator<float, 64>>;

inline Buffer buffer(const std::vector<float>& values) { return Buffer(values.begin(), values.end()); }

}  // namespace benchmarks::limit
