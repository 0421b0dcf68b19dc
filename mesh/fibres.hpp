#pragma once
/// Fibre, sheet and normal directions anywhere in a heart mesh.
#include <mesh/heart_mesh.hpp>

#include <array>
#include <string>
#include <vector>

namespace corvivo::io {
class Schema;
}

namespace corvivo::mesh {

/// Right-handed orthonormal frame: fibre x sheet = normal.
struct Frame {
  Vector3 fibre, sheet, normal;
};

/// Angles of the rule-based fibres (degrees; positive is a right-handed helix seen from outside... of the LV).
struct FibreOptions {
  std::string rule = "laplace_dirichlet";
  double endocardium_angle = 60, epicardium_angle = -60;
  double endocardium_sheet_angle = 0, epicardium_sheet_angle = 0;
  void describe(io::Schema &schema);
};

/// The ingredients of the rule at the nodes of a mesh, from which a frame follows at any point of a cell: depth and the two directions are
/// interpolated, made orthonormal, then rotated by the angle at that depth (linear in depth). So quadrature points see no jump.
struct Fibres {
  FibreOptions options;
  std::vector<double> depth;           ///< per node, 0 at the endocardium, 1 at the epicardium
  std::vector<Vector3> transmural;     ///< per node, unit, endocardium to epicardium
  std::vector<Vector3> longitudinal;   ///< per node, unit, apex to base
  /// Frame at barycentric coordinates of a cell with these node indices.
  Frame at(const std::array<std::size_t, 4> &cell_nodes, const std::array<double, 4> &barycentric) const;
};

/// Fibres on the refined mesh: linear interpolation to edge midpoints, so that level by level the rule is the same.
Fibres refine(const Fibres &coarse, const HeartMesh &coarse_mesh);
/// Uniform frame everywhere (slab).
Fibres uniform_fibres(const HeartMesh &mesh, const Vector3 &fibre, const Vector3 &sheet);

} // namespace corvivo::mesh
