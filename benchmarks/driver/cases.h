#pragma once
#include <vector>

#include "row.h"

namespace benchmarks {

/// The table of targets: what a run measures unless told otherwise.
std::vector<Row> target_rows();

/// What --all adds: products, layers, threads, gzip, and how each work grows with its size.
std::vector<Row> further_rows();

}  // namespace benchmarks
