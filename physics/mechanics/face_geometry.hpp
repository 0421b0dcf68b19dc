#pragma once
/// Place, tangents and their slopes on a quadratic boundary face.
#include <physics/mechanics/domain.hpp>

namespace corvivo::physics {

struct FaceTangents {
  io::Vector3 place{}, xi{}, eta{};
  io::Vector3 normal() const { return io::cross(xi, eta); }
};

/// Place and tangents of a face at one of its quadrature points; `u` (three numbers a node) may be null.
inline FaceTangents tangents(const Domain::Face &face, const FacePoint &point, const std::vector<io::Vector3> &reference, const double *u) {
  FaceTangents at;
  for (int a = 0; a < nodes_per_face; ++a) {
    const int node = face.nodes[a];
    for (int d = 0; d < 3; ++d) {
      const double x = reference[node][d] + (u ? u[3 * node + d] : 0.0);
      at.place[d] += point.shape[a] * x;
      at.xi[d] += point.d_xi[a] * x;
      at.eta[d] += point.d_eta[a] * x;
    }
  }
  return at;
}

/// Matrix of v -> w x v.
inline std::array<io::Vector3, 3> cross_matrix(const io::Vector3 &w) {
  return {{{0, -w[2], w[1]}, {w[2], 0, -w[0]}, {-w[1], w[0], 0}}};
}

/// d (xi x eta) / d u_node = d_xi (e x eta) + d_eta (xi x e), column e.
inline std::array<io::Vector3, 3> normal_slope(const FaceTangents &at, double d_xi, double d_eta) {
  const auto of_eta = cross_matrix(at.eta), of_xi = cross_matrix(at.xi);
  std::array<io::Vector3, 3> slope;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j)
      slope[i][j] = -d_xi * of_eta[i][j] + d_eta * of_xi[i][j];
  return slope;
}

} // namespace corvivo::physics
