#pragma once
/// Tetrahedra of a heart (or of a verification body) with named regions and surfaces. Built once, then read-only.
#include <io/base/grid.hpp>
#include <io/base/vector3.hpp>

#include <array>
#include <string>
#include <vector>

namespace corvivo::mesh {

using io::Vector3;

struct HeartMesh {
  std::vector<Vector3> nodes;                         ///< mm
  std::vector<std::array<std::size_t, 4>> tetrahedra; ///< positively oriented node indices
  std::vector<int> region;                            ///< per tetrahedron, index into `region_names`
  std::vector<std::string> region_names;              ///< "lv_wall", later "rv_wall", "scar" ...
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
double wall_volume(const HeartMesh &mesh); ///< mm^3

/// Every tetrahedron into eight, the inner octahedron along its shortest diagonal. New nodes are edge midpoints, appended after the old ones
/// in the order of `edges(mesh)`; so nodes of refine(mesh) are the P2 nodes of `mesh`. Child cells of cell c are 8c..8c+7; child triangles 4t..4t+3.
HeartMesh refine(const HeartMesh &mesh);
/// Unique edges (a < b), ordered lexicographically.
std::vector<std::array<std::size_t, 2>> edges(const HeartMesh &mesh);

/// As a grid: tetrahedra then triangles; cell data "region [1]", "surface [1]" (-1 where it does not apply); names travel as notes in the
/// arrays of io::Grid's file through `grid_names`. Round trip is exact.
io::Grid to_grid(const HeartMesh &mesh);
void save(const HeartMesh &mesh, const std::string &path); ///< .vtu that ParaView opens, with a sidecar .json of the names and axes
HeartMesh load(const std::string &path);                   ///< throws CaseError for files that are not ours

} // namespace corvivo::mesh
