#pragma once
/// One self-contained page on one patient and one run, from plain data. It loads nothing from anywhere.
#include <calibration/prognosis/score.hpp>
#include <io/base/grid.hpp>
#include <io/base/image.hpp>
#include <io/base/quantity.hpp>
#include <io/base/time_series.hpp>
#include <io/report/record.hpp>
#include <physics/forward_model.hpp>

#include <optional>
#include <string>
#include <vector>

namespace corvivo::io {

/// One line of the patient's summary.
struct Fact {
  std::string label, value;
  bool assumed = false;
};

/// Values on the surface of a body. Triangles are drawn where there are some, else the outside of the tetrahedra.
struct SurfacePicture {
  Grid grid;
  std::string array = "activation_time [ms]"; ///< point data with one component
  Vector3 base_direction{};                   ///< from apex to base: up in the side views; zero: the z axis
  Vector3 to_right_ventricle{};               ///< zero: any direction across
};

/// The potential of the tissue at one time.
struct PotentialFrame {
  double time = 0;            ///< ms
  std::vector<double> values; ///< mV; NaN where nothing conducts
};

/// A label map, drawn as a row of slices.
struct LabelPicture {
  std::string title;
  Image labels;
  std::vector<std::pair<int, std::string>> names; ///< label and what it is; others are background
};

/// Names of quantities that are compared; an empty name, or one that is not there, leaves its column empty.
struct ComparisonRow {
  std::string label, measured, fitted, simulated, surrogate;
};

/// A fitted parameter; its value and standard deviation are the quantity `param_<name>`.
struct ParameterRow {
  std::string name, meaning;
  double baseline = 0, lower = 0, upper = 0; ///< in the unit of the quantity
  std::string identifiability;               ///< a sentence: "well determined", "hangs on the prior" ...
  bool well_determined = true;
};

/// Names of the quantities of one output before and after the changes of a scenario.
struct ScenarioLine {
  std::string label, before, after, change;
};

/// A what-if: what was changed and what came of it.
struct ScenarioTable {
  std::string name, meaning, changes; ///< "arterial vasodilation", where its size comes from, "systemic_resistance -20 %"
  std::string model;                  ///< which model answered, in words
  std::vector<ScenarioLine> lines;
};

struct StageFailure {
  std::string stage, sentence;
};

/// What the page shows. Every part may be empty: the page says what is not there.
struct ReportData {
  std::string title; ///< of the case
  std::vector<Fact> patient;
  Quantities quantities;      ///< what results.json holds
  TimeSeries heartbeat;       ///< `time [ms]`, `volume_lv`, `pressure_lv`, `pressure_aorta` ... of the 3-D heartbeat
  TimeSeries segment_strains; ///< `time [ms]`, `longitudinal_1` to `radial_17` [1] by AHA segment, of the 3-D heartbeat
  TimeSeries fitted;          ///< the same columns of the fitted circulation, drawn dashed
  TimeSeries ecg;             ///< `time [ms]` and the leads [mV]
  TimeSeries measured_ecg;    ///< the averaged beat of a record: `time [ms]` from the QRS onset and the leads [mV]
  std::optional<SurfacePicture> activation;
  std::vector<PotentialFrame> potential; ///< on the points of `activation`, by time
  TimeSeries potential_points;           ///< `time [ms]` and the potential [mV] at named points
  TimeSeries vulnerability;              ///< `place`, `start [ms]`, `outcome` (0 no capture, 1 propagated, 2 re-entry)
  std::vector<LabelPicture> segmentation;
  std::vector<ComparisonRow> comparison; ///< empty: comparison_rows(quantities)
  std::vector<ParameterRow> parameters;  ///< empty: every `param_<name>` of the quantities, without bounds
  std::vector<ScenarioTable> scenarios;
  std::vector<calibration::ScoreResult> scores;
  std::vector<StageFailure> failures;
  std::vector<std::string> notes; ///< what a reader must know about this run
  RunRecord record;
};

/// A row for each `measured_<x>`, with `fit_<x>`, `sim_<x>` and `fit_surrogate_<x>` beside it. Where `<x>_below_base` is known, the 3-D
/// volume stands in a row of its own beside that: the mesh ends at the base plane, while images and circulation hold the whole cavity.
std::vector<ComparisonRow> comparison_rows(const Quantities &quantities);

/// A row for each parameter; how well it is known from `identifiability_<name>` (posterior over prior standard deviation).
std::vector<ParameterRow> parameter_rows(const physics::ParameterSpace &space, const Quantities &quantities);

/// Adds published plausibility ranges to those quantities that have none and are known here (lv_ef, lv_edv, sim_lv_peak_pressure ...).
/// Call it before results.json is written, so that both show the same.
void add_reference_ranges(Quantities &quantities);

/// The whole page. Its numbers carry the digits of results.json in `data` elements and in the script element with id "results".
std::string report_html(const ReportData &data);

} // namespace corvivo::io
