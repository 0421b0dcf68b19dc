#pragma once
/// Bodies for the tests of mechanics, meshed by mapping a disc of triangles and extruding it.
#include <mesh/fibres.hpp>
#include <physics/nodal_history.hpp>

namespace corvivo::test {

struct Body {
  mesh::HeartMesh mesh;
  mesh::Fibres fibres;
};

/// Truncated ellipsoidal ventricle of `rings` triangles from apex to base and `layers` through the wall; semi-axes of the endocardium and
/// the thickness in mm; planar base. Fibres run linearly from +60 to -60 degrees.
struct VentricleSize {
  double radius = 29.5, length = 62, thickness = 8, base_height = 18.6;
};
Body ventricle(const VentricleSize &size, int rings, int layers);

/// An eighth of a thick sphere about the origin: surfaces "endocardium_lv" (inner), "epicardium" (outer), "x", "y", "z" (cuts).
Body sphere_octant(double inner, double outer, int rings, int layers);

/// Calcium (uM) at the nodes of mesh::refine(mesh): a transient that starts at the apex at time 0 and reaches the base `delay` ms later.
physics::NodalHistory calcium_wave(const mesh::HeartMesh &mesh, double delay, double duration);

} // namespace corvivo::test
