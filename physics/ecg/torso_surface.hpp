#pragma once
/// The closed triangulated surface of a torso.
#include <mesh/heart_mesh.hpp>

#include <filesystem>

namespace corvivo::physics {

/// The point of a surface nearest to some place.
struct SurfacePoint {
  std::size_t triangle = 0;
  std::array<double, 3> share{}; ///< barycentric
  mesh::Vector3 position{};      ///< mm
  double distance = 0;           ///< mm
};

struct TorsoSurface {
  std::vector<mesh::Vector3> points;                 ///< mm, each of at least one triangle
  std::vector<std::array<std::size_t, 3>> triangles; ///< normals out

  double mean_edge() const; ///< mm
  bool contains(const mesh::Vector3 &place) const;
  SurfacePoint nearest(const mesh::Vector3 &place) const;
  /// Throws CaseError with the first node of the heart's boundary that lies outside. Returns the smallest distance (mm) between heart and
  /// surface, exact below `exact_below`.
  double require_inside(const mesh::HeartMesh &heart, double exact_below) const;
};

/// A .vtp, .vtk, .ply or .stl. Welds corners and turns triangles; throws CaseError for a surface that is open, in several pieces, no
/// manifold, flat, or of more than 8000 points (the dense matrix of its equations would need more than 0.5 GB).
TorsoSurface read_torso(const std::filesystem::path &file);

} // namespace corvivo::physics
