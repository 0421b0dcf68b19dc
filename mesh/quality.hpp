#pragma once
/// How good the tetrahedra of a mesh are.
#include <io/base/quantity.hpp>
#include <mesh/heart_mesh.hpp>

#include <string>
#include <vector>

namespace corvivo::mesh {

/// The spread of one measure over the cells (or edges) of a mesh, in `unit`.
struct QualityRow {
  std::string name, unit;
  double smallest = 0, percentile_1 = 0, percentile_5 = 0, median = 0, percentile_95 = 0, percentile_99 = 0, largest = 0;
};

/// Angles between the faces of a tetrahedron, degrees: smallest and largest.
std::array<double, 2> dihedral_angles(const std::array<Vector3, 4> &corners);
/// 3 r_in / r_out: 1 for the regular tetrahedron, 0 for a flat one.   Liu and Joe, BIT 34:268, 1994.
double radius_ratio(const std::array<Vector3, 4> &corners);
/// Longest edge over shortest height, times sqrt(2/3): 1 for the regular tetrahedron, infinite for a flat one.
double aspect_ratio(const std::array<Vector3, 4> &corners);
std::array<Vector3, 4> corners(const HeartMesh &mesh, std::size_t cell);

/// Rows: smallest dihedral angle, largest dihedral angle [deg], radius ratio [1], cell volume [mm^3], edge length [mm], aspect ratio
/// [1], area of boundary triangles [mm^2].
std::vector<QualityRow> quality_table(const HeartMesh &mesh);
/// Edges with one end on the left endocardium and the other on the epicardium or the right endocardium: where there are none, two elements
/// lie through the left wall everywhere. 0 without these surfaces.
std::size_t edges_across_left_wall(const HeartMesh &mesh);
/// As comma-separated text with a header line.
std::string to_csv(const std::vector<QualityRow> &table);
/// `mesh_cells`, `mesh_nodes`, `mesh_wall_volume` [mL], `mesh_min_dihedral_angle` [deg]; with a surface "endocardium_lv"
/// `mesh_lv_cavity_volume` [mL]; of a biventricle `mesh_rv_cavity_volume mesh_lv_wall_volume mesh_rv_wall_volume` [mL] too.
void add_mesh_quantities(const HeartMesh &mesh, io::Quantities &quantities);

} // namespace corvivo::mesh
