#pragma once
/// The quadrature points of one cell while it is assembled.
#include <physics/mechanics/mean_dilatation.hpp>
#include <physics/mechanics/solid.hpp>

namespace corvivo::physics {

/// What one cell's points have in common while it is assembled.
struct Solid::CellWork {
  struct AtPoint {
    double F[9], C[6], S[6], D[36], det = 0;
    double initial[6]; ///< stress of the tangent's geometric part
    Dilatation dilatation;
  };
  std::array<AtPoint, points_per_cell> at;
  alignas(64) double residual[32], matrix[30 * 32];
  double theta = 0;    ///< mean of det F over the volume
  double volume = 0;   ///< of the stress-free cell, mm^3
  double pressure = 0; ///< d W_cell / d theta / V
  double energy = 0;   ///< of the material in the cell, kPa mm^3

  /// vector += weight B^T of the second-order tensor `values`.
  static void add_projection(const Gradients &gradients, const double *F, const double *values, double weight, double *vector) {
    add_point(gradients, F, values, nullptr, weight, vector, nullptr);
  }
};

} // namespace corvivo::physics
