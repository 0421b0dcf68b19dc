#pragma once
/// The steps of `compute_fibres`, for its sources only.
#include <mesh/fibres.hpp>
#include <mesh/laplace_solver.hpp>

namespace corvivo::mesh::detail {

/// 0 at surface "apex" where the body has one (a tube), else at the epicardial node nearest to mesh.apex and its neighbours (a single node
/// would make the solution depend on the mesh alone); 1 at "base".
LaplaceProblem apex_to_base(const HeartMesh &mesh);
/// Problems are stated on rank 0; every rank needs their numbers. Collective.
LaplaceProblem broadcast(const LaplaceProblem &problem, MPI_Comm comm);

/// Unit normals, at their nodes (zero elsewhere), of the smooth surface that triangles stand for; the weights are exact on a sphere.
/// Max, J Graph Tools 4(2):1, 1999.
std::vector<Vector3> node_normals(const HeartMesh &mesh, const std::vector<std::array<std::size_t, 3>> &triangles);

/// Distance of each node to the smooth surface that the triangles of a surface stand for (they cut its chords, which would bias the depth
/// of inner nodes), mm. Zero at the surface's own nodes.
std::vector<double> distance_to_surface(const HeartMesh &mesh, const std::string &surface_name);
/// Distance of each node to flat triangles, mm, and the unit direction from its nearest point there to the node (zero on the triangles).
struct Nearest {
  std::vector<double> distance;
  std::vector<Vector3> direction;
};
Nearest nearest(const HeartMesh &mesh, const std::vector<std::array<std::size_t, 3>> &triangles);

/// Distances of the nodes to the surfaces of the walls, mm; `right` is empty without a surface "endocardium_rv".
struct WallDistances {
  std::vector<double> left, epicardium, right;
  std::vector<double> left_outside;           ///< to the outside of the left wall: epicardium, right endocardium or the right free wall
  double left_depth(std::size_t node) const;  ///< in the left wall, septum included: 0 at "endocardium_lv", 1 at its outside
  double right_depth(std::size_t node) const; ///< in the right free wall: 0 at "endocardium_rv", 1 at "epicardium"
  double left_thickness(std::size_t node) const { return left[node] + left_outside[node]; } ///< mm
  double right_thickness(std::size_t node) const { return right[node] + epicardium[node]; } ///< mm
};
WallDistances wall_distances(const HeartMesh &mesh);

/// Throws CaseError unless a mesh with "endocardium_rv" names the cells of its free wall by the region "rv_wall", and these touch the rest.
void check_right_ventricle(const HeartMesh &mesh);
/// Per cell: 1 in region "rv_wall", else 0.
std::vector<int> ventricle_of_cells(const HeartMesh &mesh);
/// Faces between the right free wall and the left wall (its two insertions and the strip round the apex that joins them).
std::vector<std::array<std::size_t, 3>> insertion_faces(const HeartMesh &mesh);

/// Mean helix angle (degrees, above -90 to 90) over the area of a surface; of lines, not of arrows, so angles are doubled. In a biventricle
/// over the triangles whose nodes all have this weight of the right free wall.
double mean_angle(const HeartMesh &mesh, const Fibres &fibres, const std::string &surface, double right_weight = 0);

/// Makes the fibres of a biventricle of those whose transmural direction goes from the left endocardium to all other surfaces: fills
/// `right` and `depth`, turns the transmural direction of the right free wall and sets the quantities of `compute_fibres`.
void add_right_ventricle(const HeartMesh &mesh, const Harmonic &across_right, Fibres &fibres, io::Quantities &quantities);

} // namespace corvivo::mesh::detail
