#include <physics/circulation/closed_loop.hpp>

#include <cmath>

namespace corvivo::physics {

namespace {

/// Systole of a chamber lasting `factor` times as long; it starts at the same time.
Chamber stretched(Chamber chamber, double factor) {
  chamber.contraction_duration *= factor;
  chamber.relaxation_duration *= factor;
  return chamber;
}

} // namespace

CirculationOptions CirculationOptions::published() {
  // ComputationalPhysiology/circulation, regazzoni2020.py at 473b2e8: parameters after its calibration.
  CirculationOptions options;
  options.heart_period = 0.8;
  options.la = {0.07, 0.18, 0.9, 0.17, 0.17, 4};
  options.lv = {4.482, 0.17, 0.1, 0.25, 0.4, 42};
  options.ra = {0.06, 0.07, 0.9, 0.17, 0.17, 4};
  options.rv = {0.2, 0.029, 0.1, 0.25, 0.4, 16};
  options.systemic = {0.733, 1.372, 5e-3, 0.32, 11.363, 5e-4};
  options.pulmonary = {0.046, 20.0, 5e-4, 0.0015, 16.0, 5e-4};
  return options;
}

CirculationOptions CirculationOptions::with_heart_period(double period) const {
  const double factor = std::sqrt(period / heart_period);
  CirculationOptions result = *this;
  result.heart_period = period;
  result.la = stretched(la, factor);
  result.lv = stretched(lv, factor);
  result.ra = stretched(ra, factor);
  result.rv = stretched(rv, factor);
  return result;
}

CirculationOptions CirculationOptions::shifted(double time) const {
  CirculationOptions result = *this;
  for (Chamber *chamber : {&result.la, &result.lv, &result.ra, &result.rv})
    chamber->contraction_start -= time;
  return result;
}

void Chamber::describe(io::Schema &schema) {
  schema.quantity("active_elastance", active_elastance, "mmHg/mL", io::not_negative, "What full contraction adds to the elastance.");
  schema.quantity("passive_elastance", passive_elastance, "mmHg/mL", io::positive, "Elastance at rest.");
  schema.quantity("contraction_start", contraction_start, "s", io::any,
                  "When it starts to contract, after time zero of the beat (negative: before).");
  schema.quantity("contraction_duration", contraction_duration, "s", io::positive, "From rest to the largest elastance.");
  schema.quantity("relaxation_duration", relaxation_duration, "s", io::positive, "From the largest elastance to rest.");
  schema.quantity("unstressed_volume", unstressed_volume, "mL", io::not_negative, "Volume at zero pressure.");
}

void Circuit::describe(io::Schema &schema) {
  schema.quantity("arterial_resistance", arterial_resistance, "mmHg*s/mL", io::positive, "Resistance of arteries and capillaries.");
  schema.quantity("arterial_compliance", arterial_compliance, "mL/mmHg", io::positive, "Compliance of the arteries.");
  schema.quantity("arterial_inertance", arterial_inertance, "mmHg*s^2/mL", io::positive, "Inertia of arterial blood.");
  schema.quantity("venous_resistance", venous_resistance, "mmHg*s/mL", io::positive, "Resistance of the veins.");
  schema.quantity("venous_compliance", venous_compliance, "mL/mmHg", io::positive, "Compliance of the veins.");
  schema.quantity("venous_inertance", venous_inertance, "mmHg*s^2/mL", io::positive, "Inertia of venous blood.");
}

void CirculationOptions::describe(io::Schema &schema) {
  schema.quantity("heart_period", heart_period, "s", io::between(0.3, 2.0), "Duration of one beat.");
  schema.section("left_atrium", la, "Left atrium.");
  schema.section("left_ventricle", lv, "Left ventricle; the 3-D ventricle replaces it in the coupled heartbeat.");
  schema.section("right_atrium", ra, "Right atrium.");
  schema.section("right_ventricle", rv, "Right ventricle.");
  schema.section("systemic", systemic, "Systemic circuit.");
  schema.section("pulmonary", pulmonary, "Pulmonary circuit.");
  const std::string source = "Regazzoni et al., J Comput Phys 457:111083, 2022";
  schema.quantity("valve_open_resistance", valve_open_resistance, "mmHg*s/mL", io::positive, "Resistance of an open valve.", source);
  schema.quantity("valve_closed_resistance", valve_closed_resistance, "mmHg*s/mL", io::positive, "Resistance of a closed valve.", source);
  schema.flag("smooth_valves", smooth_valves, "Valves pass from open to closed smoothly (arctangent of the pressure drop), not by a step.");
  schema.quantity("time_step", time_step, "s", io::Range{0, 2e-3, true, false}, "Largest substep of the Runge-Kutta rule.");
}

} // namespace corvivo::physics
