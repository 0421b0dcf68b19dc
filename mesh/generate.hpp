#pragma once
/// Tetrahedra of one or two ventricles between smooth surfaces and a flat base, by CGAL Mesh_3.
#include <io/base/quantity.hpp>
#include <mesh/heart_mesh.hpp>
#include <mesh/heart_shape.hpp>

#include <functional>

namespace corvivo::io {
class Schema;
}

namespace corvivo::mesh {

struct MeshOptions {
  double element_size = 4;     ///< mm
  double facet_distance = 0.2; ///< mm
  int wall_layers = 2;         ///< elements through the left wall at least; 0: only element_size counts
  int smoothing_passes = 15;
  void describe(io::Schema &schema);
};

/// Ventricles as implicit surfaces and a base plane; fields need not be exact distances, only smooth near their zero.
struct ImplicitVentricle {
  using Field = std::function<double(const Vector3 &)>;
  Field endocardium, epicardium;              ///< mm, negative inside; `epicardium` is the outside of all walls
  Field right;                                ///< endocardium of the right ventricle; empty without one
  Field left_epicardium;                      ///< outside of the left wall (septum included); empty without a right ventricle
  Vector3 base_point{}, base_normal{0, 0, 1}; ///< unit normal from apex to base
  Vector3 base_centre{};                      ///< in the plane, inside the cavity
  Vector3 centre{};                           ///< of a ball that holds the wall
  double radius = 0;                          ///< of that ball, mm
  Vector3 apex{}, long_axis{}, to_right_ventricle{};
  std::function<std::string(const Vector3 &)> name_place; ///< what a user calls a place ("slice 3"); may be empty
  std::vector<Vector3> corners;                           ///< points of the surfaces that must become nodes

  double above_base(const Vector3 &point) const { return dot(point - base_point, base_normal); }
};

/// Closed polyline along {field = 0} in the base plane, counter-clockwise about the base normal, points about `step` mm apart.
/// Throws CaseError unless each ray from `base_centre` crosses the contour exactly once (then `name` and what was found are told).
std::vector<Vector3> trace_rim(const ImplicitVentricle &shape, const ImplicitVentricle::Field &field, double step, const std::string &name);

/// Closed polylines along {field = 0} in the base plane, whatever their form, largest first, points about `step` mm apart; those shorter
/// than 8 steps are left out.
std::vector<std::vector<Vector3>> trace_contours(const ImplicitVentricle &shape, const ImplicitVentricle::Field &field, double step);

/// The wall {epicardium < 0, outside the cavities, below the base}. Regions "lv_wall" and, with a right ventricle, "rv_wall" (cells whose
/// centre lies outside `left_epicardium`); surfaces "endocardium_lv", "epicardium", "base" and "endocardium_rv". Nodes of the base lie in
/// its plane, nodes of the rims on rim and plane, nodes of the curved surfaces on their zero level (1e-6 mm). No edge of the left wall
/// reaches from one side to the other when `wall_layers` is two or more. Runs on one rank; the same input gives the same bits. Throws
/// CaseError when the elements are too large for the shape or the surfaces do not bound a wall.
HeartMesh make_ventricles(const ImplicitVentricle &shape, const MeshOptions &options);

/// The ventricles that a label map's shape holds. Sets the quantities of `add_mesh_quantities` and `mesh_volume_error` [%]: cavity of the
/// mesh against the label map's below the same plane; its `warning` says so when that is above 3 %; `mesh_wall_volume_error`,
/// `mesh_rv_volume_error` [%] likewise where the map has them; `mesh_edges_across_wall` (`edges_across_left_wall`).
HeartMesh make_ventricles(const HeartShape &shape, const MeshOptions &options, io::Quantities &quantities);

/// The same of the left ventricle alone, whatever else the shape holds.
HeartMesh make_left_ventricle(const HeartShape &shape, const MeshOptions &options, io::Quantities &quantities);

} // namespace corvivo::mesh
