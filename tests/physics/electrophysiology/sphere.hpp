#pragma once
/// A current dipole in an insulated homogeneous sphere, whose surface potential is known.
#include <physics/ecg/torso_surface.hpp>

#include <functional>

namespace corvivo::test {

/// The icosahedron with its triangles cut into four `level` times, corners on the sphere round the origin: 10 4^level + 2 points.
physics::TorsoSurface icosphere(int level, double radius);

/// In units of 1 / (4 pi sigma): of an unbounded conductor.
double unbounded_dipole(const mesh::Vector3 &at, const mesh::Vector3 &moment, const mesh::Vector3 &place);
/// At a point of the sphere, from Neumann's function of the ball: with d = x - y,
///   p . [ 2 d/|d|^3 + (x + R d/|d|) / (R (R^2 - x.y + R |d|)) ]     (closed form as in Yao, IEEE Trans Biomed Eng 47:964, 2000).
double sphere_dipole(const mesh::Vector3 &on_sphere, const mesh::Vector3 &moment, const mesh::Vector3 &place);
/// The same by the Legendre series, in which the term of degree n is (2n+1)/n times that of the unbounded conductor.
double sphere_dipole_by_series(const mesh::Vector3 &on_sphere, const mesh::Vector3 &moment, const mesh::Vector3 &place, int terms);

/// Root of the mean squared error over that of the exact values, all over their means by `exact`'s own points.
double relative_error(std::vector<double> values, std::vector<double> exact);

} // namespace corvivo::test
