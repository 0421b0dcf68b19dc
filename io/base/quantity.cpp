#include <io/base/quantity.hpp>

#include <io/base/errors.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

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

namespace {

using Json = nlohmann::ordered_json;

// json knows no infinity and no "not a number": they are written as null.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}
double number_or(const Json &entry, double otherwise) {
  return entry.is_null() ? otherwise : entry.get<double>();
}

} // namespace

std::string to_json(const Quantities &quantities) {
  Json list = Json::array();
  for (const Quantity &q : quantities.all()) {
    Json entry;
    entry["name"] = q.name;
    entry["value"] = number(q.value);
    entry["unit"] = q.unit;
    entry["stage"] = q.stage;
    if (q.uncertainty && std::isfinite(*q.uncertainty))
      entry["uncertainty"] = *q.uncertainty;
    if (q.reference_range)
      entry["reference_range"] = {
          {"low", number(q.reference_range->low)}, {"high", number(q.reference_range->high)}, {"source", q.reference_range->source}};
    if (!q.warning.empty())
      entry["warning"] = q.warning;
    list.push_back(entry);
  }
  return Json{{"quantities", list}}.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Quantities quantities_from_json(const std::string &text) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  try {
    Quantities quantities;
    const Json document = Json::parse(text);
    for (const auto &entry : document.at("quantities")) {
      Quantity q{entry.at("name"), number_or(entry.at("value"), std::nan("")), entry.at("unit"), entry.at("stage")};
      if (entry.contains("uncertainty"))
        q.uncertainty = entry["uncertainty"].get<double>();
      if (entry.contains("reference_range")) {
        const auto &range = entry["reference_range"];
        q.reference_range =
            ReferenceRange{number_or(range.at("low"), -infinity), number_or(range.at("high"), infinity), range.at("source")};
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
