#pragma once
/// A left ventricle as points at fixed ventricular coordinates, so that hearts can be averaged and compared point by point.
#include <io/formats/surfaces.hpp>
#include <mesh/heart_shape.hpp>

#include <vector>

namespace corvivo::mesh {

/// Points of the endocardium (transmural coordinate 0), then of the epicardium (1). On each surface the apicobasal coordinate is the length
/// of the way along the meridian from the apex over that to the base plane, in equal steps from 0 to 1, and the rotational one the angle
/// from the middle of the septum, clockwise seen from the base, in equal steps from 0. Place of a point: `at(surface, a, r)`.
/// The heart's frame, right-handed, mm: origin at the centre of the cavity in the base plane, z the normal of that plane from apex to base,
/// x from there towards the middle of the septum. So bases of all hearts lie at z = 0, and so does that of any mean or sum of modes.
struct SampledShape {
  std::size_t along = 25, around = 48; ///< points of a meridian, apex and base included; meridians
  std::vector<Vector3> points;         ///< 2 along around

  std::size_t at(std::size_t surface, std::size_t a, std::size_t r) const { return (surface * along + a) * around + r % around; }
};

/// Meridians are where half-planes through the axis from the base's centre to the apex of each surface meet the surface; rays from the
/// centre find it. `to_septum` (mm, patient space) need not be across the axis. Throws CaseError without a direction, and for a cavity
/// that its own centre in the base plane does not see whole (a wall between them).
SampledShape sample_shape(const HeartShape &shape, const Vector3 &to_septum);

/// Share of both surfaces' area that belongs to each point; the sum is 1.
std::vector<double> area_shares(const SampledShape &shape);

/// The closed wall: 1 base, 2 epicardium, 3 endocardium, as `label_map` takes it.
io::Surface closed_wall(const SampledShape &shape);

/// Of the flat-facetted shape: volume inside the endocardium and of the wall, mL, length (mm) from the base's centre to the cavity's apex,
/// and the smallest distance (mm) between the surfaces along the meridians' points.
struct SampledMeasures {
  double cavity = 0, wall = 0, length = 0, thinnest = 0;
};
SampledMeasures measure(const SampledShape &shape);

} // namespace corvivo::mesh
