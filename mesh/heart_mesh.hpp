#pragma once
/// Tetrahedra of a heart (or of a verification body) with named regions and surfaces. Built once, then read-only.
#include <io/base/grid.hpp>
#include <io/base/vector3.hpp>

#include <array>
#include <string>
#include <vector>

namespace corvivo::mesh {

using io::cross;
using io::dot;
using io::norm;
using io::normalized;
using io::Vector3;
using io::operator+;
using io::operator-;
using io::operator*;

struct HeartMesh {
  std::vector<Vector3> nodes;                         ///< mm
  std::vector<std::array<std::size_t, 4>> tetrahedra; ///< positively oriented node indices
  std::vector<int> region;                            ///< per tetrahedron, index into `region_names`
  std::vector<std::string> region_names;              ///< "lv_wall", "rv_wall", "scar", "no_reflow", "border_zone"
  std::vector<std::array<std::size_t, 3>> triangles;  ///< boundary faces, normal (right-hand rule) out of the tissue
  std::vector<int> surface;                           ///< per triangle, index into `surface_names`
  std::vector<std::string> surface_names;             ///< "endocardium_lv", "epicardium", "base" (heart); "x0" ... "z1" (slab)
  /// Unit vector from apex to base and the axis' points, mm; zero for bodies without a long axis.
  Vector3 long_axis{}, apex{}, base_centre{};
  /// Unit vector from the LV towards the right ventricle, perpendicular to the long axis (where the label map shows one; else zero).
  Vector3 to_right_ventricle{};
  /// nodes.size() of each coarser level this mesh was refined from, coarsest first: the first `level_nodes[l]` nodes are those of level l.
  std::vector<std::size_t> level_nodes;

  int surface_index(const std::string &name) const; ///< throws Bug when there is no such surface
  bool has_surface(const std::string &name) const;
};

/// Volume (mm^3) enclosed by surface `name` of the mesh and the flat lid over its open rim (centroid fan). Positive.
double cavity_volume(const HeartMesh &mesh, const std::string &surface_name);
double wall_volume(const HeartMesh &mesh);                   ///< mm^3
double cell_volume(const HeartMesh &mesh, std::size_t cell); ///< mm^3, positive for a positively oriented cell

/// Edges that only one of the triangles has, directed as that triangle runs through them; ordered by their nodes.
std::vector<std::array<std::size_t, 2>> rim_edges(const std::vector<std::array<std::size_t, 3>> &triangles);
/// Faces that only one tetrahedron has, with the normal (right-hand rule) pointing out; ordered by their nodes. Throws CaseError when more
/// than two cells share a face.
std::vector<std::array<std::size_t, 3>> boundary_faces(const std::vector<std::array<std::size_t, 4>> &tetrahedra);
/// Throws CaseError, with the first offending cell, unless all cells are positively oriented, every label has a name, the triangles are the
/// outward boundary of the tetrahedra and the boundary is a manifold (two triangles at each edge).
void check(const HeartMesh &mesh);

/// Every tetrahedron into eight, the inner octahedron along its shortest diagonal (which keeps the angles: Bey, Computing 55:355, 1995,
/// says why a fixed choice does not). New nodes are edge midpoints, appended after the old ones in the order of `edges(mesh)`; so the nodes
/// of refine(mesh) are the P2 nodes of `mesh`. Children of cell c are 8c..8c+7 (four corners first), of triangle t 4t..4t+3.
HeartMesh refine(const HeartMesh &mesh);
/// Unique edges (a < b), ordered lexicographically.
std::vector<std::array<std::size_t, 2>> edges(const HeartMesh &mesh);

/// As a grid: tetrahedra, then triangles; cell data "region [1]" and "surface [1]" (-1 where it does not apply).
io::Grid to_grid(const HeartMesh &mesh);
/// `path`.vtu that ParaView opens, and beside it the same name with .json for names and axes. The round trip is exact.
void save(const HeartMesh &mesh, const std::string &path);
/// Throws CaseError for files that `save` did not write and for meshes that do not pass `check`.
HeartMesh load(const std::string &path);

} // namespace corvivo::mesh
