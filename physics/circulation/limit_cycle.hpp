#pragma once
/// The periodic beat of the closed loop, found without running it to rest by hand: x = G(x), G one beat, by Anderson's mixing.
#include <physics/circulation/closed_loop.hpp>
#include <physics/forward_model.hpp>

namespace corvivo::physics {

struct LimitCycleOptions {
  double total_blood_volume = 1400; ///< mL, in chambers and stretched vessels; unstressed vascular volume not counted
  double tolerance = 1e-7;          ///< largest change over a beat: mL / 100, mmHg / 10, mL/s / 100
  int max_beats = 200;
  int plain_beats = 3;                ///< before mixing starts
  int mixed_beats = 6;                ///< how many differences the mixing remembers; 0: plain repetition
  double sample_interval = 1e-3;      ///< s, between rows of the returned beat
  bool start_at_end_diastole = false; ///< time zero of the returned beat and of `circulation` is the closure of the mitral valve
  void describe(io::Schema &schema);
};

/// One beat that repeats itself.
struct LimitCycle {
  CirculationOptions circulation;         ///< as run; with `start_at_end_diastole` its clock starts at mitral closure
  io::TimeSeries beat;                    ///< `time [ms]` and ClosedLoop::column_names(), both ends included
  CirculationState start_state{};         ///< at time zero of `circulation`
  CirculationState end_diastolic_state{}; ///< at mitral closure, where the LV is largest
  double end_diastolic_time = 0;          ///< s, on the clock of `circulation`
  int beats = 0;                          ///< that had to be run
  double residual = 0;                    ///< change over the last beat, in the scale of `tolerance`
};

/// Runs beats from `ClosedLoop::initial_state` until one changes nothing. Throws SolveError with the residual of each beat.
LimitCycle run_to_limit_cycle(const ClosedLoop &circulation, const LimitCycleOptions &options);
/// The same from a state near the answer (its total volume wins over that of `options`).
LimitCycle run_to_limit_cycle(const ClosedLoop &circulation, const LimitCycleOptions &options, const CirculationState &start);

/// Named scalars of a beat: lv_edv lv_esv lv_sv [mL] lv_ef [%] lv_peak_pressure lv_edp [mmHg] lv_dpdt_max [mmHg/s]
/// aortic_systolic aortic_diastolic aortic_mean [mmHg] la_pressure_mean ra_pressure_mean [mmHg] la_volume_min la_volume_max [mL]
/// rv_edv rv_esv [mL] rv_peak_pressure pulmonary_systolic pulmonary_diastolic pulmonary_mean [mmHg] cardiac_output [L/min]
/// stroke_work [J]. Extrema are refined by a parabola through the three substeps around them, so that each is a smooth function of the
/// parameters; EDP is taken at mitral closure.
Observables beat_observables(const LimitCycle &cycle);
/// What `beat_observables` returns, with units and values zero.
std::vector<io::Quantity> beat_observable_names();

} // namespace corvivo::physics
