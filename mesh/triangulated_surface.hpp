#pragma once
/// One named surface of a mesh, with the nearest point on it.
#include <mesh/heart_mesh.hpp>

namespace corvivo::mesh {

/// A point on a surface.
struct SurfacePlace {
  Vector3 point{};          ///< mm
  std::size_t triangle = 0; ///< of the surface, from 0
  bool on_rim = false;      ///< on an edge that only one of the triangles has: the surface ends there
};

/// Triangles of a surface in a lattice of boxes, so that a look at the nearest point costs the triangles around it.
class TriangulatedSurface {
public:
  /// Triangles without area are left out. Throws Bug when the mesh has no such surface.
  TriangulatedSurface(const HeartMesh &mesh, const std::string &name);

  std::size_t triangles() const { return corners_.size(); }
  const Vector3 &normal(std::size_t triangle) const { return normal_[triangle]; } ///< unit, out of the tissue
  /// The nearest point on the surface (of equally near triangles the first) among those within `reach` mm; throws Bug when there is none.
  SurfacePlace nearest(const Vector3 &point, double reach) const;

private:
  std::array<std::size_t, 3> box_of(const Vector3 &point) const;
  std::size_t index(std::size_t i, std::size_t j, std::size_t k) const { return i + boxes_[0] * (j + boxes_[1] * k); }
  SurfacePlace on_triangle(std::size_t triangle, const Vector3 &point) const;

  std::vector<std::array<Vector3, 3>> corners_;
  std::vector<Vector3> normal_;
  std::vector<std::array<bool, 3>> rim_edge_, rim_corner_; ///< edge e leads from corner e to the next
  Vector3 low_{};
  double size_ = 1; ///< of a box, mm
  std::array<std::size_t, 3> boxes_{1, 1, 1};
  std::vector<std::vector<std::size_t>> in_box_; ///< triangles whose bounds meet the box
};

} // namespace corvivo::mesh
