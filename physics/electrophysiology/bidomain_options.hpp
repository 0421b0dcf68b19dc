#pragma once
/// What a case says of the extracellular space.
#include <physics/electrophysiology/tissue_part.hpp>

namespace corvivo::physics {

/// Along and across the fibres, S/m.
struct DomainConductivity {
  double along, across;
  void describe(io::Schema &schema);
};

/// A ball of tissue into whose extracellular space a current is sent.
struct CurrentElectrode {
  std::string name = "electrode";
  mesh::Vector3 centre{0, 0, 0};  ///< mm
  double radius = 1;              ///< mm
  double current = 0;             ///< uA in the whole ball; positive: into the tissue (anode)
  double start = 0, duration = 2; ///< ms
  bool on(double time) const { return time >= start && time < start + duration; }
  void describe(io::Schema &schema);
};

/// Niederer's pairs, whose harmonic means sigma_i sigma_e / (sigma_i + sigma_e) are the conductivities of the monodomain.
struct BidomainOptions {
  DomainConductivity intracellular{0.17, 0.019}, extracellular{0.62, 0.24};
  std::optional<PartBall> ground; ///< phi_e is zero there; none: its mean over the tissue is zero
  std::vector<CurrentElectrode> electrodes;
  double interval = 1;     ///< ms between values of phi_e at the points
  double tolerance = 1e-6; ///< of the linear solver, relative
  void describe(io::Schema &schema);
};

} // namespace corvivo::physics
