#include <calibration/prognosis/scores.hpp>

#include <io/base/text.hpp>

#include <cmath>

namespace corvivo::calibration {

double hcm_sudden_death_risk(const HcmInputs &in) {
  const double index = 0.15939858 * in.wall_thickness - 0.00294271 * in.wall_thickness * in.wall_thickness + 0.0259082 * in.la_diameter +
                       0.00446131 * in.lvot_gradient + 0.4583082 * in.family_sudden_death + 0.82639195 * in.nonsustained_vt +
                       0.71650361 * in.syncope - 0.01799934 * in.age;
  return 100.0 * (1 - std::pow(0.998, std::exp(index)));
}

namespace {

class HcmRiskScd final : public Score {
public:
  ScoreResult evaluate(const Patient &patient) const override {
    ScoreResult result;
    result.name = "hcm_risk_scd";
    result.title = "HCM Risk-SCD, five-year sudden death";
    result.unit = "%";
    result.cohort = "patients with hypertrophic cardiomyopathy, 16 years and older";
    result.endpoint = "sudden cardiac death or appropriate defibrillator shock within 5 years";
    result.source = "O'Mahony et al., Eur Heart J 2014;35:2010";
    const auto &diagnosis = patient.clinical.hypertrophic_cardiomyopathy;
    result.applies = diagnosis.value_or(false);
    if (result.applies)
      fill(patient, result);
    else
      add_warning(result, diagnosis ? "Does not apply: this patient has no hypertrophic cardiomyopathy."
                                    : "Applies only to hypertrophic cardiomyopathy, of which the case says nothing.");
    report(result, "hcm_risk_scd", result.value, "%", "group risk of that cohort, not a prediction for one person");
    return result;
  }

private:
  static void fill(const Patient &patient, ScoreResult &result) {
    Inputs inputs(patient, result);
    const ClinicalData &data = patient.clinical;
    const auto &age = inputs.number("age", data.age), &thickness = inputs.number("wall_thickness", data.wall_thickness);
    const auto &diameter = inputs.number("la_diameter", data.la_diameter), &gradient = inputs.number("lvot_gradient", data.lvot_gradient);
    const auto &family = inputs.flag("family_sudden_death", data.family_sudden_death);
    const auto &vt = inputs.flag("nonsustained_vt", data.nonsustained_vt), &syncope = inputs.flag("syncope", data.syncope);
    if (!result.missing.empty()) {
      add_warning(result, "Not computed; missing: " + spoken(result.missing) + ".");
      return;
    }
    // Ranges of the derivation cohort.
    if (*age < 16 || *age > 115 || *thickness < 10 || *thickness > 35 || *diameter < 28 || *diameter > 67 || *gradient < 2 ||
        *gradient > 154)
      add_warning(result,
                  "An input is outside the cohort (age 16-115, wall 10-35 mm, atrium 28-67 mm, gradient 2-154 mmHg): extrapolated.");
    result.value = hcm_sudden_death_risk({*age, *thickness, *diameter, *gradient, *family, *vt, *syncope});
    result.meaning = short_number(*result.value) + " % within 5 years: " +
                     (*result.value >= 6   ? "high (>= 6 %)"
                      : *result.value >= 4 ? "intermediate (4-6 %)"
                                           : "low (< 4 %)") +
                     ".";
    warn_of_assumed(result);
  }
};

} // namespace

std::unique_ptr<Score> make_hcm_risk_scd() {
  return std::make_unique<HcmRiskScd>();
}

} // namespace corvivo::calibration
