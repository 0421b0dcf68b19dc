#pragma once
/// The steps of `compute_fibres`, for its sources only.
#include <mesh/distributed_mesh.hpp>
#include <mesh/fibres.hpp>

namespace corvivo::mesh::detail {

/// A harmonic function and its gradient at the nodes, on rank 0 (empty elsewhere).
struct Harmonic {
  std::vector<double> value;
  std::vector<Vector3> gradient;
};

/// Solves the Laplace equation with P2 elements: 0 where `zero` holds (surface index and point of a boundary face), 1 on surface `one`, no
/// flux elsewhere. `zero_surface` < 0: zero at the nodes within `zero_radius` of `zero_point` instead. Collective.
struct LaplaceProblem {
  int zero_surface = -1, one_surface = -1;
  Vector3 zero_point{};
  double zero_radius = 0;
};
Harmonic solve_laplace(const DistributedMesh &mesh, const LaplaceProblem &problem);

/// Unit normals, at their nodes (zero elsewhere), of the smooth surface that triangles stand for; the weights are exact on a sphere.
/// Max, J Graph Tools 4(2):1, 1999.
std::vector<Vector3> node_normals(const HeartMesh &mesh, const std::vector<std::array<std::size_t, 3>> &triangles);

/// Distance of each node to the smooth surface that the triangles of a surface stand for (they cut its chords, which would bias the depth
/// of inner nodes), mm. Zero at the surface's own nodes.
std::vector<double> distance_to_surface(const HeartMesh &mesh, const std::string &surface_name);

} // namespace corvivo::mesh::detail
