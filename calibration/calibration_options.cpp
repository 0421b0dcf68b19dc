#include <calibration/calibration_options.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <cmath>

namespace corvivo::calibration {

namespace {

struct Entry {
  const char *name, *observable, *unit;
  const io::Measurement PatientMeasurements::*member;
  double low, high; ///< what a living adult may have
};

const std::vector<Entry> &entries() {
  static const std::vector<Entry> list{
      {"lv_edv", "lv_edv", "mL", &PatientMeasurements::lv_edv, 30, 600},
      {"lv_esv", "lv_esv", "mL", &PatientMeasurements::lv_esv, 5, 550},
      {"systolic_pressure", "aortic_systolic", "mmHg", &PatientMeasurements::systolic_pressure, 50, 300},
      {"diastolic_pressure", "aortic_diastolic", "mmHg", &PatientMeasurements::diastolic_pressure, 20, 200},
      {"lv_edp", "lv_edp", "mmHg", &PatientMeasurements::lv_edp, 0, 60}};
  return list;
}

std::string found(const io::Measurement &m, const char *unit) {
  return "found " + io::print_quantity(m.value, unit);
}

void check_one(std::vector<std::string> &errors, const std::string &name, const io::Measurement &m, const char *unit, double low,
               double high) {
  if (!std::isfinite(m.value))
    errors.push_back(name + ": missing; give {value, sd}, and assumed: true when it was not measured in this patient");
  else if (!(m.value > low && m.value < high))
    errors.push_back(name + ": " + found(m, unit) + ", expected between " + io::print_number(low) + " and " +
                     io::print_quantity(high, unit) + "; check its unit");
  if (std::isfinite(m.value) && !(m.sd > 0 && std::isfinite(m.sd)))
    errors.push_back(name + ".sd: found " + io::print_quantity(m.sd, unit) + ", expected a standard deviation larger than zero");
}

} // namespace

std::vector<Observation> PatientMeasurements::observations() const {
  std::vector<Observation> list;
  for (const Entry &entry : entries()) {
    const io::Measurement &m = this->*entry.member;
    list.push_back({entry.name, entry.observable, entry.unit, m.value, m.sd, m.assumed});
  }
  return list;
}

void PatientMeasurements::check() const {
  std::vector<std::string> errors;
  for (const Entry &entry : entries())
    check_one(errors, entry.name, this->*entry.member, entry.unit, entry.low, entry.high);
  check_one(errors, "heart_rate", heart_rate, "1/min", 30, 180);
  if (lv_esv.value >= lv_edv.value)
    errors.push_back("lv_esv: " + found(lv_esv, "mL") + ", expected less than lv_edv, " + io::print_quantity(lv_edv.value, "mL") +
                     ": the ventricle must eject; are the two phases swapped?");
  if (diastolic_pressure.value >= systolic_pressure.value)
    errors.push_back("diastolic_pressure: " + found(diastolic_pressure, "mmHg") + ", expected less than systolic_pressure, " +
                     io::print_quantity(systolic_pressure.value, "mmHg") + "; are the two swapped?");
  if (lv_edp.value >= diastolic_pressure.value)
    errors.push_back("lv_edp: " + found(lv_edp, "mmHg") + ", expected less than diastolic_pressure, " +
                     io::print_quantity(diastolic_pressure.value, "mmHg") + ": the aortic valve is closed at end-diastole");
  if (errors.empty())
    return;
  std::string text;
  for (const std::string &error : errors)
    text += (text.empty() ? "calibration.measurements." : "\ncalibration.measurements.") + error;
  throw io::CaseError(text);
}

void PatientMeasurements::describe(io::Schema &schema) {
  schema.measurement("lv_edv", lv_edv, "mL", io::positive, "End-diastolic volume of the left ventricle; the segmentation's when left out.");
  schema.measurement("lv_esv", lv_esv, "mL", io::positive, "End-systolic volume of the left ventricle; the segmentation's when left out.");
  schema.measurement("systolic_pressure", systolic_pressure, "mmHg", io::positive,
                     "Systolic pressure by cuff, compared with the model's aorta (a cuff on the arm reads a few mmHg more).", true);
  schema.measurement("diastolic_pressure", diastolic_pressure, "mmHg", io::positive, "Diastolic pressure by cuff.", true);
  schema.measurement("heart_rate", heart_rate, "1/min", io::positive,
                     "Heart rate; sets the period of the model (its standard deviation is not propagated).", true);
  schema.measurement("lv_edp", lv_edp, "mmHg", io::positive,
                     "End-diastolic pressure of the left ventricle; without a catheter 8 +- 3 mmHg, assumed.", true);
}

void CalibrationOptions::describe(io::Schema &schema) {
  schema.section("measurements", measurements, "What was measured in the patient, each with its standard deviation.");
  schema.required_integer("seed", seed, 0, 2147483647, "Seed of the starts of the fit.");
  schema.integer("starts", starts, 1, 10000, "Starts of the fit: the baseline and a Latin hypercube over the parameter ranges.");
  schema.quantity(
      "surrogate_tolerance", surrogate_tolerance, "1", io::not_negative,
      "Largest difference between surrogate and full model at the optimum, in standard deviations of each measurement, above which "
      "the fit is polished on the full model.");
  schema.integer("polish_steps", polish_steps, 0, 100, "Most Gauss-Newton steps of that polish.");
}

} // namespace corvivo::calibration
