#include <calibration/prognosis/scores.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <array>
#include <cmath>
#include <set>

namespace corvivo::calibration {

int ejection_fraction_class(double percent) {
  if (!(percent >= 0 && percent <= 100))
    throw io::CaseError("ejection fraction: found " + short_number(percent) + " %, expected 0 to 100 %");
  const double whole = std::floor(percent);
  return whole >= 50 ? 0 : whole >= 41 ? 1 : 2;
}

namespace {

constexpr std::array<const char *, 3> class_names{"preserved (>= 50 %)", "mildly reduced (41-49 %)", "reduced (<= 40 %)"};

class LvefClass final : public Score {
public:
  ScoreResult evaluate(const Patient &patient) const override {
    ScoreResult result;
    result.name = "lvef_class";
    result.title = "Class of left-ventricular ejection fraction";
    result.unit = "1";
    result.cohort = "classes of the ESC guideline; risk by EF in 203,135 patients with 403,977 echocardiograms (Wehner 2020)";
    result.endpoint = "death from any cause";
    result.source = "McDonagh et al., Eur Heart J 2021;42:3599; Wehner et al., Eur Heart J 2020;41:1249";
    Inputs inputs(patient, result);
    if (const auto ef = inputs.ejection_fraction())
      classify(*ef, result);
    else
      add_warning(result, "Not computed; missing: LV ejection fraction.");
    report(result, "lvef_class", result.value, "1", "0 preserved, 1 mildly reduced, 2 reduced; percentages are floored first").uncertainty =
        result.uncertainty;
    return result;
  }

private:
  static void classify(const io::Quantity &ef, ScoreResult &result) {
    const int own = ejection_fraction_class(ef.value);
    result.value = own;
    result.meaning = "EF " + short_number(ef.value) + " %: " + class_names[own] + ". " + risk_by_ejection_fraction(ef.value);
    result.cut_offs = {{41, "heart failure", "class", "mildly reduced from here", "ESC 2021"},
                       {50, "heart failure", "class", "preserved from here", "ESC 2021"}};
    if (!ef.uncertainty)
      return;
    std::set<int> within{own};
    for (CutOff &cut_off : result.cut_offs)
      cut_off.inside_interval = std::abs(cut_off.value - ef.value) <= *ef.uncertainty;
    for (const double side : {-1.0, 1.0})
      within.insert(ejection_fraction_class(std::min(100.0, std::max(0.0, ef.value + side * *ef.uncertainty))));
    result.uncertainty = *within.rbegin() - *within.begin();
    if (within.size() > 1)
      add_warning(result, "EF +- " + short_number(*ef.uncertainty) + " points reaches from " + class_names[*within.begin()] + " to " +
                              class_names[*within.rbegin()] + ".");
  }

  /// The relation is U-shaped: adjusted hazard lowest at 60-65 %, 1.71 at 70 % and more, 1.73 at 35-40 % (Wehner 2020).
  static std::string risk_by_ejection_fraction(double percent) {
    if (percent >= 70)
      return "Adjusted hazard of death 1.71 (1.64-1.77) against 60-65 %: a high EF is not a low risk.";
    if (percent >= 60 && percent <= 65)
      return "Adjusted hazard of death is lowest at 60-65 %.";
    if (percent >= 35 && percent < 40)
      return "Adjusted hazard of death 1.73 (1.66-1.80) against 60-65 %.";
    return "Adjusted hazard of death is lowest at 60-65 % and rises on both sides.";
  }
};

} // namespace

std::unique_ptr<Score> make_lvef_class() {
  return std::make_unique<LvefClass>();
}

} // namespace corvivo::calibration
