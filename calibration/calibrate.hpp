#pragma once
/// Most probable parameters of a patient, and how well they are known.
#include <calibration/calibration_options.hpp>
#include <calibration/posterior.hpp>
#include <io/base/quantity.hpp>

#include <mpi.h>

namespace corvivo::calibration {

/// One measurement and what the models say at the optimum, in `observation.unit`.
struct FittedObservation {
  Observation observation;
  double full = 0, surrogate = 0;
  double uncertainty = 0; ///< of the fit: one posterior standard deviation
  double model_error = 0; ///< of the surrogate, one standard deviation
};

struct StartOutcome {
  bool answered = false;                  ///< false: the model failed at the start
  bool converged = false, agrees = false; ///< agrees: ended at the best optimum (within 0.01 prior standard deviations)
  int iterations = 0;
  double objective = 0;
  physics::ParameterVector start, end;
};

struct CalibrationResult {
  Posterior posterior;
  std::vector<FittedObservation> fit;
  physics::Observables full; ///< every output of the full model at the optimum
  std::vector<StartOutcome> starts;
  int starts_agreeing = 0;
  double misfit = 0;               ///< mean square of (full - measured) / sd
  double surrogate_difference = 0; ///< largest |full - surrogate| over the measurement's sd before polishing
  int polish_steps = 0;            ///< on the full model; 0 when the surrogate was good enough
  std::vector<std::string> notes;  ///< what a reader must know, one sentence each

  std::string to_json() const;
  /// Throws CaseError when `text` is not what `to_json` writes.
  static CalibrationResult from_json(const std::string &text);
  void save(const std::filesystem::path &file) const;
  static CalibrationResult load(const std::filesystem::path &file);
};

/// Maximises the posterior of the observations through `fast` (a surrogate, or the full model itself) from many starts, looks at the
/// optimum with `full`, and polishes it there where the two differ. Both models have the same parameters; the box is that of `fast`.
/// Fills measured_<m> fit_<m> fit_surrogate_<m> param_<p> identifiability_<p> calibration_misfit calibration_starts
/// calibration_starts_agreeing calibration_polish_steps, and fit_<output> for the outputs that were not measured; what rests on an assumed
/// measurement says so in its warning. Collective over `comm`, over whose ranks starts and differences are spread: the models are called
/// by one rank alone. The same answer for any number of ranks.
/// Throws CaseError for impossible measurements, SolveError when no start gave an answer or the full model fails at the optimum.
CalibrationResult calibrate(const physics::ForwardModel &fast, const physics::ForwardModel &full, const CalibrationOptions &options,
                            io::Quantities &quantities, MPI_Comm comm = MPI_COMM_WORLD);

} // namespace corvivo::calibration
