#pragma once
/// Parameter spaces and outputs as json, for the files of this folder.
#include <physics/forward_model.hpp>

#include <nlohmann/json.hpp>

namespace corvivo::surrogate {

inline nlohmann::ordered_json space_to_json(const physics::ParameterSpace &space) {
  auto list = nlohmann::ordered_json::array();
  for (const physics::Parameter &p : space)
    list.push_back(
        {{"name", p.name}, {"unit", p.unit}, {"meaning", p.meaning}, {"lower", p.lower}, {"upper", p.upper}, {"baseline", p.baseline}});
  return list;
}

inline physics::ParameterSpace space_from_json(const nlohmann::ordered_json &list) {
  physics::ParameterSpace space;
  for (const auto &p : list)
    space.push_back({p.at("name"), p.at("unit"), p.at("meaning"), p.at("lower"), p.at("upper"), p.at("baseline")});
  return space;
}

inline nlohmann::ordered_json outputs_to_json(const std::vector<io::Quantity> &outputs) {
  auto list = nlohmann::ordered_json::array();
  for (const io::Quantity &q : outputs)
    list.push_back({{"name", q.name}, {"unit", q.unit}});
  return list;
}

inline std::vector<io::Quantity> outputs_from_json(const nlohmann::ordered_json &list) {
  std::vector<io::Quantity> outputs;
  for (const auto &q : list)
    outputs.push_back({q.at("name"), 0.0, q.at("unit"), ""});
  return outputs;
}

} // namespace corvivo::surrogate
