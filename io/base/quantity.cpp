#include <io/base/quantity.hpp>

#include <io/base/errors.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::io {

Quantity &Quantities::set(Quantity quantity) {
  const auto same = std::find_if(quantities_.begin(), quantities_.end(), [&](const Quantity &q) { return q.name == quantity.name; });
  if (same != quantities_.end())
    return *same = std::move(quantity);
  return quantities_.emplace_back(std::move(quantity));
}

const Quantity *Quantities::find(const std::string &name) const {
  const auto same = std::find_if(quantities_.begin(), quantities_.end(), [&](const Quantity &q) { return q.name == name; });
  return same == quantities_.end() ? nullptr : &*same;
}

double Quantities::value(const std::string &name) const {
  const Quantity *quantity = find(name);
  CORVIVO_ASSERT(quantity, "no quantity named '" + name + "'");
  return quantity->value;
}

void Quantities::append(const Quantities &others) {
  for (const Quantity &quantity : others.all())
    set(quantity);
}

std::string to_json(const Quantities &quantities) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Quantity &q : quantities.all()) {
    nlohmann::ordered_json entry;
    entry["name"] = q.name;
    if (std::isfinite(q.value))
      entry["value"] = q.value;
    else
      entry["value"] = nullptr;
    entry["unit"] = q.unit;
    entry["stage"] = q.stage;
    if (q.uncertainty)
      entry["uncertainty"] = *q.uncertainty;
    if (q.reference_range)
      entry["reference_range"] = {{"low", q.reference_range->low}, {"high", q.reference_range->high}, {"source", q.reference_range->source}};
    if (!q.warning.empty())
      entry["warning"] = q.warning;
    list.push_back(entry);
  }
  return nlohmann::ordered_json{{"quantities", list}}.dump(1) + "\n";
}

Quantities quantities_from_json(const std::string &text) {
  try {
    Quantities quantities;
    const nlohmann::json document = nlohmann::json::parse(text);
    for (const auto &entry : document.at("quantities")) {
      Quantity q{entry.at("name"), entry.at("value").is_null() ? std::nan("") : entry.at("value").get<double>(), entry.at("unit"),
                 entry.at("stage")};
      if (entry.contains("uncertainty"))
        q.uncertainty = entry["uncertainty"].get<double>();
      if (entry.contains("reference_range")) {
        const auto &range = entry["reference_range"];
        q.reference_range = ReferenceRange{range.at("low"), range.at("high"), range.at("source")};
      }
      q.warning = entry.value("warning", "");
      quantities.set(std::move(q));
    }
    return quantities;
  } catch (const nlohmann::json::exception &error) {
    throw CaseError(std::string("not a results file of ours: ") + error.what());
  }
}

} // namespace corvivo::io
