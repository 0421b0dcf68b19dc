#pragma once
/// Structured tetrahedra of verification bodies, with places for the midpoints of edges that follow the curved surfaces.
#include <mesh/heart_mesh.hpp>

#include <optional>

namespace corvivo::mesh {

/// A mesh and the places (mm) of the nodes of refine(mesh).
struct CurvedMesh {
  HeartMesh mesh;
  std::vector<Vector3> places;
};

/// Truncated ellipsoid of revolution about z in layers of equal share of the wall, layer t of the semi-axes rs(t), rl(t), linear from
/// endocardium (0) to epicardium (1); the apex points to -z. The base is the plane z = base_z or, where the epicardium ends at another
/// height, a flat cone. Defaults: Land 2015, Proc R Soc A 471:20150641, problems 2 and 3.
struct LayeredEllipsoid {
  double endocardium_short_radius = 7, endocardium_long_radius = 17; ///< mm
  double epicardium_short_radius = 10, epicardium_long_radius = 20;  ///< mm
  double base_z = 5;                                                 ///< mm, of the endocardium
  std::optional<double> epicardium_base_z;                           ///< mm; none: as the endocardium
  int rings = 8, layers = 2;                                         ///< of triangles from apex to base; of prisms through the wall
  double apex_grading = 1; ///< ring k lies at (k/rings)^apex_grading of the angle: above 1 the apex has smaller elements
  double short_radius(double t) const { return endocardium_short_radius + t * (epicardium_short_radius - endocardium_short_radius); }
  double long_radius(double t) const { return endocardium_long_radius + t * (epicardium_long_radius - endocardium_long_radius); }
  double base_height(double t) const { return base_z + t * (epicardium_base_z.value_or(base_z) - base_z); }
  /// Layer through a place: 0 on the endocardium, 1 on the epicardium.
  double layer(const Vector3 &place) const;
};

/// Nodes and midpoints on their layers. Surfaces "endocardium_lv", "epicardium", "base". Throws CaseError for radii that leave no wall.
CurvedMesh make_layered_ellipsoid(const LayeredEllipsoid &shape);
/// The wall between two concentric spheres in x, y, z >= 0. Surfaces "endocardium_lv", "epicardium", "x", "y", "z" (planes of symmetry).
CurvedMesh make_sphere_octant(double inner, double outer, int rings, int layers);
/// The wall between two cylinders about z in x, y >= 0 of given height. Surfaces "endocardium_lv", "epicardium", "x", "y", "z0", "z1".
CurvedMesh make_cylinder_quarter(double inner, double outer, double height, double element_size);
/// Midpoints in the middle of straight edges.
CurvedMesh straight(HeartMesh mesh);

} // namespace corvivo::mesh
