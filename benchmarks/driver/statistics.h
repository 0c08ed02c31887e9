#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace benchmarks {

/// The middle of several measurements and the quarters beside it: half of them lie between low and high.
struct Spread {
  double median = 0, low = 0, high = 0;
};

inline double quantile(const std::vector<double>& sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(position);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

/// All zeros if there are no measurements.
inline Spread spread(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {quantile(values, 0.5), quantile(values, 0.25), quantile(values, 0.75)};
}

/// How much faster `ours` was than `theirs`, round by round.
inline Spread speed_ratio(const std::vector<double>& ours, const std::vector<double>& theirs) {
  std::vector<double> ratios;
  for (size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) ratios.push_back(theirs[i] / ours[i]);
  return spread(ratios);
}

}  // namespace benchmarks
