#pragma once
/// Solid angles of plane triangles, and those weighted by their three linear shape functions.
#include <io/base/vector3.hpp>

#include <array>

namespace corvivo::physics {

/// Seen from `from`; positive where the normal (right-hand rule) of a, b, c points away from it, so that a closed surface with its normals
/// out makes 4 pi inside and 0 outside.   van Oosterom & Strackee, IEEE Trans Biomed Eng 30:125, 1983.
double solid_angle(const io::Vector3 &from, const io::Vector3 &a, const io::Vector3 &b, const io::Vector3 &c);

/// The integrals  int N_j dOmega  over one triangle, in closed form (de Munck, IEEE Trans Biomed Eng 39:986, 1992). With h the height of
/// the triangle's plane over the observer, p its foot, and N_j(y) = N_j(p) + g_j . (y - p),
///   int N_j dOmega = N_j(p) Omega + h g_j . int (y - p) / |y|^3 dS,
/// and that last integral, the surface gradient of -1/|y|, is a sum over the edges of outward edge normal times  int dl / |y|.
class LinearSolidAngles {
public:
  LinearSolidAngles(const io::Vector3 &a, const io::Vector3 &b, const io::Vector3 &c);
  /// Zero where the observer lies in the triangle's plane: its principal value there.
  std::array<double, 3> from(const io::Vector3 &observer) const;
  double area() const { return area_; }

private:
  std::array<io::Vector3, 3> corner_, edge_normal_, gradient_; ///< edge i faces corner i
  std::array<double, 3> length_;
  io::Vector3 normal_;
  double area_;
};

} // namespace corvivo::physics
