#pragma once
/// The ventricles that a short-axis stack describes, as smooth signed distances: what the tetrahedral mesher takes.
#include <io/base/vector3.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace corvivo::mesh {

using io::Vector3;
using io::operator+;
using io::operator-;
using io::operator*;

/// Two signed distances (mm, negative inside) on an isotropic lattice in patient space, and the plane that cuts the base.
/// Cavity = {endocardium < 0}, wall = {epicardium < 0 <= endocardium}, both below the base plane: dot(x - base_point, base_normal) < 0.
/// The fields continue above the plane (at least 4 mm) as if the ventricle did, so that the plane cuts both surfaces.
struct HeartShape {
  std::array<std::size_t, 3> size{};    ///< lattice nodes along each axis
  double spacing = 0;                   ///< mm, the same along the three axes
  Vector3 origin{};                     ///< node (0, 0, 0), mm, RAS
  std::array<Vector3, 3> axes{};        ///< right-handed orthonormal; the third is `base_normal`
  std::vector<float> endocardium_field; ///< mm, first index fastest
  std::vector<float> epicardium_field;  ///< mm; nowhere above `endocardium_field` - the minimum wall thickness

  /// Of a biventricle, else empty: the right cavity, outside the left ventricle; and the outside of both walls.
  /// Right wall = {outer < 0, epicardium >= 0, right >= 0}.
  std::vector<float> right_field, outer_field;

  Vector3 base_point{}, base_normal{}; ///< the plane; the unit normal points from apex to base
  Vector3 base_centre{};               ///< centroid of the cavity's section with the base plane
  Vector3 apex{};                      ///< lowest point of the epicardium
  Vector3 cavity_apex{};               ///< lowest point of the endocardium
  Vector3 long_axis{};                 ///< unit vector from apex to base_centre
  Vector3 to_right_ventricle{};        ///< unit, perpendicular to long_axis; zero where the label map shows no right ventricle

  Vector3 slice_origin{}, slice_step{}; ///< a point of the most apical slice of the label map and the way to the next one; zero: no slices

  double label_cavity_volume = 0, label_wall_volume = 0; ///< voxels of the label map below the base plane, mL
  double cavity_volume = 0, wall_volume = 0;             ///< of the two fields below the base plane, mL
  double label_right_volume = 0, right_volume = 0;       ///< the same of the right cavity
  double label_right_wall_volume = 0;                    ///< voxels of the right free wall below the base plane, mL; 0: not labelled
  std::vector<std::string> notes;                        ///< what smoothing and closing changed, in sentences

  /// Trilinear; outside the lattice the nearest value plus the distance to the lattice, so the sign stays right everywhere.
  double endocardium(const Vector3 &point) const { return value(endocardium_field, point); }
  double epicardium(const Vector3 &point) const { return value(epicardium_field, point); }
  bool has_right() const { return !right_field.empty(); }
  double right(const Vector3 &point) const { return value(right_field, point); }
  double outer(const Vector3 &point) const { return value(outer_field, point); }
  /// Signed distance to the base plane, mm; positive above it (cut off).
  double above_base(const Vector3 &point) const { return io::dot(point - base_point, base_normal); }
  /// "slice 3 (counted from the apex)"; empty for a shape without slices.
  std::string name_slice(const Vector3 &point) const;
  Vector3 node(std::size_t i, std::size_t j, std::size_t k) const;
  std::size_t index(std::size_t i, std::size_t j, std::size_t k) const { return i + size[0] * (j + size[1] * k); }
  /// Trilinear value of a node array of this lattice.
  double value(const std::vector<float> &field, const Vector3 &point) const;
};

/// One binary file that `load_heart_shape` reads back to the same bits; throws CaseError.
void save(const HeartShape &shape, const std::string &path);
HeartShape load_heart_shape(const std::string &path);

} // namespace corvivo::mesh
