#pragma once
/// What a change would do to this patient: the posterior of the fit carried through changed parameters of the circulation.
#include <calibration/posterior.hpp>
#include <io/base/schema.hpp>

#include <memory>
#include <mpi.h>

namespace corvivo::calibration {

struct ParameterChange {
  std::string parameter; ///< of physics::CirculationModel
  double change = 0;     ///< % of the fitted value
  void describe(io::Schema &schema);
};

/// A therapy, or any other event, as changes of the circulation's parameters. Nothing else reacts: there are no reflexes in the model.
struct Scenario {
  std::string name, meaning;
  std::vector<ParameterChange> changes;
  double heart_rate_change = 0; ///< %
  void describe(io::Schema &schema);
  /// "systemic_resistance -20 %, heart_rate +10 %"
  std::string in_words() const;
};

struct WhatIfOptions {
  std::vector<Scenario> scenarios;
  std::vector<std::string> outputs = {"lv_edv",          "lv_esv",           "lv_ef",          "lv_edp",           "lv_peak_pressure",
                                      "aortic_systolic", "aortic_diastolic", "cardiac_output", "la_pressure_mean", "stroke_work"};
  int draws = 100;
  int seed = 0;
  void describe(io::Schema &schema);
  /// Throws CaseError with every scenario that changes nothing or one parameter twice, and every name that is taken, ill-formed or
  /// unknown.
  void check() const;
};

/// One output before and after; each uncertainty is one standard deviation: of the posterior, and of the surrogate's own error where it
/// answered (taken as independent before and after, so that of a small change is rather too large).
struct Effect {
  std::string output, unit;
  double before = 0, after = 0;
  double before_sd = 0, after_sd = 0, change_sd = 0;
  double change() const { return after - before; }
};

struct ScenarioResult {
  std::string name, meaning, changes;
  bool by_surrogate = true;
  std::string why_full;            ///< why the full model answered: a parameter outside the surrogate's box, or the heart rate
  double surrogate_difference = 0; ///< largest |change by surrogate - by full model| at the mode, in the standard error of the former
  int draws = 0, failed_draws = 0; ///< of the posterior; failed ones are left out
  std::vector<Effect> effects;
};

struct WhatIfResult {
  std::vector<ScenarioResult> scenarios;
  std::string to_json() const;
  /// Throws CaseError when `text` is not what `to_json` writes.
  static WhatIfResult from_json(const std::string &text);
};

/// The full model of this patient at `factor` times the heart rate; its space reaches beyond the surrogate's box.
using FullModel = std::function<std::unique_ptr<physics::ForwardModel>(double factor)>;

/// Answers each scenario before and after by the same model: `fast` where the mode and all draws, changed, lie in its box and the heart
/// rate stays, else the full model, and says so. Central values are those of the posterior's mode. Sets, for each scenario s and output o,
/// whatif_before_<s>_<o>, whatif_after_<s>_<o> and whatif_change_<s>_<o> (after - before), and whatif_surrogate_difference_<s> [1] where
/// the surrogate answered. `assumed` (a sentence, may be empty) and the reason for the full model stand in their warnings.
/// Throws CaseError for a change that leads outside the full model's space, SolveError when the full model fails at the mode; both name
/// the scenario. Collective over `comm`; the same numbers on any number of ranks.
WhatIfResult what_if(const Posterior &posterior, const physics::ForwardModel &fast, const FullModel &full, const WhatIfOptions &options,
                     const std::string &assumed, io::Quantities &quantities, MPI_Comm comm = MPI_COMM_SELF);

} // namespace corvivo::calibration
