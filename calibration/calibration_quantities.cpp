#include <calibration/calibration_quantities.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::calibration {

namespace {

constexpr const char *not_measured = "assumed, not measured in this patient";

io::Quantity quantity(const std::string &name, double value, const std::string &unit, std::optional<double> uncertainty,
                      const std::string &warning) {
  io::Quantity q;
  q.name = name;
  q.value = value;
  q.unit = unit;
  q.uncertainty = uncertainty;
  q.warning = warning;
  return q;
}

std::string both(const std::string &a, const std::string &b) {
  return a.empty() || b.empty() ? a + b : a + "; " + b;
}

void fill_fit(const CalibrationResult &result, const Dependence &dependence, const OutputSlopes &slopes, io::Quantities &quantities) {
  for (std::size_t k = 0; k < result.fit.size(); ++k) {
    const FittedObservation &f = result.fit[k];
    const Observation &o = f.observation;
    const std::string warning = dependence.of_prediction(slopes.at(o.observable));
    quantities.set(quantity("measured_" + o.name, o.value, o.unit, o.sd, o.assumed ? not_measured : ""));
    quantities.set(quantity("fit_" + o.name, f.full, o.unit, f.uncertainty, warning));
    quantities.set(quantity("fit_surrogate_" + o.name, f.surrogate, o.unit, f.model_error, warning));
  }
}

/// What the full model says beyond what was measured; without derivatives of an output (a surrogate that does not have it) no uncertainty.
void fill_other_outputs(const CalibrationResult &result, const Dependence &dependence, const OutputSlopes &slopes,
                        io::Quantities &quantities) {
  for (const io::Quantity &output : result.full.all()) {
    const bool measured = std::any_of(result.fit.begin(), result.fit.end(),
                                      [&](const FittedObservation &f) { return f.observation.observable == output.name; });
    if (measured)
      continue;
    const auto slope = slopes.find(output.name);
    if (slope == slopes.end()) {
      quantities.set(quantity("fit_" + output.name, output.value, output.unit, {}, dependence.of_everything()));
      continue;
    }
    const double variance = dot(slope->second, times(result.posterior.covariance, slope->second));
    quantities.set(quantity("fit_" + output.name, output.value, output.unit, std::sqrt(variance), dependence.of_prediction(slope->second)));
  }
}

void fill_parameters(const CalibrationResult &result, const Dependence &dependence, io::Quantities &quantities) {
  const Posterior &posterior = result.posterior;
  const Vector sd = posterior.standard_deviation(), ratio = posterior.identifiability();
  for (std::size_t i = 0; i < posterior.space.size(); ++i) {
    const physics::Parameter &p = posterior.space[i];
    const std::string warning = dependence.of_parameter(i);
    quantities.set(quantity("param_" + p.name, posterior.mode[i], p.unit, sd[i], warning));
    quantities.set(quantity("identifiability_" + p.name, ratio[i], "1", {},
                            both(ratio[i] > weakly_identified ? "weakly identified: more than half as wide as the prior" : "", warning)));
  }
}

} // namespace

void fill_quantities(const CalibrationResult &result, const PatientMeasurements &measurements, const Dependence &dependence,
                     const OutputSlopes &slopes, io::Quantities &quantities) {
  fill_fit(result, dependence, slopes, quantities);
  const io::Measurement &rate = measurements.heart_rate;
  const std::string rate_warning = rate.assumed ? not_measured : "";
  quantities.set(quantity("measured_heart_rate", rate.value, "1/min", rate.sd, rate_warning));
  quantities.set(quantity("fit_heart_rate", rate.value, "1/min", {}, both("imposed on the model", rate_warning)));
  fill_other_outputs(result, dependence, slopes, quantities);
  fill_parameters(result, dependence, quantities);
  quantities.set("calibration_misfit", result.misfit, "1");
  quantities.set("calibration_starts", static_cast<double>(result.starts.size()), "1");
  quantities.set("calibration_starts_agreeing", result.starts_agreeing, "1");
  quantities.set("calibration_polish_steps", result.polish_steps, "1");
  quantities.set("calibration_surrogate_difference", result.surrogate_difference, "1");
}

} // namespace corvivo::calibration
