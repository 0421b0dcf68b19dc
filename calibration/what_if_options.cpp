#include <calibration/what_if.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <physics/circulation/circulation_model.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace corvivo::calibration {

namespace {

std::vector<std::string> parameter_names() {
  std::vector<std::string> names;
  const physics::CirculationModel model(0.8); // any heart rate: its parameters are the same
  for (const physics::Parameter &parameter : model.space())
    names.push_back(parameter.name);
  return names;
}

std::string percent(double change) {
  return (change > 0 ? "+" : "") + io::fixed(change, std::round(change) == change ? 0 : 1) + " %";
}

bool well_formed(const std::string &name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

void check_scenario(const Scenario &scenario, std::set<std::string> &taken, std::vector<std::string> &complaints) {
  const std::string where = "whatif.scenarios: '" + scenario.name + "' ";
  if (!well_formed(scenario.name))
    complaints.push_back(where + "is part of the names of results; expected small letters, digits and underscores");
  if (!taken.insert(scenario.name).second)
    complaints.push_back(where + "is the name of two scenarios; try another name");
  std::set<std::string> changed;
  bool changes_something = scenario.heart_rate_change != 0;
  for (const ParameterChange &change : scenario.changes) {
    changes_something = changes_something || change.change != 0;
    if (!changed.insert(change.parameter).second)
      complaints.push_back(where + "changes " + change.parameter + " twice");
  }
  if (!changes_something)
    complaints.push_back(where + "changes nothing; give changes or heart_rate_change");
}

} // namespace

void ParameterChange::describe(io::Schema &schema) {
  schema.choice("parameter", parameter, parameter_names(), "A parameter of the fitted circulation.", true);
  schema.required_quantity("change", change, "%", io::Range{-100, 1000, true, false}, "Of its fitted value: -20 % leaves four fifths.");
}

void Scenario::describe(io::Schema &schema) {
  schema.required_text("name", name, "Part of the names of its results: small letters, digits, underscores.");
  schema.text("meaning", meaning, "What the changes stand for, and where their size comes from; the report shows it.");
  schema.quantity("heart_rate_change", heart_rate_change, "%", io::between(-60, 150),
                  "Of the measured heart rate; answered by the full model, for the surrogate knows one heart rate only.");
  schema.list("changes", changes, "Parameters that change.");
}

std::string Scenario::in_words() const {
  std::vector<std::string> words;
  for (const ParameterChange &change : changes)
    words.push_back(change.parameter + " " + percent(change.change));
  if (heart_rate_change != 0)
    words.push_back("heart_rate " + percent(heart_rate_change));
  return io::join(words, ", ");
}

void WhatIfOptions::describe(io::Schema &schema) {
  schema.texts("outputs", outputs, "What is reported before and after; any that the circulation gives.");
  schema.integer("draws", draws, 10, 10000, "Draws from the fit's posterior, for the uncertainties.");
  schema.required_integer("seed", seed, 0, 2147483647, "Seed of these draws.");
  schema.list("scenarios", scenarios,
              "Changes of the circulation: therapies, exercise, bleeding. Nothing else reacts: there are no reflexes.");
}

void WhatIfOptions::check() const {
  std::vector<std::string> complaints;
  if (scenarios.empty())
    complaints.push_back("whatif.scenarios: found none; expected at least one {name, changes}");
  std::set<std::string> taken;
  for (const Scenario &scenario : scenarios)
    check_scenario(scenario, taken, complaints);
  std::vector<std::string> known;
  for (const io::Quantity &output : physics::beat_observable_names())
    known.push_back(output.name);
  for (const std::string &output : outputs)
    if (std::find(known.begin(), known.end(), output) == known.end())
      complaints.push_back("whatif.outputs: found '" + output + "'" + io::did_you_mean(output, known));
  if (!complaints.empty())
    throw io::CaseError(io::join(complaints, "\n"));
}

} // namespace corvivo::calibration
