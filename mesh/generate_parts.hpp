#pragma once
/// The steps of `make_ventricles`, for its sources only.
#include <mesh/generate.hpp>

namespace corvivo::mesh::detail {

/// What holds a node: it may move inside the wall, along one surface, along the rim between a surface and the base, or not at all.
enum class Hold { inside, endocardium, epicardium, base, right, endocardium_rim, epicardium_rim, right_rim, fixed };

/// Numbers of the surfaces in a RawMesh.
enum Surface { endocardium_lv = 0, epicardium = 1, base = 2, endocardium_rv = 3 };

struct RawMesh {
  HeartMesh mesh;
  std::vector<Hold> hold; ///< per node
};

/// CGAL Mesh_3 without its own optimisers (they depend on addresses in memory).
RawMesh tetrahedralise(const ImplicitVentricle &shape, const MeshOptions &options, const std::vector<std::vector<Vector3>> &rims);

/// Distance (mm) through the wall at a point in it: to the nearest surface and to the second nearest. `left`: one of them is the left
/// endocardium.
struct Thickness {
  double distance = 0;
  bool left = true;
};
Thickness thickness(const ImplicitVentricle &shape, const Vector3 &point);

/// Nearest zero of `field` along its gradient (Newton, central differences).
Vector3 project(const ImplicitVentricle::Field &field, Vector3 point);
/// The same within the plane through `point` normal to `normal`.
Vector3 project_in_plane(const ImplicitVentricle::Field &field, Vector3 point, const Vector3 &normal);

/// Puts held nodes on their surface, removes flat cells that lie on a surface, then moves nodes one after the other (fixed order) to raise
/// the smallest dihedral angle around each.
void improve(RawMesh &raw, const ImplicitVentricle &shape, const MeshOptions &options);

/// One piece whose boundary is a sphere with at most so many handles: a cup, or two cups side by side whose walls may part at the base.
/// Throws CaseError that names the place.
void check_topology(const HeartMesh &mesh, const ImplicitVentricle &shape, std::size_t handles);

} // namespace corvivo::mesh::detail
