#pragma once
/// Shape functions and quadrature of the ten-node tetrahedron and the six-node triangle, on plain arrays. Nodes: vertices 0-3, then the
/// midpoints of the edges (0,1) (1,2) (2,0) (0,3) (1,3) (2,3), which is also VTK's order; triangle: vertices, then (0,1) (1,2) (2,0).
#include <array>

namespace corvivo::physics {

constexpr int points_per_cell = 4;
constexpr int points_per_face = 6;
constexpr int nodes_per_cell = 10;
constexpr int nodes_per_face = 6;

using Barycentric = std::array<double, 4>;
constexpr std::array<std::array<int, 2>, 6> tetrahedron_edges{{{0, 1}, {1, 2}, {2, 0}, {0, 3}, {1, 3}, {2, 3}}};
constexpr std::array<std::array<int, 2>, 3> triangle_edges{{{0, 1}, {1, 2}, {2, 0}}};

/// Four points, exact for quadratics; each has weight 1/4 of the cell's volume.
const std::array<Barycentric, points_per_cell> &cell_points();
/// Values at barycentric coordinates.
std::array<double, nodes_per_cell> cell_shapes(const Barycentric &at);
/// Gradients, given the constant gradients of the barycentric coordinates.
using Gradients = std::array<std::array<double, 3>, nodes_per_cell>;
Gradients cell_gradients(const Barycentric &at, const std::array<std::array<double, 3>, 4> &barycentric_gradients);
/// Gradients of the barycentric coordinates and the volume of a straight tetrahedron.
std::array<std::array<double, 3>, 4> barycentric_gradients(const std::array<std::array<double, 3>, 4> &vertices, double &volume);

/// Six points, exact to degree four (Dunavant 1985): shape values, derivatives with respect to the two free coordinates, weight (sum 1/2).
struct FacePoint {
  std::array<double, nodes_per_face> shape, d_xi, d_eta;
  double weight;
};
const std::array<FacePoint, points_per_face> &face_points();

/// Adds one quadrature point's share to the residual (30) and, when `matrix` is given, to the tangent (30 rows of 32, columns 30 and 31
/// are padding): R += w B^T S, K += w (B^T D B + grad N_a . S grad N_b 1). `F` by rows, `S` and `D` in the order 11 22 33 12 13 23 with
/// B's shears doubled; degrees of freedom 3 a + i.
void add_point(const Gradients &gradients, const double *F, const double *S, const double *D, double weight, double *residual,
               double *matrix);

} // namespace corvivo::physics
