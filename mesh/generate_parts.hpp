#pragma once
/// The steps of `make_left_ventricle`, for its sources only.
#include <mesh/generate.hpp>

namespace corvivo::mesh::detail {

/// What holds a node: it may move inside the wall, along one surface, or not at all.
enum class Hold { inside, endocardium, epicardium, base, fixed };

struct RawMesh {
  HeartMesh mesh;
  std::vector<Hold> hold; ///< per node
};

/// CGAL Mesh_3 without its own optimisers (they depend on addresses in memory).
RawMesh tetrahedralise(const ImplicitVentricle &shape, const MeshOptions &options, const std::vector<std::vector<Vector3>> &rims);

/// Nearest zero of `field` along its gradient (Newton, central differences of step `h`).
Vector3 project(const ImplicitVentricle::Field &field, Vector3 point, double h);

/// Puts held nodes on their surface, removes flat cells that lie on a surface, then moves nodes one after the other (fixed order) to raise
/// the smallest dihedral angle around each.
void improve(RawMesh &raw, const ImplicitVentricle &shape, const MeshOptions &options);

} // namespace corvivo::mesh::detail
