#include <calibration/prognosis/scores.hpp>

namespace corvivo::calibration {

/// The one list of scores.
const io::Catalogue<Score> &scores() {
  static const io::Catalogue<Score> all(
      "score",
      {
          {"laci", "Left atrioventricular coupling index, Pezel et al., Hypertension 2021", make_laci},
          {"lvef_class", "Class of ejection fraction, ESC guideline, Eur Heart J 2021;42:3599", make_lvef_class},
          {"ccmr10", "Clinical and stress-CMR score, Marcos-Garces et al., J Clin Med 2020;9:1957", make_ccmr10},
          {"maggic", "Heart-failure mortality, Pocock et al., Eur Heart J 2013;34:1404", make_maggic},
          {"score2", "Ten-year cardiovascular risk, SCORE2 and SCORE2-OP, Eur Heart J 2021;42:2439 and 2455", make_score2},
          {"hcm_risk_scd", "Sudden death in hypertrophic cardiomyopathy, O'Mahony et al., Eur Heart J 2014;35:2010", make_hcm_risk_scd},
      });
  return all;
}

std::vector<ScoreResult> prognose(const ClinicalData &data, const io::Quantities &earlier_results, io::Quantities &results) {
  check(data);
  std::vector<ScoreResult> all;
  for (const auto &entry : scores().entries()) {
    all.push_back(entry.make()->evaluate({data, earlier_results}));
    results.append(all.back().quantities);
  }
  return all;
}

} // namespace corvivo::calibration
