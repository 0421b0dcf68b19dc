#include <physics/circulation/circulation_model.hpp>

#include <io/base/errors.hpp>
#include <io/base/units.hpp>

namespace corvivo::physics {

namespace {

enum Index : std::size_t { total_blood_volume, systemic_resistance, arterial_compliance, lv_contractility, lv_passive_elastance };

/// Ranges hold small women to large athletes, and disease short of shock: cardiac output 3-10 L/min, pressure 90/50-200/110 mmHg,
/// end-diastolic volume 70-300 mL, filling pressure 3-30 mmHg. Each is wider than what any of these alone asks.
ParameterSpace space_around(const CirculationOptions &o) {
  return {{"total_blood_volume", "mL",
           "Blood in the four chambers and in stretched vessels; unstressed vascular blood is not in the model.", 800, 2300,
           LimitCycleOptions().total_blood_volume},
          {"systemic_resistance", "mmHg*s/mL", "Resistance of the systemic circuit, arteries and veins.", 0.40, 2.0,
           o.systemic.arterial_resistance + o.systemic.venous_resistance},
          {"arterial_compliance", "mL/mmHg", "Compliance of the systemic arteries.", 0.5, 3.5, o.systemic.arterial_compliance},
          {"lv_contractility", "mmHg/mL", "Active elastance of the left ventricle at the peak of its contraction.", 0.7, 5.5,
           o.lv.active_elastance},
          {"lv_passive_elastance", "mmHg/mL", "Elastance of the relaxed left ventricle.", 0.025, 0.16, o.lv.passive_elastance}};
}

void check(const ParameterSpace &space, const ParameterVector &values) {
  CORVIVO_ASSERT(values.size() == space.size(), "a parameter vector needs one value for each parameter");
  for (std::size_t i = 0; i < space.size(); ++i)
    if (!(values[i] >= space[i].lower && values[i] <= space[i].upper))
      throw io::CaseError(space[i].name + ": found " + io::print_quantity(values[i], space[i].unit) + ", expected a value from " +
                          io::print_number(space[i].lower) + " to " + io::print_quantity(space[i].upper, space[i].unit));
}

} // namespace

CirculationModel::CirculationModel(double heart_period, const CirculationOptions &baseline)
    : baseline_(baseline.with_heart_period(heart_period)), space_(space_around(baseline_)) {
  ClosedLoop{baseline_};
}

CirculationModel CirculationModel::widened(double factor) const {
  CirculationModel wide = *this;
  for (Parameter &parameter : wide.space_) {
    parameter.lower /= factor;
    parameter.upper *= factor;
  }
  return wide;
}

ParameterVector CirculationModel::baseline() const {
  ParameterVector values;
  for (const Parameter &parameter : space_)
    values.push_back(parameter.baseline);
  return values;
}

CirculationOptions CirculationModel::circulation(const ParameterVector &values) const {
  check(space_, values);
  CirculationOptions options = baseline_;
  const double factor = values[systemic_resistance] / space_[systemic_resistance].baseline;
  options.systemic.arterial_resistance *= factor;
  options.systemic.venous_resistance *= factor;
  options.systemic.arterial_compliance = values[arterial_compliance];
  options.lv.active_elastance = values[lv_contractility];
  options.lv.passive_elastance = values[lv_passive_elastance];
  return options;
}

LimitCycle CirculationModel::periodic_beat(const ParameterVector &values, bool start_at_end_diastole) const {
  const ClosedLoop closed_loop(circulation(values));
  LimitCycleOptions options;
  options.total_blood_volume = values[total_blood_volume];
  options.start_at_end_diastole = start_at_end_diastole;
  return run_to_limit_cycle(closed_loop, options);
}

Observables CirculationModel::predict(const ParameterVector &values) const {
  return beat_observables(periodic_beat(values));
}

} // namespace corvivo::physics
