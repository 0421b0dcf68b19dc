#pragma once
/// How the monodomain equation is discretised in space and time. Every choice has been measured (tests/benchmarks/wave_speed.cpp); the
/// defaults are those that gave the smallest error at equal cost.
#include <string>

namespace corvivo::io {
class Schema;
}

namespace corvivo::physics {

struct Discretisation {
  /// "P1": linear tetrahedra. "P2": quadratic ones, with nodes at the vertices and at the middles of the edges (QuadraticDiffusion); the
  /// mesh is then refined once more than it has elements, and the mass is consistent.
  std::string element = "P1";
  /// "interpolated_states": in the cells of the wave front V and the states are interpolated to quadrature points and the ionic current is
  /// evaluated there (state-variable interpolation; FrontCurrent). "nodal": the current of the nodes everywhere, interpolated as far as the
  /// mass is consistent (ionic current interpolation).
  std::string current = "interpolated_states";
  int quadrature_level = 0;     ///< each level cuts the cells of the front into eight before the four points are taken; P1
  double consistent_mass = 0;   ///< share of the consistent mass matrix; 0: lumped
  std::string time = "godunov"; ///< "strang": diffusion half a step, reaction, diffusion half a step, each of second order
  double implicitness = 0;      ///< theta of the diffusion; 0: explicit (needs lumped mass)
  bool quadratic() const { return element == "P2"; }
  void describe(io::Schema &schema);
  /// Throws CaseError for choices that do not go together.
  void check() const;
};

} // namespace corvivo::physics
