#pragma once
/// Closed-loop lumped circulation of Regazzoni et al., J Comput Phys 457:111083 (2022): four chambers, two circuits.
/// Inside this folder: mmHg, mL, s, as in the paper.
#include <io/base/schema.hpp>
#include <io/base/time_series.hpp>

#include <array>
#include <functional>
#include <string>

namespace corvivo::physics {

/// Time-varying elastance p = E(t) (V - V0), E = EB + EA phi(t); times in seconds within the beat.
struct Chamber {
  double active_elastance, passive_elastance; ///< mmHg/mL
  double contraction_start, contraction_duration, relaxation_duration; ///< s
  double unstressed_volume; ///< mL
  void describe(io::Schema &schema);
};

struct Circuit {
  double arterial_resistance, arterial_compliance, arterial_inertance; ///< mmHg s/mL, mL/mmHg, mmHg s^2/mL
  double venous_resistance, venous_compliance, venous_inertance;
  void describe(io::Schema &schema);
};

/// V_LA V_LV V_RA V_RV [mL], p_AR_SYS p_VEN_SYS p_AR_PUL p_VEN_PUL [mmHg], Q_AR_SYS Q_VEN_SYS Q_AR_PUL Q_VEN_PUL [mL/s].
using CirculationState = std::array<double, 12>;
namespace circulation_index {
enum : std::size_t { V_LA, V_LV, V_RA, V_RV, p_AR_SYS, p_VEN_SYS, p_AR_PUL, p_VEN_PUL, Q_AR_SYS, Q_VEN_SYS, Q_AR_PUL, Q_VEN_PUL };
}

struct CirculationOptions {
  double heart_period = 0.8; ///< s
  Chamber la, lv, ra, rv;
  Circuit systemic, pulmonary;
  double valve_open_resistance = 0.0075, valve_closed_resistance = 75006.2; ///< mmHg s/mL
  bool smooth_valves = true;
  /// The published defaults (atria in phase with the ventricles: a code-to-code oracle, not a healthy baseline).
  static CirculationOptions published();
  /// Atria contracting before the ventricles, not congested; where each changed value comes from is said in the source.
  static CirculationOptions healthy();
  void describe(io::Schema &schema);
};

class ClosedLoop {
public:
  explicit ClosedLoop(const CirculationOptions &options);
  const CirculationOptions &options() const;
  /// Pressures of the chambers by their elastance; where an entry of `lv_pressure` is given it replaces the LV's own (3-D ventricle).
  double lv_pressure(double time, const CirculationState &state) const;
  /// Advances by `dt` s in substeps of at most 1e-4 s (order >= 2). Blood volume is conserved to rounding.
  void advance(CirculationState &state, double time, double dt) const;
  /// The same with the LV pressure given as a function of time (linear ramp from `p0` to `p1` mmHg over the step): what the 3-D ventricle asks.
  /// state[V_LV] then is the volume that the 3-D cavity must have. `dV_dp1` receives d V_LV / d p1 (mL/mmHg) of the step.
  void advance_with_lv_pressure(CirculationState &state, double time, double dt, double p0, double p1, double &dV_dp1) const;
  /// Blood in chambers and vessels, mL.
  double total_volume(const CirculationState &state) const;
  /// State whose total volume is `total` mL, near the published initial state.
  CirculationState initial_state(double total_volume) const;
  /// Named pressures, volumes and flows at one instant, as columns `pressure_lv [mmHg] volume_lv [mL] pressure_aorta [mmHg] ...`.
  static std::vector<std::pair<std::string, std::string>> column_names();
  std::vector<double> columns(double time, const CirculationState &state) const;

private:
  CirculationOptions options_;
};

} // namespace corvivo::physics
