#include <calibration/calibrate.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <nlohmann/json.hpp>

namespace corvivo::calibration {

namespace {

using Json = nlohmann::ordered_json;

Json to_value(const FittedObservation &f) {
  const Observation &o = f.observation;
  return {{"name", o.name},
          {"observable", o.observable},
          {"unit", o.unit},
          {"value", o.value},
          {"sd", o.sd},
          {"assumed", o.assumed},
          {"full", f.full},
          {"surrogate", f.surrogate},
          {"uncertainty", f.uncertainty},
          {"model_error", f.model_error}};
}

FittedObservation fitted(const Json &j) {
  return {{j.at("name"), j.at("observable"), j.at("unit"), j.at("value"), j.at("sd"), j.at("assumed")},
          j.at("full"),
          j.at("surrogate"),
          j.at("uncertainty"),
          j.at("model_error")};
}

Json to_value(const StartOutcome &s) {
  return {{"answered", s.answered},   {"converged", s.converged}, {"agrees", s.agrees}, {"iterations", s.iterations},
          {"objective", s.objective}, {"start", s.start},         {"end", s.end}};
}

StartOutcome start(const Json &j) {
  return {j.at("answered"), j.at("converged"), j.at("agrees"), j.at("iterations"), j.at("objective"), j.at("start"), j.at("end")};
}

} // namespace

std::string CalibrationResult::to_json() const {
  Json document{{"format", "corvivo calibration 1"},
                {"posterior", Json::parse(posterior.to_json())},
                {"full", Json::parse(io::to_json(full))},
                {"starts_agreeing", starts_agreeing},
                {"misfit", misfit},
                {"surrogate_difference", surrogate_difference},
                {"polish_steps", polish_steps},
                {"notes", notes}};
  document["fit"] = Json::array();
  for (const FittedObservation &f : fit)
    document["fit"].push_back(to_value(f));
  document["starts"] = Json::array();
  for (const StartOutcome &s : starts)
    document["starts"].push_back(to_value(s));
  return document.dump(1) + "\n";
}

CalibrationResult CalibrationResult::from_json(const std::string &text) {
  try {
    const Json document = Json::parse(text);
    if (document.at("format") != "corvivo calibration 1")
      throw io::CaseError("found a calibration of format '" + document.at("format").get<std::string>() +
                          "', expected 'corvivo calibration 1'");
    CalibrationResult result;
    result.posterior = Posterior::from_json(document.at("posterior").dump());
    result.full = io::quantities_from_json(document.at("full").dump());
    result.starts_agreeing = document.at("starts_agreeing");
    result.misfit = document.at("misfit");
    result.surrogate_difference = document.at("surrogate_difference");
    result.polish_steps = document.at("polish_steps");
    result.notes = document.at("notes").get<std::vector<std::string>>();
    for (const Json &j : document.at("fit"))
      result.fit.push_back(fitted(j));
    for (const Json &j : document.at("starts"))
      result.starts.push_back(start(j));
    return result;
  } catch (const nlohmann::json::exception &error) {
    throw io::CaseError(std::string("not a calibration file of ours: ") + error.what());
  }
}

void CalibrationResult::save(const std::filesystem::path &file) const {
  io::write_file(file.string(), to_json());
}

CalibrationResult CalibrationResult::load(const std::filesystem::path &file) {
  try {
    return from_json(io::read_file(file.string()));
  } catch (const io::CaseError &error) {
    throw io::CaseError(file.string() + ": " + error.what());
  }
}

} // namespace corvivo::calibration
