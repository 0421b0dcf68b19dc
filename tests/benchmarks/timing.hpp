#pragma once
/// Wall time of a piece of work, for benchmarks.
#include <algorithm>
#include <chrono>

namespace corvivo::benchmark {

/// Seconds of one call of `work`: the fastest of `repeats`, which is the one that other programs disturbed least.
template <class Work> double fastest(int repeats, const Work &work) {
  double best = 1e300;
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

} // namespace corvivo::benchmark
