#include <calibration/prognosis/scores.hpp>

#include <io/base/text.hpp>

#include <algorithm>
#include <cstdlib>

namespace corvivo::calibration {

namespace {

/// points = 3 [age >= 65] + 3 [LVEF <= 50 %] + 2 [diabetes] + [male] + [more than 5 of 17 segments ischaemic under stress].
/// Marcos-Garces, Bodi et al., J Clin Med 2020;9:1957.
class CCmr10 final : public Score {
public:
  ScoreResult evaluate(const Patient &patient) const override {
    ScoreResult result;
    result.name = "ccmr10";
    result.title = "C-CMR-10, clinical and stress-CMR score";
    result.unit = "1";
    result.cohort = "6,187 patients sent to stress CMR in Valencia, 682 deaths, median 5.6 years";
    result.endpoint = "death from any cause";
    result.source = "Marcos-Garces et al., J Clin Med 2020;9:1957";
    Inputs inputs(patient, result);
    const ClinicalData &data = patient.clinical;
    const auto ef = inputs.ejection_fraction();
    const auto &age = inputs.number("age", data.age);
    const auto &segments = inputs.number("ischaemic_segments", data.ischaemic_segments);
    const Points others = points_if(age ? std::optional<bool>(*age >= 65) : std::nullopt, 3) +
                          points_if(inputs.flag("diabetes", data.diabetes), 2) + points_if(inputs.male(), 1) +
                          points_if(segments ? std::optional<bool>(*segments > 5) : std::nullopt, 1);
    const Points total = others + points_if(ef ? std::optional<bool>(ef->value <= 50) : std::nullopt, 3);
    if (ef && ef->uncertainty && result.missing.empty())
      result.uncertainty = changed(ef->value, *ef->uncertainty);
    conclude(total, result);
    emit(total, result);
    return result;
  }

private:
  static double changed(double ef, double sd) { return (ef - sd <= 50) == (ef + sd <= 50) ? 0 : 3; }

  static void conclude(const Points &total, ScoreResult &result) {
    if (result.missing.empty())
      result.value = total.low;
    else
      result.possible = Interval{double(total.low), double(total.high)};
    const std::string points = total.known() ? std::to_string(total.low) : std::to_string(total.low) + " to " + std::to_string(total.high);
    result.meaning = points + " of 10 points. Deaths per year in the cohort: 0.29 % at 0 points, more than 4.6 % at 7 and more.";
    const auto &missing = result.missing;
    if (std::find(missing.begin(), missing.end(), "ischaemic_segments") != missing.end())
      add_warning(result, "Incomplete without stress perfusion.");
    if (!missing.empty())
      add_warning(result, "Possible range " + points + " points; missing: " + spoken(missing) + ".");
    if (result.uncertainty.value_or(0) > 0)
      add_warning(result, "EF within its uncertainty of 50 %: three points hang on it.");
    warn_of_assumed(result);
  }

  static void emit(const Points &total, ScoreResult &result) {
    const std::string caution = "group risk of that cohort, not a prediction for one person";
    report(result, "ccmr10", result.value, "1", caution).uncertainty = result.uncertainty;
    report(result, "ccmr10_lowest", total.low, "1", caution);
    report(result, "ccmr10_highest", total.high, "1", caution);
  }
};

} // namespace

std::unique_ptr<Score> make_ccmr10() {
  return std::make_unique<CCmr10>();
}

} // namespace corvivo::calibration
