#pragma once
/// Closed-loop lumped circulation of Regazzoni et al., J Comput Phys 457:111083 (2022): four chambers, two circuits.
/// Inside this folder: mmHg, mL, s, as in the paper.
#include <physics/per_cavity.hpp>

#include <io/base/schema.hpp>
#include <io/base/time_series.hpp>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace corvivo::physics {

/// Time-varying elastance p = E(t) (V - V0), E = EB + EA phi(t); phi rises as (1 - cos)/2 over the contraction and falls as
/// (1 + cos)/2 over the relaxation. Times in seconds within the beat; a negative start is before time zero of the beat.
struct Chamber {
  double active_elastance, passive_elastance;                          ///< mmHg/mL
  double contraction_start, contraction_duration, relaxation_duration; ///< s
  double unstressed_volume;                                            ///< mL
  void describe(io::Schema &schema);
};

/// One circuit: arteries and veins, each C p' = Q_in - Q, L Q' = p - p_downstream - R Q.
struct Circuit {
  double arterial_resistance, arterial_compliance, arterial_inertance; ///< mmHg s/mL, mL/mmHg, mmHg s^2/mL
  double venous_resistance, venous_compliance, venous_inertance;
  void describe(io::Schema &schema);
};

/// V_LA V_LV V_RA V_RV [mL], p_AR_SYS p_VEN_SYS p_AR_PUL p_VEN_PUL [mmHg], Q_AR_SYS Q_VEN_SYS Q_AR_PUL Q_VEN_PUL [mL/s].
using CirculationState = std::array<double, 12>;
namespace circulation_index {
enum : std::size_t { V_LA, V_LV, V_RA, V_RV, p_AR_SYS, p_VEN_SYS, p_AR_PUL, p_VEN_PUL, Q_AR_SYS, Q_VEN_SYS, Q_AR_PUL, Q_VEN_PUL };
constexpr std::array<std::size_t, most_cavities> V_ventricle{V_LV, V_RV};
} // namespace circulation_index

/// The defaults are a healthy adult at rest whose ventricles start to contract at time zero of each beat: the values of Regazzoni 2022
/// (part I, as public codes of the model carry them), except where a comment says what and why. Volumes aimed at are those of Petersen et
/// al., JCMR 19:18 (2017), pressures the usual resting ones of healthy adults; both were quoted from memory.
struct CirculationOptions {
  double heart_period = 0.8; ///< s
  /// Atria start to contract 0.15 s before the ventricles (PR interval 120-200 ms) and contract for 0.13 s, so that the mitral valve closes
  /// as the ventricle starts. Active elastance twice the paper's (0.07 and 0.06): atrial contraction then gives 20-30 % of the filling.
  /// Passive elastance of the left atrium (0.09) for its largest volume of 70 mL at a mean pressure of 8 mmHg.
  Chamber la{0.15, 0.14, -0.15, 0.13, 0.12, 4.0};
  /// Active elastance (2.75) and unstressed volume (5) for the mean volumes 145 and 59 mL; passive elastance (0.08) for 8 mmHg there.
  Chamber lv{2.5, 0.06, 0.0, 0.34, 0.17, 10.0};
  Chamber ra{0.12, 0.07, -0.15, 0.13, 0.12, 4.0};
  /// Passive elastance (0.05) for an end-diastolic pressure of 4 mmHg.
  Chamber rv{0.55, 0.035, 0.0, 0.34, 0.17, 10.0};
  /// Veins carry a tenth of the resistance (arteries 0.8, veins 0.26); arterial compliance (1.2) for a pulse pressure of 42 mmHg.
  Circuit systemic{0.80, 1.5, 5e-3, 0.08, 60.0, 5e-4};
  /// One Wood unit, 5 mL/mmHg (healthy: 0.5-2 and 3-8). The paper's 0.1625 twice is five Wood units: pulmonary hypertension.
  Circuit pulmonary{0.045, 5.0, 5e-4, 0.015, 16.0, 5e-4};
  double valve_open_resistance = 0.0075, valve_closed_resistance = 75006.2; ///< mmHg s/mL
  bool smooth_valves = true;
  double time_step = 1e-4; ///< s, largest substep

  /// The values of a public code of the model whose limit cycle is our oracle: atria in phase with the ventricles and congested, so not
  /// a healthy baseline.
  static CirculationOptions published();
  /// The defaults.
  static CirculationOptions healthy() { return {}; }
  /// The same heart beating with `period` s: contraction and relaxation last longer with its square root (Bazett), the delay between
  /// atria and ventricles stays.
  CirculationOptions with_heart_period(double period) const;
  /// The same beat seen with a clock that starts `time` s later.
  CirculationOptions shifted(double time) const;
  void describe(io::Schema &schema);
};

/// A ventricle that is no elastance: its pressure (mmHg) from its volume (mL) and from one number that depends on time alone.
class VentricleLaw {
public:
  virtual ~VentricleLaw() = default;
  virtual double activity(double time) const = 0; ///< s, on the circulation's clock
  virtual double pressure(double activity, double volume) const = 0;
};

class ClosedLoop {
public:
  using Four = std::array<double, 4>; ///< LA LV RA RV, or mitral aortic tricuspid pulmonary
  /// Throws CaseError when a value is not positive where it must be, or a systole is longer than the beat.
  explicit ClosedLoop(const CirculationOptions &options) : ClosedLoop(options, {}) {}
  /// With other laws for the left and the right ventricle, which must outlive it; null: its elastance.
  ClosedLoop(const CirculationOptions &options, const std::array<const VentricleLaw *, most_cavities> &laws);
  const CirculationOptions &options() const { return options_; }
  /// Whether all chambers are elastances.
  bool elastic() const { return !laws_[0] && !laws_[1]; }
  /// Pressure of the left ventricle by its elastance or law, mmHg.
  double lv_pressure(double time, const CirculationState &state) const;
  /// The same of all four chambers.
  Four chamber_pressures(double time, const CirculationState &state) const;
  /// Advances by `dt` s with the classical fourth-order Runge-Kutta rule, in equal substeps of at most `options().time_step`. Blood volume
  /// is conserved to rounding (a linear invariant). Throws SolveError when the state is no longer finite.
  void advance(CirculationState &state, double time, double dt) const;
  /// The same with the pressure of the first `cavities` of LV and RV given as a function of time (linear ramps from `from` to `to` mmHg
  /// over the step): what 3-D ventricles ask; all others are elastances. state[V_LV], state[V_RV] then are the volumes that their cavities
  /// must have. The answer is their derivatives d V_i / d to_j (mL/mmHg), exact ones of the discrete step (its tangents are integrated
  /// beside it); zero for cavities whose pressure is not given.
  CavityMatrix advance_with_pressures(CirculationState &state, double time, double dt, const PerCavity &from, const PerCavity &to,
                                      std::size_t cavities) const;
  /// Blood in the chambers plus the blood that stretches the vessels (C p; their unstressed volume is not in the model), mL.
  double total_volume(const CirculationState &state) const;
  /// State whose total volume is `total` mL: the published initial state, its volumes and pressures scaled alike.
  CirculationState initial_state(double total_volume) const;
  /// Names and units of `columns`: `pressure_lv [mmHg] volume_lv [mL] pressure_aorta [mmHg] ...`.
  static std::vector<std::pair<std::string, std::string>> column_names();
  /// Named pressures, volumes and flows at one instant; those given replace the pressures of the elastances (3-D ventricles).
  std::vector<double> columns(double time, const CirculationState &state, std::optional<double> lv_pressure = std::nullopt,
                              std::optional<double> rv_pressure = std::nullopt) const;

private:
  Four elastances(double time) const; ///< of a ventricle with a law its activity
  double valve_flow(double drop, double *slope = nullptr) const;
  Four valve_flows(const Four &pressures, const CirculationState &state, Four *slopes = nullptr) const;
  CirculationState rates(const Four &pressures, const Four &flows, const CirculationState &state) const;
  CirculationState rates(const Four &elastances, const CirculationState &state) const;
  Four chamber_pressures(const Four &elastances, const CirculationState &state) const;
  int substeps(double dt) const;

  CirculationOptions options_;
  std::array<const VentricleLaw *, most_cavities> laws_;
  double log_resistance_ratio_;
};

} // namespace corvivo::physics
