#pragma once
/// The closed loop as a forward model: five parameters of a patient's circulation in, the observables of its periodic beat out.
#include <physics/circulation/limit_cycle.hpp>

namespace corvivo::physics {

/// Parameters (baseline: CirculationOptions::healthy()):
///   total_blood_volume [mL]          blood in the chambers and in stretched vessels (unstressed vascular blood is not in the model)
///   systemic_resistance [mmHg*s/mL]  arteries plus veins, in the baseline's proportion
///   arterial_compliance [mL/mmHg]    of the systemic arteries
///   lv_contractility [mmHg/mL]       active elastance of the left ventricle
///   lv_passive_elastance [mmHg/mL]   of the left ventricle
/// Outputs: those of `beat_observables`. No exact gradient. One prediction takes a dozen beats (some 0.05 s); not collective.
class CirculationModel final : public ForwardModel {
public:
  /// `heart_period` in s; the baseline is given that period (`with_heart_period`). Throws CaseError when the heart cannot beat that fast.
  explicit CirculationModel(double heart_period, const CirculationOptions &baseline = CirculationOptions::healthy());
  const ParameterSpace &space() const override { return space_; }
  std::vector<io::Quantity> outputs() const override { return beat_observable_names(); }
  Observables predict(const ParameterVector &parameters) const override;
  /// The circulation of a parameter vector. Throws CaseError naming a parameter outside its range.
  CirculationOptions circulation(const ParameterVector &parameters) const;
  /// Its periodic beat; `start_at_end_diastole` as in LimitCycleOptions. What drives the 3-D heartbeat.
  LimitCycle periodic_beat(const ParameterVector &parameters, bool start_at_end_diastole = false) const;
  /// The same heart beating with another period, s (CirculationOptions::with_heart_period).
  CirculationModel at_heart_period(double period) const { return CirculationModel(period, baseline_); }
  /// The same model whose ranges reach `factor` times further down and up: for what-ifs beyond what a fit may find.
  CirculationModel widened(double factor) const;
  /// Every parameter at its baseline.
  ParameterVector baseline() const;
  double heart_period() const { return baseline_.heart_period; }

private:
  CirculationOptions baseline_;
  ParameterSpace space_;
};

} // namespace corvivo::physics
