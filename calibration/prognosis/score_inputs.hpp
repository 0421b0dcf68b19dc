#pragma once
/// Shared by the scores: inputs that may be missing, points that may then be a range.
#include <calibration/prognosis/score.hpp>

namespace corvivo::calibration {

/// Points of a sum of which some inputs may be unknown.
struct Points {
  int low = 0, high = 0;
  bool known() const { return low == high; }
};
inline Points operator+(const Points &a, const Points &b) {
  return {a.low + b.low, a.high + b.high};
}
/// `points` when the criterion holds; 0 to `points` when it is not known.
inline Points points_if(const std::optional<bool> &criterion, int points) {
  return criterion ? Points{*criterion ? points : 0, *criterion ? points : 0} : Points{0, points};
}

/// Looks inputs up and notes in `result` which are missing and which assumed.
class Inputs {
public:
  Inputs(const Patient &patient, ScoreResult &result) : patient_(patient), result_(result) {}
  const std::optional<double> &number(const std::string &key, const std::optional<double> &value);
  const std::optional<bool> &flag(const std::string &key, const std::optional<bool> &value);
  /// Empty text is missing.
  const std::string &word(const std::string &key, const std::string &value);
  /// Empty when the sex is not known.
  std::optional<bool> male();
  /// `lv_ef` of earlier stages, %; its own warning is passed on.
  std::optional<io::Quantity> ejection_fraction();

private:
  void note(const std::string &key, bool present);
  const Patient &patient_;
  ScoreResult &result_;
};

/// Adds a sentence to a warning.
void add_warning(ScoreResult &result, const std::string &sentence);
/// Keys as people say them: "ischaemic segments, sex".
std::string spoken(const std::vector<std::string> &keys);
/// "age and sex are assumed" ends the warning; adds nothing when nothing is.
void warn_of_assumed(ScoreResult &result);
/// Puts a quantity named `name` into the result: NaN when `value` is empty; its warning is the result's, or `caution` when there is none.
io::Quantity &report(ScoreResult &result, const std::string &name, const std::optional<double> &value, const std::string &unit,
                     const std::string &caution);
/// "12", "12.5": at most `digits` decimals, no trailing zeros.
std::string short_number(double value, int digits = 1);

} // namespace corvivo::calibration
