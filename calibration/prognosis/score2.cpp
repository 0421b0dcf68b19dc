#include <calibration/prognosis/scores.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <array>
#include <cmath>

namespace corvivo::calibration {

namespace {

/// Coefficients in the order of `terms`: age, smoker, pressure, diabetes, cholesterol, HDL, then each (but age) times age.
struct Model {
  std::array<double, 6> main;
  std::array<double, 5> with_age;
  double baseline_survival, mean;
};
struct Scale {
  double k1, k2;
};
using Terms = std::array<double, 6>;

// Coefficients: supplements of the two papers, as in RiskScorescvd R/11_SCORE2_func.R.
const Model score2_men{{.3742, .6012, .2777, .6457, .1458, -.2698}, {-.0755, -.0255, -.0983, -.0281, .0426}, .9605, 0};
const Model score2_women{{.4648, .7744, .3131, .8096, .1002, -.2606}, {-.1088, -.0277, -.1272, -.0226, .0613}, .9776, 0};
const Model older_men{{.0634, .3524, .0094, .4245, .0850, -.3564}, {-.0247, -.0005, -.0174, .0073, .0091}, .7576, .0929};
const Model older_women{{.0789, .4921, .0102, .6010, .0605, -.3040}, {-.0255, -.0004, -.0107, -.0009, .0154}, .8082, .2290};
// Recalibration by region (low, moderate, high, very high), men then women. They reproduce the published examples.
const std::array<std::array<Scale, 4>, 2> score2_scales{{{{{-.5699, .7476}, {-.1565, .8009}, {.3207, .9360}, {.5836, .8294}}},
                                                         {{{-.7380, .7019}, {-.3143, .7701}, {.5710, .9369}, {.9412, .8329}}}}};
const std::array<std::array<Scale, 4>, 2> older_scales{
    {{{{-.34, 1.19}, {.01, 1.25}, {.08, 1.15}, {.05, .70}}}, {{{-.52, 1.01}, {-.10, 1.10}, {.38, 1.09}, {.38, .69}}}}};
const std::vector<std::string> regions{"low", "moderate", "high", "very_high"};

std::size_t region_index(const std::string &region) {
  for (std::size_t i = 0; i < regions.size(); ++i)
    if (regions[i] == region)
      return i;
  throw io::CaseError("risk region: found '" + region + "'" + io::did_you_mean(region, regions));
}

double linear_predictor(const Model &model, const Terms &t) {
  double sum = -model.mean;
  for (std::size_t i = 0; i < t.size(); ++i)
    sum += model.main[i] * t[i];
  for (std::size_t i = 1; i < t.size(); ++i)
    sum += model.with_age[i - 1] * t[i] * t[0];
  return sum;
}

} // namespace

double score2_risk(const Score2Inputs &in) {
  const std::size_t region = region_index(in.region);
  const bool older = in.age >= 70;
  const double smoker = in.smoker ? 1 : 0, diabetes = in.diabetes ? 1 : 0;
  const Terms younger_terms{
      (in.age - 60) / 5, smoker, (in.systolic_pressure - 120) / 20, diabetes, in.total_cholesterol - 6, (in.hdl_cholesterol - 1.3) / 0.5};
  const Terms older_terms{in.age - 73, smoker, in.systolic_pressure - 150, diabetes, in.total_cholesterol - 6, in.hdl_cholesterol - 1.4};
  const Model &model = older ? (in.male ? older_men : older_women) : (in.male ? score2_men : score2_women);
  const Scale scale = (older ? older_scales : score2_scales)[in.male ? 0 : 1][region];
  const double lp = linear_predictor(model, older ? older_terms : younger_terms);
  // -ln(1 - r) with r = 1 - S0^exp(lp) is -exp(lp) ln(S0).
  const double hazard = -std::exp(lp) * std::log(model.baseline_survival);
  return 100.0 * -std::expm1(-std::exp(scale.k1 + scale.k2 * std::log(hazard)));
}

namespace {

class Score2 final : public Score {
public:
  ScoreResult evaluate(const Patient &patient) const override {
    ScoreResult result;
    result.name = "score2";
    result.title = "SCORE2, ten-year cardiovascular risk";
    result.unit = "%";
    result.cohort = "European general population without cardiovascular disease, 40-69 years (SCORE2), 70 and more (SCORE2-OP)";
    result.endpoint = "fatal and non-fatal cardiovascular events within 10 years";
    result.source = "Eur Heart J 2021;42:2439 and 2455";
    const ClinicalData &data = patient.clinical;
    const std::string obstacle = why_not(data);
    result.applies = obstacle.empty();
    if (result.applies)
      fill(patient, result);
    else
      add_warning(result, obstacle);
    report(result, "score2", result.value, "%", "group risk of that population, not a prediction for one person");
    return result;
  }

private:
  static std::string why_not(const ClinicalData &data) {
    if (data.cardiovascular_disease.value_or(false))
      return "Does not apply: made for people without known cardiovascular disease.";
    if (data.heart_failure.value_or(false))
      return "Does not apply: made for people without heart failure.";
    if (data.age && *data.age < 40)
      return "Does not apply below 40 years.";
    if (data.age && *data.age >= 90)
      return "Does not apply from 90 years.";
    return "";
  }

  static void fill(const Patient &patient, ScoreResult &result) {
    Inputs inputs(patient, result);
    const ClinicalData &data = patient.clinical;
    const auto &age = inputs.number("age", data.age), &pressure = inputs.number("systolic_pressure", data.systolic_pressure);
    const auto &cholesterol = inputs.number("total_cholesterol", data.total_cholesterol),
               &hdl = inputs.number("hdl_cholesterol", data.hdl_cholesterol);
    const auto male = inputs.male(), smoker = inputs.flag("smoker", data.smoker), diabetes = inputs.flag("diabetes", data.diabetes);
    const std::string &region = inputs.word("risk_region", data.risk_region);
    if (!result.missing.empty()) {
      add_warning(result, "Not computed; missing: " + spoken(result.missing) + ".");
      return;
    }
    result.value = score2_risk({*age, *male, *smoker, *diabetes, *pressure, *cholesterol, *hdl, region});
    result.meaning = short_number(*result.value) + " % within 10 years, " + band(*age, *result.value) + " for this age.";
    if (!data.cardiovascular_disease)
      add_warning(result, "Holds only without known cardiovascular disease, of which the case says nothing.");
    warn_of_assumed(result);
  }

  /// Bands of the ESC prevention guideline 2021.
  static std::string band(double age, double risk) {
    const double middle = age < 50 ? 2.5 : age < 70 ? 5 : 7.5, high = age < 50 ? 7.5 : age < 70 ? 10 : 15;
    return risk < middle ? "low to moderate" : risk < high ? "high" : "very high";
  }
};

} // namespace

std::unique_ptr<Score> make_score2() {
  return std::make_unique<Score2>();
}

} // namespace corvivo::calibration
