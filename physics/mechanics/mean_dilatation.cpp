#include <physics/mechanics/mean_dilatation.hpp>

#include <cmath>

namespace corvivo::physics {
namespace {

constexpr int row[6] = {0, 1, 2, 0, 0, 1}, column[6] = {0, 1, 2, 1, 2, 2};
constexpr int at[3][3] = {{0, 3, 4}, {3, 1, 5}, {4, 5, 2}};
constexpr double weight[6] = {1, 1, 1, 2, 2, 2}; // of a component in a double contraction

/// (A^-1 o A^-1)_ijkl = (A_ik A_jl + A_il A_jk) / 2 for the inverse A.
double paired(const std::array<double, 6> &A, int k, int l) {
  const int i = row[k], j = column[k], m = row[l], n = column[l];
  return 0.5 * (A[at[i][m]] * A[at[j][n]] + A[at[i][n]] * A[at[j][m]]);
}

} // namespace

std::array<double, 6> inverse_symmetric(const double *C, double det) {
  return {(C[1] * C[2] - C[5] * C[5]) / det, (C[0] * C[2] - C[4] * C[4]) / det, (C[0] * C[1] - C[3] * C[3]) / det,
          (C[4] * C[5] - C[3] * C[2]) / det, (C[3] * C[5] - C[1] * C[4]) / det, (C[3] * C[4] - C[0] * C[5]) / det};
}

Dilatation split_dilatation(const double *C, double det_F, double theta, double factor, double *S, double *D) {
  Dilatation part{};
  part.inverse = inverse_symmetric(C, det_F * det_F);
  const auto &inverse = part.inverse;
  const double square = factor * factor;
  double along[6] = {}, twice = 0, trace = 0; // D : C, C : D : C, S : C of the scaled tensors below
  for (int k = 0; k < 6; ++k) {
    S[k] *= square;
    trace += weight[k] * S[k] * C[k];
    for (int l = 0; l < 6; ++l) {
      D[6 * k + l] *= square * square;
      along[k] += D[6 * k + l] * weight[l] * C[l];
    }
    twice += weight[k] * C[k] * along[k];
  }
  part.pressure = trace / 3;
  const double pi = part.pressure;
  const double slope = twice / (9 * theta) + 2 * pi / (3 * theta); // d pi / d theta
  part.curvature = slope / theta - pi / (theta * theta);
  for (int k = 0; k < 6; ++k) {
    part.mixed[k] = (along[k] + 2 * S[k]) / (3 * theta) - inverse[k] * slope;
    for (int l = 0; l < 6; ++l)
      D[6 * k + l] += -(along[k] * inverse[l] + inverse[k] * along[l]) / 3 - 2 * (S[k] * inverse[l] + inverse[k] * S[l]) / 3 +
                      (twice / 9 + 2 * pi / 3) * inverse[k] * inverse[l] + 2 * pi * paired(inverse, k, l);
  }
  for (int k = 0; k < 6; ++k)
    S[k] -= pi * inverse[k];
  return part;
}

void add_cell_pressure(const std::array<double, 6> &inverse, double det_F, double pressure, double *S, double *D) {
  for (int k = 0; k < 6; ++k) {
    S[k] += pressure * det_F * inverse[k];
    for (int l = 0; l < 6; ++l)
      D[6 * k + l] += pressure * det_F * (inverse[k] * inverse[l] - 2 * paired(inverse, k, l));
  }
}

void add_point_penalty(const std::array<double, 6> &inverse, double det_F, double kappa, double *S, double *D) {
  const double pressure = 0.5 * kappa * (det_F - 1 / det_F), slope = 0.5 * kappa * (1 + 1 / (det_F * det_F));
  add_cell_pressure(inverse, det_F, pressure, S, D);
  for (int k = 0; k < 6; ++k)
    for (int l = 0; l < 6; ++l)
      D[6 * k + l] += slope * det_F * det_F * inverse[k] * inverse[l];
}

double point_penalty_energy(double det_F, double kappa) {
  return 0.25 * kappa * (det_F * det_F - 1 - 2 * std::log(det_F));
}

} // namespace corvivo::physics
