#include <calibration/what_if.hpp>

#include <io/base/errors.hpp>

#include <nlohmann/json.hpp>

namespace corvivo::calibration {

namespace {
using Json = nlohmann::ordered_json;
constexpr const char *format = "corvivo what-if 1";
} // namespace

std::string WhatIfResult::to_json() const {
  Json document{{"format", format}, {"scenarios", Json::array()}};
  for (const ScenarioResult &s : scenarios) {
    Json effects = Json::array();
    for (const Effect &e : s.effects)
      effects.push_back({{"output", e.output},
                         {"unit", e.unit},
                         {"before", e.before},
                         {"after", e.after},
                         {"before_sd", e.before_sd},
                         {"after_sd", e.after_sd},
                         {"change_sd", e.change_sd}});
    document["scenarios"].push_back({{"name", s.name},
                                     {"meaning", s.meaning},
                                     {"changes", s.changes},
                                     {"by_surrogate", s.by_surrogate},
                                     {"why_full", s.why_full},
                                     {"surrogate_difference", s.surrogate_difference},
                                     {"draws", s.draws},
                                     {"failed_draws", s.failed_draws},
                                     {"effects", effects}});
  }
  return document.dump(1) + "\n";
}

WhatIfResult WhatIfResult::from_json(const std::string &text) {
  try {
    const Json document = Json::parse(text);
    if (document.at("format") != format)
      throw io::CaseError("found a what-if of format '" + document.at("format").get<std::string>() + "', expected '" + format + "'");
    WhatIfResult result;
    for (const Json &j : document.at("scenarios")) {
      ScenarioResult s{j.at("name"),         j.at("meaning"),      j.at("changes"),
                       j.at("by_surrogate"), j.at("why_full"),     j.at("surrogate_difference"),
                       j.at("draws"),        j.at("failed_draws"), {}};
      for (const Json &e : j.at("effects"))
        s.effects.push_back(
            {e.at("output"), e.at("unit"), e.at("before"), e.at("after"), e.at("before_sd"), e.at("after_sd"), e.at("change_sd")});
      result.scenarios.push_back(s);
    }
    return result;
  } catch (const nlohmann::json::exception &error) {
    throw io::CaseError(std::string("not a what-if file of ours: ") + error.what());
  }
}

} // namespace corvivo::calibration
