#pragma once
/// A vector field from the nodes of one mesh to those of another of the same body.
#include <io/base/vector3.hpp>

#include <vector>

namespace corvivo::mesh {

/// At each of `to` the linear function that fits the field at the `count` nearest points of `from`, each weighted by one over the square of
/// its distance (moving least squares): exact for linear fields, smooth a little outside `from` as well. Same unit as `values`. Throws
/// io::Bug without points or with another number of values.
std::vector<io::Vector3> moving_least_squares(const std::vector<io::Vector3> &from, const std::vector<io::Vector3> &values,
                                              const std::vector<io::Vector3> &to, std::size_t count = 16);

} // namespace corvivo::mesh
