#pragma once
/// Box of tissue for verification (Niederer's slab, Land's beam).
#include <mesh/heart_mesh.hpp>

namespace corvivo::io {
class Schema;
}

namespace corvivo::mesh {

struct SlabOptions {
  Vector3 size{20, 7, 3};                   ///< mm
  Vector3 element{0, 0, 0};                 ///< largest edge of the boxes along x, y, z, mm; 0: the element size of the mesh
  bool alternating = false;                 ///< see make_slab
  Vector3 edges(double element_size) const; ///< `element`, completed
  void describe(io::Schema &schema);
};

/// The box [0, size] of equal small boxes, each cut into six tetrahedra around its diagonal from the corner of least to that of greatest
/// coordinates (as Niederer 2011, Phil Trans R Soc A 369:4331). Along each axis the least number of boxes no longer than `element`. One
/// region "slab"; surfaces "x0" "x1" "y0" "y1" "z0" "z1". Nodes: x fastest. Throws CaseError for a size or an element that is not positive,
/// for an element larger than the box, and for more than 200 million tetrahedra. `alternating`: every second box along each axis is
/// mirrored (Todd's J1 triangulation), so that no diagonal is preferred: of one preferred diagonal, coarse waves are too fast along it.
HeartMesh make_slab(const Vector3 &size, const Vector3 &element, bool alternating = false);
HeartMesh make_slab(const Vector3 &size, double element_size, bool alternating = false);

} // namespace corvivo::mesh
