#include <physics/activation/prescribed.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

void PrescribedTension::describe(io::Schema &schema) {
  const std::string source = "Arostica et al., CMAME 435:117485, 2025";
  schema.quantity("reference_tension", reference_tension_, "kPa", io::positive, "Tension that contraction tends to.", source);
  schema.quantity("contraction_start", contraction_start_, "ms", io::any, "Start of contraction within the period.", source);
  schema.quantity("contraction_end", contraction_end_, "ms", io::any, "End of contraction within the period.", source);
  schema.quantity("ramp", ramp_, "ms", io::positive, "How long contraction takes to switch on and off.", source);
  schema.quantity("period", period_, "ms", io::positive, "Time between beats.", source);
  schema.quantity("a_max", a_max_, "1/ms", io::positive, "Rate of activation.", source);
  schema.quantity("a_min", a_min_, "1/ms", io::Range{-std::numeric_limits<double>::infinity(), 0, false, true},
                  "Rate of relaxation, negative.", source);
}

void PrescribedTension::initialise(double *state, double, double) const {
  state[0] = state[1] = 0.0;
}

double PrescribedTension::rate(double time) const {
  const double t = std::fmod(time, period_);
  const double f = 0.25 * (1.0 + std::tanh((t - contraction_start_) / ramp_)) * (1.0 + std::tanh((contraction_end_ - t) / ramp_));
  return a_max_ * f + a_min_ * (1.0 - f);
}

ActiveResponse PrescribedTension::advance(const double *old_state, double *new_state, double, double, double, double dt) const {
  // Exact for the rate at the middle of each part; parts resolve the ramp.
  const int parts = std::max(1, static_cast<int>(std::ceil(5.0 * dt / ramp_)));
  const double part = dt / parts;
  double tension = old_state[1];
  for (int i = 0; i < parts; ++i) {
    const double a = rate(old_state[0] + (i + 0.5) * part), goal = a > 0.0 ? reference_tension_ : 0.0;
    tension = goal + (tension - goal) * std::exp(-std::abs(a) * part);
  }
  new_state[0] = old_state[0] + dt;
  new_state[1] = tension;
  return {tension, 0.0};
}

} // namespace corvivo::physics
