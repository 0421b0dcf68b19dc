#pragma once
/// One mean change of volume per tetrahedron, so that a nearly incompressible wall does not lock: every point of a cell answers as if its
/// F were (theta/J)^(1/3) F, with theta the mean of J over the cell; the energy stays an energy, so stress and tangent are its exact
/// derivatives. With quadratic displacements this is the stable pair P2/P0.   Simo, Taylor & Pister, CMAME 51:177, 1985.
#include <array>

namespace corvivo::physics {

/// Symmetric tensors as 11 22 33 12 13 23, fourth-order ones as 6 x 6 that act on strains with doubled shears.
struct Dilatation {
  double pressure;               ///< pi = S : C / 3 of the scaled deformation, kPa
  std::array<double, 6> mixed;   ///< d^2 W / dE dtheta
  double curvature;              ///< d^2 W / dtheta^2
  std::array<double, 6> inverse; ///< C^-1
};

std::array<double, 6> inverse_symmetric(const double *C, double det_C);

/// Turns stress `S` and tangent `D` of the scaled deformation into those with respect to E at fixed theta (in place).
/// `factor` is (theta/J)^(1/3).
Dilatation split_dilatation(const double *C, double det_F, double theta, double factor, double *S, double *D);

/// Adds the share of the cell's pressure, d W_cell / d theta / V = `pressure`, to stress and tangent at a point.
void add_cell_pressure(const std::array<double, 6> &inverse, double det_F, double pressure, double *S, double *D);

/// Adds S = p J C^-1 with p = kappa/2 (J - 1/J), J = det_F, and its tangent: a penalty on the point's own change of volume.
void add_point_penalty(const std::array<double, 6> &inverse, double det_F, double kappa, double *S, double *D);
/// Its energy, kappa/4 (J^2 - 1 - 2 ln J).
double point_penalty_energy(double det_F, double kappa);

} // namespace corvivo::physics
