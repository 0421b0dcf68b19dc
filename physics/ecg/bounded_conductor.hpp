#pragma once
/// Potential on the surface of a bounded homogeneous conductor in an insulator, by the boundary element method.
#include <physics/ecg/torso_surface.hpp>

namespace corvivo::physics {

/// With phi_0 the potential that the sources would have in an unbounded conductor (Barr et al., IEEE Trans Biomed Eng 13:88, 1966),
///   c(x) phi(x) = phi_0(x) + 1/(4 pi) int phi dOmega_x,   x on the surface, c its inner solid angle over 4 pi,
/// phi linear on each triangle, collocated at the points; c is what makes constants solve it without sources, which is exact for plane
/// triangles. So constants are the null space; the surface's mean is set to zero (deflation). Linear rather than constant elements: with as
/// many unknowns their error is a third smaller (0.46 against 0.71 % of a dipole in the middle of a sphere with 640), on the same triangles
/// a third larger for a quarter of the matrix (tests/benchmarks/torso.cpp), and they have a potential between the points, where electrodes
/// lie.
class BoundedConductor {
public:
  /// Time and memory grow with the square of the number of points: 2500 need 50 MB and about a second.
  explicit BoundedConductor(TorsoSurface surface);

  const TorsoSurface &surface() const { return surface_; }
  /// Reciprocity: weights of phi_0 at each point of the surface whose sum is the potential at `place` over the surface's mean. The weights
  /// add up to zero. Throws SolveError when GMRES stops short.
  std::vector<double> charges(const SurfacePoint &place) const;
  /// The potential at every point, over the surface's mean, from phi_0 there.
  std::vector<double> potential(const std::vector<double> &unbounded) const;

private:
  TorsoSurface surface_;
  std::vector<double> matrix_; ///< by rows: one for each point of collocation
  std::vector<double> share_;  ///< of the surface's area, of each point
};

} // namespace corvivo::physics
