#include <calibration/prognosis/score.hpp>

#include <io/base/errors.hpp>

#include <nlohmann/json.hpp>

namespace corvivo::calibration {

namespace {

using Json = nlohmann::ordered_json;

Json written(const CutOff &c) {
  return {{"value", c.value},   {"cohort", c.cohort}, {"endpoint", c.endpoint},
          {"effect", c.effect}, {"source", c.source}, {"inside_interval", c.inside_interval}};
}

Json written(const ScoreResult &s) {
  Json entry{{"name", s.name}, {"title", s.title}, {"unit", s.unit}, {"applies", s.applies}};
  if (s.value)
    entry["value"] = *s.value;
  if (s.uncertainty)
    entry["uncertainty"] = *s.uncertainty;
  if (s.possible)
    entry["possible"] = {s.possible->low, s.possible->high};
  for (const auto &[key, text] :
       {std::pair{"cohort", &s.cohort}, {"endpoint", &s.endpoint}, {"source", &s.source}, {"meaning", &s.meaning}, {"warning", &s.warning}})
    entry[key] = *text;
  entry["missing"] = s.missing;
  entry["assumed"] = s.assumed;
  entry["cut_offs"] = Json::array();
  for (const CutOff &cut_off : s.cut_offs)
    entry["cut_offs"].push_back(written(cut_off));
  entry["results"] = Json::parse(io::to_json(s.quantities));
  return entry;
}

ScoreResult read(const Json &entry) {
  ScoreResult s;
  const auto number = [&](const char *key) { return entry.contains(key) ? std::optional<double>(entry[key].get<double>()) : std::nullopt; };
  s.applies = entry.at("applies");
  s.value = number("value");
  s.uncertainty = number("uncertainty");
  if (entry.contains("possible"))
    s.possible = Interval{entry["possible"].at(0), entry["possible"].at(1)};
  for (const auto &[key, text] : {std::pair{"name", &s.name},
                                  {"title", &s.title},
                                  {"unit", &s.unit},
                                  {"cohort", &s.cohort},
                                  {"endpoint", &s.endpoint},
                                  {"source", &s.source},
                                  {"meaning", &s.meaning},
                                  {"warning", &s.warning}})
    *text = entry.at(key).get<std::string>();
  s.missing = entry.at("missing").get<std::vector<std::string>>();
  s.assumed = entry.at("assumed").get<std::vector<std::string>>();
  for (const Json &c : entry.at("cut_offs"))
    s.cut_offs.push_back({c.at("value"), c.at("cohort"), c.at("endpoint"), c.at("effect"), c.at("source"), c.at("inside_interval")});
  s.quantities = io::quantities_from_json(entry.at("results").dump());
  return s;
}

} // namespace

std::string to_json(const std::vector<ScoreResult> &scores) {
  Json list = Json::array();
  for (const ScoreResult &score : scores)
    list.push_back(written(score));
  return Json{{"scores", list}}.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<ScoreResult> scores_from_json(const std::string &text) {
  try {
    std::vector<ScoreResult> scores;
    const Json document = Json::parse(text);
    for (const Json &entry : document.at("scores"))
      scores.push_back(read(entry));
    return scores;
  } catch (const nlohmann::json::exception &error) {
    throw io::CaseError(std::string("not a file of scores of ours: ") + error.what());
  }
}

} // namespace corvivo::calibration
