#pragma once
/// The loop over the points of a torso's surface for every node of a heart.
#include <cstddef>

namespace corvivo::physics {

struct SurfaceCharges {
  static constexpr std::size_t together = 9; ///< electrodes whose charges are summed at once
  const double *point;                       ///< x, y, z of each point, mm
  const double *charge;                      ///< nine of each point
  std::size_t points;
};

/// sum over the points s of charge_s,e / |x_s - y|  for electrode e and each of `nodes` places y, a multiple of `lanes`. Every place takes
/// the same way through the loops, so its sum has the same bits whatever stands beside it.
struct SurfaceKernels {
  static constexpr std::size_t lanes = 8;
  /// `place`: x of all nodes, then y, then z; `sum`: all nodes of the first electrode, then of the second, ...
  void (*potential)(const SurfaceCharges &charges, const double *place, std::size_t nodes, double *sum);
};

namespace portable {
extern const SurfaceKernels surface_kernels;
}
namespace avx2 {
extern const SurfaceKernels surface_kernels;
}
namespace avx512 {
extern const SurfaceKernels surface_kernels;
}

} // namespace corvivo::physics
