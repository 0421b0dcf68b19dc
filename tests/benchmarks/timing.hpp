#pragma once
/// Time of a piece of work, for benchmarks.
#include <algorithm>
#include <chrono>
#include <ctime>

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

/// Seconds of this rank's processor for one call of `work`: other programs lengthen them less than the wall's.
template <class Work> double processor_time(const Work &work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

} // namespace corvivo::benchmark
