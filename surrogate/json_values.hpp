#pragma once
/// Outputs as json, for the files of this folder.
#include <physics/parameter_json.hpp>

namespace corvivo::surrogate {

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
