#include <calibration/prognosis/score_inputs.hpp>

#include <io/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace corvivo::calibration {

void Inputs::note(const std::string &key, bool present) {
  const std::vector<std::string> &assumed = patient_.clinical.assumed;
  if (!present)
    result_.missing.push_back(key);
  else if (std::find(assumed.begin(), assumed.end(), key) != assumed.end())
    result_.assumed.push_back(key);
}

const std::optional<double> &Inputs::number(const std::string &key, const std::optional<double> &value) {
  note(key, value.has_value());
  return value;
}

const std::optional<bool> &Inputs::flag(const std::string &key, const std::optional<bool> &value) {
  note(key, value.has_value());
  return value;
}

const std::string &Inputs::word(const std::string &key, const std::string &value) {
  note(key, !value.empty());
  return value;
}

std::optional<bool> Inputs::male() {
  const std::string &sex = word("sex", patient_.clinical.sex);
  return sex.empty() ? std::optional<bool>() : std::optional<bool>(sex == "male");
}

std::optional<io::Quantity> Inputs::ejection_fraction() {
  const io::Quantity *ef = patient_.results.find("lv_ef");
  const bool present = ef && std::isfinite(ef->value);
  note("lv_ef", present);
  if (!present)
    return {};
  if (!ef->warning.empty())
    add_warning(result_, "Ejection fraction: " + ef->warning + ".");
  return *ef;
}

void add_warning(ScoreResult &result, const std::string &sentence) {
  result.warning += (result.warning.empty() ? "" : " ") + sentence;
}

std::string spoken(const std::vector<std::string> &keys) {
  std::vector<std::string> words;
  for (std::string key : keys) {
    std::replace(key.begin(), key.end(), '_', ' ');
    words.push_back(key == "lv ef" ? "LV ejection fraction" : key == "nyha" ? "NYHA class" : key);
  }
  return io::join(words, ", ");
}

void warn_of_assumed(ScoreResult &result) {
  if (!result.assumed.empty())
    add_warning(result, "Assumed, not known of this patient: " + spoken(result.assumed) + ".");
}

io::Quantity &report(ScoreResult &result, const std::string &name, const std::optional<double> &value, const std::string &unit,
                     const std::string &caution) {
  io::Quantity &quantity = result.quantities.set(name, value.value_or(std::numeric_limits<double>::quiet_NaN()), unit);
  quantity.warning = result.warning.empty() ? caution : result.warning;
  return quantity;
}

std::string short_number(double value, int digits) {
  std::string text = io::fixed(value, digits);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.')
      text.pop_back();
  }
  return text;
}

} // namespace corvivo::calibration
