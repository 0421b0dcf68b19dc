#include <calibration/prognosis/scores.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace corvivo::calibration {

namespace {

// Probability of death by points 0..50; Pocock 2013, as ten independent implementations print it. (One of them ships 0.060 for 25 points.)
constexpr std::array<double, maggic_most_points + 1> one_year{.015, .016, .018, .020, .022, .024, .027, .029, .032, .036, .039, .043, .048,
                                                              .052, .058, .063, .070, .077, .084, .093, .102, .111, .122, .134, .147, .160,
                                                              .175, .191, .209, .227, .248, .269, .292, .316, .342, .369, .398, .427, .458,
                                                              .490, .523, .557, .591, .625, .659, .692, .725, .757, .787, .816, .842};
constexpr std::array<double, maggic_most_points + 1> three_years{
    .039, .043, .048, .052, .058, .063, .070, .077, .084, .092, .102, .111, .122, .134, .146, .160, .175,
    .191, .209, .227, .247, .269, .292, .316, .342, .369, .397, .427, .458, .490, .523, .556, .590, .625,
    .658, .692, .725, .756, .787, .815, .842, .866, .889, .908, .926, .941, .953, .964, .973, .980, .985};

/// Points by band: `points[i]` below `upper[i]`, the last one above all. The value is floored first.
struct Bands {
  std::vector<double> upper;
  std::vector<int> points;
  int at(double value) const {
    const double whole = std::floor(value);
    return points[std::upper_bound(upper.begin(), upper.end(), whole) - upper.begin()];
  }
  Points of(const std::optional<double> &value) const {
    if (value)
      return {at(*value), at(*value)};
    return {*std::min_element(points.begin(), points.end()), *std::max_element(points.begin(), points.end())};
  }
};

const Bands ef_bands{{20, 25, 30, 35, 40}, {7, 6, 5, 3, 2, 0}};
const Bands bmi_bands{{15, 20, 25, 30}, {6, 5, 3, 2, 0}};
const Bands creatinine_bands{{90, 110, 130, 150, 170, 210, 250}, {0, 1, 2, 3, 4, 5, 6, 8}};
// Age and pressure count differently in three ranges of EF: below 30, 30 to 39, 40 and more.
const std::vector<double> age_limits{55, 60, 65, 70, 75, 80};
const std::array<Bands, 3> age_bands{
    {{age_limits, {0, 1, 2, 4, 6, 8, 10}}, {age_limits, {0, 2, 4, 6, 8, 10, 13}}, {age_limits, {0, 3, 5, 7, 9, 12, 15}}}};
const std::vector<double> pressure_limits{110, 120, 130, 140, 150};
const std::array<Bands, 3> pressure_bands{
    {{pressure_limits, {5, 4, 3, 2, 1, 0}}, {pressure_limits, {3, 2, 1, 1, 0, 0}}, {pressure_limits, {2, 1, 1, 0, 0, 0}}}};

Points nyha_points(const std::string &nyha) {
  const std::vector<std::string> names{"I", "II", "III", "IV"};
  constexpr std::array<int, 4> points{0, 2, 6, 8};
  if (nyha.empty())
    return {0, 8};
  const auto found = std::find(names.begin(), names.end(), nyha);
  if (found == names.end())
    throw io::CaseError("NYHA class: found '" + nyha + "'" + io::did_you_mean(nyha, names));
  const int p = points[found - names.begin()];
  return {p, p};
}

std::optional<bool> negated(const std::optional<bool> &flag) {
  return flag ? std::optional<bool>(!*flag) : std::nullopt;
}

Points with_ejection_fraction(const MaggicInputs &in, double ef) {
  const std::size_t range = ef < 30 ? 0 : ef < 40 ? 1 : 2;
  return ef_bands.of(ef) + age_bands[range].of(in.age) + pressure_bands[range].of(in.systolic_pressure);
}

void check_finite(const MaggicInputs &in) {
  for (const auto *value :
       {&in.ejection_fraction, &in.age, &in.systolic_pressure, &in.body_mass_index, &in.creatinine, &in.months_since_diagnosis})
    if (*value && !(**value >= 0 && std::isfinite(**value)))
      throw io::CaseError("MAGGIC: found " + short_number(**value) + " among its inputs, expected numbers not below zero");
}

} // namespace

double maggic_risk(int points, int years) {
  if (points < 0 || points > maggic_most_points || (years != 1 && years != 3))
    throw io::CaseError("MAGGIC: found " + std::to_string(points) + " points at " + std::to_string(years) +
                        " years, expected 0 to 50 points at 1 or 3 years");
  return 100.0 * (years == 1 ? one_year : three_years)[points];
}

Points maggic_points(const MaggicInputs &in) {
  check_finite(in);
  // Everything but EF adds up on its own, so the extremes are the sums of the extremes within each band of EF.
  Points coupled;
  if (in.ejection_fraction)
    coupled = with_ejection_fraction(in, std::floor(*in.ejection_fraction));
  else {
    coupled = with_ejection_fraction(in, 0);
    for (const double ef : {20.0, 25.0, 30.0, 35.0, 40.0}) {
      const Points p = with_ejection_fraction(in, ef);
      coupled = {std::min(coupled.low, p.low), std::max(coupled.high, p.high)};
    }
  }
  const std::optional<bool> long_known =
      in.months_since_diagnosis ? std::optional<bool>(std::floor(*in.months_since_diagnosis) >= 18) : std::nullopt;
  return coupled + bmi_bands.of(in.body_mass_index) + creatinine_bands.of(in.creatinine) + nyha_points(in.nyha) + points_if(in.male, 1) +
         points_if(in.smoker, 1) + points_if(in.diabetes, 3) + points_if(in.copd, 2) + points_if(long_known, 2) +
         points_if(negated(in.beta_blocker), 3) + points_if(negated(in.acei_arb), 1);
}

namespace {

class Maggic final : public Score {
public:
  ScoreResult evaluate(const Patient &patient) const override {
    ScoreResult result;
    result.name = "maggic";
    result.title = "MAGGIC heart-failure score";
    result.unit = "1";
    result.cohort = "39,372 patients with heart failure, 30 studies";
    result.endpoint = "death from any cause within 1 and 3 years";
    result.source = "Pocock et al., Eur Heart J 2013;34:1404";
    result.applies = patient.clinical.heart_failure.value_or(false);
    if (result.applies)
      fill(patient, result);
    else {
      add_warning(result, patient.clinical.heart_failure
                              ? "Does not apply: this patient has no heart failure."
                              : "Does not apply without heart failure, and the case does not say that there is one.");
      emit({}, result);
    }
    return result;
  }

private:
  static MaggicInputs gather(const Patient &patient, std::optional<double> &ef_sd, ScoreResult &result) {
    Inputs inputs(patient, result);
    const ClinicalData &data = patient.clinical;
    MaggicInputs in;
    if (const auto ef = inputs.ejection_fraction()) {
      in.ejection_fraction = ef->value;
      ef_sd = ef->uncertainty;
    }
    in.age = inputs.number("age", data.age);
    in.systolic_pressure = inputs.number("systolic_pressure", data.systolic_pressure);
    const auto &height = inputs.number("height", data.height), &weight = inputs.number("weight", data.weight);
    if (height && weight)
      in.body_mass_index = *weight / (*height * *height * 1e-4);
    in.creatinine = inputs.number("creatinine", data.creatinine);
    in.months_since_diagnosis = inputs.number("months_since_diagnosis", data.months_since_diagnosis);
    in.nyha = inputs.word("nyha", data.nyha);
    in.male = inputs.male();
    in.smoker = inputs.flag("smoker", data.smoker);
    in.diabetes = inputs.flag("diabetes", data.diabetes);
    in.copd = inputs.flag("copd", data.copd);
    in.beta_blocker = inputs.flag("beta_blocker", data.beta_blocker);
    in.acei_arb = inputs.flag("acei_arb", data.acei_arb);
    return in;
  }

  static void fill(const Patient &patient, ScoreResult &result) {
    std::optional<double> ef_sd;
    const MaggicInputs in = gather(patient, ef_sd, result);
    const Points total = maggic_points(in);
    if (result.missing.empty()) {
      result.value = total.low;
      result.uncertainty = change_by_ejection_fraction(in, ef_sd);
    } else {
      result.possible = Interval{double(total.low), double(total.high)};
      add_warning(result, "Incomplete: possible range " + std::to_string(total.low) + " to " + std::to_string(total.high) +
                              " points; missing: " + spoken(result.missing) + ".");
    }
    const auto risk = [&](int years) {
      const std::string low = short_number(risk_of(total.low, years)), high = short_number(risk_of(total.high, years));
      return (total.known() ? low : low + " to " + high) + " %";
    };
    result.meaning = "Deaths in patients with these points: " + risk(1) + " within 1 year, " + risk(3) + " within 3 years.";
    if (total.low > maggic_most_points)
      add_warning(result, "The published risks end at 50 points; those are given.");
    warn_of_assumed(result);
    emit(total, result);
  }

  /// The items add up to 57 at most, the published risks end at 50.
  static double risk_of(int points, int years) { return maggic_risk(std::min(points, maggic_most_points), years); }

  static std::optional<double> change_by_ejection_fraction(MaggicInputs in, const std::optional<double> &sd) {
    if (!sd)
      return {};
    const double ef = *in.ejection_fraction;
    const int own = maggic_points(in).low;
    int change = 0;
    for (const double moved : {ef - *sd, ef + *sd}) {
      in.ejection_fraction = std::max(0.0, moved);
      change = std::max(change, std::abs(maggic_points(in).low - own));
    }
    return change;
  }

  static void emit(const Points &total, ScoreResult &result) {
    const std::string caution = "group risk of that cohort, not a prediction for one person";
    report(result, "maggic", result.value, "1", caution).uncertainty = result.uncertainty;
    const auto risk = [&](int years) { return result.value ? std::optional<double>(risk_of(total.low, years)) : std::nullopt; };
    report(result, "maggic_1y_risk", risk(1), "%", caution);
    report(result, "maggic_3y_risk", risk(3), "%", caution);
    if (result.possible) {
      report(result, "maggic_lowest", total.low, "1", caution);
      report(result, "maggic_highest", total.high, "1", caution);
    }
  }
};

} // namespace

std::unique_ptr<Score> make_maggic() {
  return std::make_unique<Maggic>();
}

} // namespace corvivo::calibration
