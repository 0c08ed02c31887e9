#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "statistics.h"

namespace benchmarks {

inline const std::string kGradus = "gradus", kStock = "LibTorch stock", kTuned = "LibTorch tuned", kLimit = "limit";

/// One line of the table: a piece of work, what each peer took for it, and what is aimed at.
struct Row {
  std::string section, title;
  std::string work = {};
  int64_t size = 0;
  int threads = 1;
  bool started_anew = false;                                // the peers, for every round
  double target_l = 0, target_m = 0;                        // 0: no target
  std::string peer = kTuned;                                // whom L compares with
  std::map<std::string, std::vector<double>> seconds = {};  // by peer, one a round
  std::string problem = {};                                 // why there is nothing to compare

  Spread time(const std::string& who) const { return seconds.contains(who) ? spread(seconds.at(who)) : Spread{}; }
  Spread ratio(const std::string& who) const {
    return seconds.contains(who) && seconds.contains(kGradus) ? speed_ratio(seconds.at(kGradus), seconds.at(who))
                                                              : Spread{};
  }
  Spread l() const { return ratio(peer); }
  Spread m() const { return ratio(kLimit); }
};

/// A figure beside the table, in MB or bytes, of which there should be at most `limit`.
struct Figure {
  std::string title, unit;
  double value, limit;
};

}  // namespace benchmarks
