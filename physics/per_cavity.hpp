#pragma once
/// Numbers of the ventricles' cavities: the left one, then the right one where the body has it.
#include <array>
#include <cstddef>

namespace corvivo::physics {

constexpr std::size_t most_cavities = 2;

/// One number of each cavity; of the right one it is zero and unread where there is none.
struct PerCavity : std::array<double, most_cavities> {
  PerCavity(double left = 0, double right = 0) : std::array<double, most_cavities>{left, right} {}
};

inline PerCavity operator+(const PerCavity &a, const PerCavity &b) {
  return {a[0] + b[0], a[1] + b[1]};
}
inline PerCavity operator-(const PerCavity &a, const PerCavity &b) {
  return {a[0] - b[0], a[1] - b[1]};
}
inline PerCavity operator*(double factor, const PerCavity &a) {
  return {factor * a[0], factor * a[1]};
}

/// What each cavity's number (row) changes by per change of another of each cavity (column).
using CavityMatrix = std::array<PerCavity, most_cavities>;

} // namespace corvivo::physics
