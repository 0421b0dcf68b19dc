#pragma once
/// Parameter spaces as json: what the files of surrogates and posteriors hold.
#include <physics/forward_model.hpp>

#include <nlohmann/json.hpp>

namespace corvivo::physics {

inline nlohmann::ordered_json to_json(const ParameterSpace &space) {
  auto list = nlohmann::ordered_json::array();
  for (const Parameter &p : space)
    list.push_back(
        {{"name", p.name}, {"unit", p.unit}, {"meaning", p.meaning}, {"lower", p.lower}, {"upper", p.upper}, {"baseline", p.baseline}});
  return list;
}

/// Throws nlohmann::json::exception when `list` is not what `to_json` gives.
inline ParameterSpace space_from_json(const nlohmann::ordered_json &list) {
  ParameterSpace space;
  for (const auto &p : list)
    space.push_back({p.at("name"), p.at("unit"), p.at("meaning"), p.at("lower"), p.at("upper"), p.at("baseline")});
  return space;
}

} // namespace corvivo::physics
