#pragma once
/// Closed-form prognostic scores and markers: one class each, one list of all of them. Research use, not medical advice.
#include <calibration/prognosis/clinical_data.hpp>
#include <io/base/catalogue.hpp>
#include <io/base/quantity.hpp>

#include <optional>
#include <string>
#include <vector>

namespace corvivo::calibration {

/// A threshold that one cohort published. `inside_interval`: the patient's own uncertainty contains it, so the side is not known.
struct CutOff {
  double value = 0; ///< in the score's unit
  std::string cohort, endpoint, effect, source;
  bool inside_interval = false;
};

struct Interval {
  double low = 0, high = 0;
};

/// One score of one patient, able to explain itself.
struct ScoreResult {
  std::string name, title, unit;
  bool applies = true;                  ///< false: the score was not made for this patient; `warning` says why
  std::optional<double> value;          ///< empty when the score does not apply or an input is missing
  std::optional<double> uncertainty;    ///< one standard deviation; for points, the largest change when an input moves by one
  std::optional<Interval> possible;     ///< what missing inputs leave open
  std::string cohort, endpoint, source; ///< whom it was made on, what it predicts, where it was published
  std::string meaning;                  ///< a sentence on this value
  std::string warning;                  ///< what a reader must know before using it
  std::vector<std::string> missing;     ///< inputs that would complete it
  std::vector<std::string> assumed;     ///< inputs it uses that are assumed
  std::vector<CutOff> cut_offs;
  io::Quantities quantities; ///< what goes into results.json; NaN where there is no value
};

/// What a score may look at: the clinical data and what earlier stages measured (`lv_ef` [%] ...).
struct Patient {
  const ClinicalData &clinical;
  const io::Quantities &results;
};

class Score {
public:
  virtual ~Score() = default;
  virtual ScoreResult evaluate(const Patient &patient) const = 0;
};

/// laci, lvef_class, ccmr10, maggic, score2, hcm_risk_scd.
const io::Catalogue<Score> &scores();

/// Every score of the catalogue, in its order; their quantities are added to `results`. Throws CaseError when a value is out of range.
std::vector<ScoreResult> prognose(const ClinicalData &data, const io::Quantities &earlier_results, io::Quantities &results);

std::string to_json(const std::vector<ScoreResult> &scores);
/// Throws CaseError when `text` is not what `to_json` writes.
std::vector<ScoreResult> scores_from_json(const std::string &text);

} // namespace corvivo::calibration
