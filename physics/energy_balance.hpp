#pragma once
/// Where the work of a heartbeat goes.
#include <physics/mechanics/solid.hpp>

#include <io/base/time_series.hpp>

namespace corvivo::physics {

/// Work of the fibres and of the blood on the wall = growth of the energy of wall and springs + heat of the dashpots. Stored energies are
/// those of the instant; work is summed from step to step with the mean of the forces at its two ends, heat with the step's speed: the sum
/// closes as the time step goes to zero. The blood's work is that of its forces on the cavity's wall and on the valves.
class EnergyBalance {
public:
  /// From the balance that `solid` assembled and accepted last, at the cavities' `pressure` kPa.
  void start(const Solid &solid, const PerCavity &pressure);
  /// The next one, after a step from `before` to `u`. Collective.
  void step(const Solid &solid, Vec before, Vec u, const PerCavity &pressure);
  /// Names and values of the series' columns, mJ. Collective.
  static std::vector<std::string> columns();
  std::vector<double> values(const Solid &solid) const;

  void keep(io::ArchiveWriter &archive) const;
  void restore(const Solid &solid, io::ArchiveReader &archive);

private:
  void keep_loads(const Solid &solid, const PerCavity &pressure);
  std::vector<petsc::Vector> loads_; ///< per cavity: force of the blood per -kPa at the last balance
  petsc::Vector change_;
  PerCavity pressure_; ///< kPa
  double blood_ = 0;   ///< uJ
};

/// Largest amount (% of the largest term) by which the terms of `columns` miss the balance at any instant of the series since its first.
double energy_imbalance(const io::TimeSeries &beat);

} // namespace corvivo::physics
