#pragma once
/// Random numbers that are the same on every machine and compiler (the distributions of <random> are not).
#include <cmath>
#include <cstdint>
#include <random>

namespace corvivo::io {

class RandomStream {
public:
  explicit RandomStream(std::uint64_t seed) : generator_(seed) {}
  /// In [0, 1).
  double uniform() { return static_cast<double>(generator_() >> 11) * 0x1.0p-53; }
  /// Standard normal, by Box and Muller.
  double normal() {
    const double u = 1 - uniform(), v = uniform();
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * 3.14159265358979323846 * v);
  }
  /// In 0 … count - 1.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(uniform() * static_cast<double>(count)); }

private:
  std::mt19937_64 generator_;
};

} // namespace corvivo::io
