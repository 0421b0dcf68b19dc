#include <calibration/calibrate.hpp>

#include <calibration/calibration_quantities.hpp>
#include <calibration/dependence.hpp>
#include <calibration/starts.hpp>
#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/text.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::calibration {

namespace {

constexpr double agreement = 0.01; // prior standard deviations

void check_models(const physics::ForwardModel &fast, const physics::ForwardModel &full) {
  CORVIVO_ASSERT(fast.space().size() == full.space().size(), "surrogate and full model have different parameters");
  for (std::size_t i = 0; i < fast.space().size(); ++i)
    CORVIVO_ASSERT(fast.space()[i].name == full.space()[i].name && fast.space()[i].unit == full.space()[i].unit,
                   "surrogate and full model have different parameters: " + fast.space()[i].name + ", " + full.space()[i].name);
}

double distance(const Vector &a, const Vector &b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

/// The best start's end; fills what became of each.
Vector best_of_starts(CalibrationResult &result, const Misfit &misfit, const CalibrationOptions &options, MPI_Comm comm) {
  const Matrix points = starting_points(misfit.scale(), static_cast<std::size_t>(options.starts), options.seed);
  const std::vector<StartResult> ends = minimise_from(points, misfit, comm);
  const StartResult *best = nullptr;
  for (const StartResult &end : ends)
    if (end.answered && (!best || end.minimum.objective < best->minimum.objective))
      best = &end;
  if (!best)
    throw io::SolveError("calibration: the model failed at every one of " + std::to_string(options.starts) + " starts");
  for (std::size_t k = 0; k < ends.size(); ++k) {
    const Minimum &minimum = ends[k].minimum;
    StartOutcome outcome{ends[k].answered,
                         minimum.converged,
                         false,
                         minimum.iterations,
                         minimum.objective,
                         misfit.scale().from_standard(points[k]),
                         misfit.scale().from_standard(minimum.x)};
    outcome.agrees = outcome.answered && distance(minimum.x, best->minimum.x) < agreement;
    result.starts_agreeing += outcome.agrees;
    result.starts.push_back(outcome);
  }
  return best->minimum.x;
}

/// Largest |a - b| over the measurement's own standard deviation.
double largest_difference(const std::vector<Observation> &observations, const Vector &a, const Vector &b) {
  double largest = 0;
  for (std::size_t k = 0; k < observations.size(); ++k)
    largest = std::max(largest, std::abs(a[k] - b[k]) / observations[k].sd);
  return largest;
}

/// A few steps on the full model, whose differences are spread over the ranks.
Vector polished(CalibrationResult &result, const Misfit &full, const Vector &x, const CalibrationOptions &options) {
  io::say("calibration: surrogate and full model differ by " + io::fixed(result.surrogate_difference, 2) +
          " standard deviations at the optimum; polishing on the full model");
  LevenbergMarquardt steps;
  steps.max_iterations = options.polish_steps;
  steps.step_tolerance = 1e-3; // of a prior standard deviation: far below any posterior's
  steps.gradient_tolerance = 1e-3;
  const Minimum minimum = minimise(full, x, full.scale().lower(), full.scale().upper(), steps);
  result.polish_steps = minimum.iterations;
  if (!minimum.converged)
    result.notes.push_back("The polish on the full model was stopped after " + std::to_string(minimum.iterations) + " steps.");
  return minimum.x;
}

/// The derivatives by x of every output of `model`, by name. Collective.
OutputSlopes output_slopes(const physics::ForwardModel &model, const ParameterScale &scale, const Vector &x, MPI_Comm comm) {
  std::vector<Observation> all;
  for (const io::Quantity &output : model.outputs())
    all.push_back({output.name, output.name, output.unit, 0.0, 1.0, false});
  const Matrix jacobian = Misfit(model, all, scale, comm).prediction_jacobian(x);
  OutputSlopes slopes;
  for (std::size_t k = 0; k < all.size(); ++k)
    slopes[all[k].name] = jacobian[k];
  return slopes;
}

Matrix rows(const OutputSlopes &slopes, const std::vector<Observation> &observations) {
  Matrix jacobian;
  for (const Observation &o : observations)
    jacobian.push_back(slopes.at(o.observable));
  return jacobian;
}

void add_notes(CalibrationResult &result, const CalibrationOptions &options, const Dependence &dependence) {
  const std::string assumed = dependence.of_everything();
  if (!assumed.empty())
    result.notes.push_back("The fit " + assumed + ".");
  for (const FittedObservation &f : result.fit) {
    const double off = (f.full - f.observation.value) / f.observation.sd;
    if (std::abs(off) > 2)
      result.notes.push_back("The model does not reach " + f.observation.name + ": it is " + io::fixed(std::abs(off), 1) +
                             " standard deviations " + (off > 0 ? "too high" : "too low") + ".");
  }
  const Vector ratio = result.posterior.identifiability();
  for (std::size_t i = 0; i < ratio.size(); ++i) {
    const physics::Parameter &p = result.posterior.space[i];
    if (ratio[i] > weakly_identified)
      result.notes.push_back(p.name + " is poorly identified: its posterior is " + io::fixed(100 * ratio[i], 0) +
                             " % as wide as its prior.");
    const double value = result.posterior.mode[i];
    if (value <= p.lower * (1 + 1e-12) || value >= p.upper * (1 - 1e-12))
      result.notes.push_back(p.name + " lies at the end of its range; its uncertainty is not to be trusted.");
  }
  const Matrix correlation = result.posterior.correlation();
  for (std::size_t i = 0; i < ratio.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (std::abs(correlation[i][j]) > 0.9)
        result.notes.push_back("Only a combination of " + result.posterior.space[j].name + " and " + result.posterior.space[i].name +
                               " is known well: their correlation is " + io::fixed(correlation[i][j], 2) + ".");
  if (2 * result.starts_agreeing < options.starts)
    result.notes.push_back("Only " + std::to_string(result.starts_agreeing) + " of " + std::to_string(options.starts) +
                           " starts ended at the best optimum: there may be others as good.");
}

void compare(CalibrationResult &result, const Misfit &fast, const Vector &surrogate, const Matrix &jacobian) {
  for (std::size_t k = 0; k < jacobian.size(); ++k) {
    const Observation &o = fast.observations()[k];
    const double full = result.full.value(o.observable), off = (full - o.value) / o.sd;
    const double model_error = std::sqrt(std::max(0.0, fast.sd()[k] * fast.sd()[k] - o.sd * o.sd));
    result.fit.push_back(
        {o, full, surrogate[k], std::sqrt(dot(jacobian[k], times(result.posterior.covariance, jacobian[k]))), model_error});
    result.misfit += off * off / static_cast<double>(jacobian.size());
  }
}

} // namespace

CalibrationResult calibrate(const physics::ForwardModel &fast, const physics::ForwardModel &full, const CalibrationOptions &options,
                            io::Quantities &quantities, MPI_Comm comm) {
  options.measurements.check();
  check_models(fast, full);
  const ParameterScale scale(fast.space());
  const std::vector<Observation> observations = options.measurements.observations();
  const Misfit through_fast(fast, observations, scale), through_full(full, observations, scale, comm);

  CalibrationResult result;
  Vector x = best_of_starts(result, through_fast, options, comm);
  result.surrogate_difference = largest_difference(observations, through_fast.predictions(x), through_full.predictions(x));
  const bool polish = result.surrogate_difference > options.surrogate_tolerance && options.polish_steps > 0;
  if (polish)
    x = polished(result, through_full, x, options);

  const Misfit &last = polish ? through_full : through_fast;
  const OutputSlopes slopes = output_slopes(polish ? full : fast, scale, x, comm);
  const Matrix jacobian = rows(slopes, observations);
  result.posterior = {
      fast.space(), scale.from_standard(x), inverse_spd(gram(last.jacobian(jacobian))), "laplace", polish ? "full model" : "surrogate",
      options.seed};
  result.full = full.predict(result.posterior.mode);
  compare(result, through_fast, through_fast.predictions(x), jacobian);
  const Dependence dependence(observations, jacobian, last.sd(), result.posterior.covariance, options.measurements.heart_rate.assumed);
  add_notes(result, options, dependence);
  fill_quantities(result, options.measurements, dependence, slopes, quantities);
  return result;
}

} // namespace corvivo::calibration
