#include <io/report/report_sections.hpp>

#include <io/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace corvivo::io {

namespace {

const Quantity *usable(const Quantities &quantities, const std::string &name) {
  const Quantity *q = name.empty() ? nullptr : quantities.find(name);
  return q && std::isfinite(q->value) ? q : nullptr;
}

/// A difference with as many decimals as the number that it belongs to.
std::string display_gap(double gap, double value) {
  const std::string like = display_number(value == std::round(value) ? value + 0.25 : value);
  const auto dot = like.find('.');
  if (dot == std::string::npos || like.find('e') != std::string::npos)
    return display_number(gap);
  return (gap < 0 ? "\xE2\x88\x92" : "") + fixed(std::abs(gap), static_cast<int>(like.size() - dot - 1));
}

/// "+2.1 mL (+1.2 %)" and whether it is within the measurement's own deviation.
std::string difference(const Quantity *measured, const Quantity *other) {
  if (!measured || !other || measured->unit != other->unit)
    return "<span class=\"none\">\xE2\x80\x93</span>";
  const double gap = other->value - measured->value;
  std::string out = (gap > 0 ? "+" : "") + display_gap(gap, measured->value) + "<span class=\"unit\"> " +
                    escape_html(display_unit(measured->unit)) + "</span>";
  double deviations = -1;
  if (measured->uncertainty && *measured->uncertainty > 0)
    deviations = std::abs(gap) / *measured->uncertainty;
  else if (measured->value != 0)
    deviations = std::abs(gap / measured->value) / 0.05; // without a deviation, one of 5 % is taken
  if (deviations >= 0)
    out += " " + (deviations <= 1 ? chip("agrees", "agrees") : deviations <= 2 ? chip("near", "within 2 sd") : chip("differs", "differs"));
  return out;
}

std::string comparison_line(const ReportData &data, const ComparisonRow &row, bool with_surrogate) {
  const Quantity *measured = usable(data.quantities, row.measured), *fitted = usable(data.quantities, row.fitted),
                 *simulated = usable(data.quantities, row.simulated);
  const auto shown = [](const Quantity *q) { return q ? quantity_html(*q) : std::string("<span class=\"none\">\xE2\x80\x93</span>"); };
  std::string label = row.label;
  if (label.empty()) {
    label = display_name(row.measured);
    const std::string prefix = "Measured: ";
    if (label.rfind(prefix, 0) == 0)
      label = label.substr(prefix.size());
  }
  return "<tr><th scope=\"row\">" + escape_html(label) + (measured && is_assumed(*measured) ? " " + chip("assumed", "assumed") : "") +
         "</th>" + cell("Measured", shown(measured)) +
         (with_surrogate ? cell("Surrogate", shown(usable(data.quantities, row.surrogate))) : "") + cell("Fitted", shown(fitted)) +
         cell("Fitted \xE2\x88\x92 measured", difference(measured, fitted)) + cell("3-D", shown(simulated)) +
         cell("3-D \xE2\x88\x92 measured", difference(measured, simulated)) + "</tr>";
}

/// Where the value and one deviation on each side lie between the bounds.
std::string bounds_bar(const ParameterRow &row, const Quantity &q) {
  if (!(row.upper > row.lower))
    return "";
  const auto x = [&](double v) { return 120 * std::min(1.0, std::max(0.0, (v - row.lower) / (row.upper - row.lower))); };
  const double sd = q.uncertainty.value_or(0);
  return "<svg class=\"bounds\" viewBox=\"-6 0 132 14\" aria-hidden=\"true\"><rect x=\"0\" y=\"5\" width=\"120\" height=\"4\" rx=\"2\" "
         "class=\"track\"/><rect x=\"" +
         fixed(x(q.value - sd), 1) + "\" y=\"4\" width=\"" + fixed(x(q.value + sd) - x(q.value - sd), 1) +
         "\" height=\"6\" class=\"interval\"/><line x1=\"" + fixed(x(row.baseline), 1) + "\" x2=\"" + fixed(x(row.baseline), 1) +
         "\" y1=\"1\" y2=\"13\" class=\"cut\"/><circle cx=\"" + fixed(x(q.value), 1) + "\" cy=\"7\" r=\"4.5\" class=\"point\"/></svg>";
}

std::string parameter_line(const Quantity &q, const ParameterRow &row) {
  const bool bounded = row.upper > row.lower;
  const std::string unit = "<span class=\"unit\"> " + escape_html(display_unit(q.unit)) + "</span>";
  const std::string meaning = row.meaning.empty() ? "" : "<br><span class=\"source\">" + prose(row.meaning) + "</span>";
  return "<tr><th scope=\"row\">" + escape_html(display_name(row.name)) + meaning + "</th>" + cell("Fitted", quantity_html(q)) +
         cell("Baseline", bounded ? display_short(row.baseline) + unit : "\xE2\x80\x93") +
         cell("Bounds", bounded ? display_short(row.lower) + " to " + display_short(row.upper) + bounds_bar(row, q) : "\xE2\x80\x93") +
         cell("Identifiability",
              prose(row.identifiability) + (row.identifiability.empty() || row.well_determined ? "" : " " + chip("near", "weak")),
              "words") +
         "</tr>";
}

std::vector<ParameterRow> rows_of(const ReportData &data) {
  if (!data.parameters.empty())
    return data.parameters;
  physics::ParameterSpace space;
  for (const Quantity &q : data.quantities.all())
    if (q.name.rfind("param_", 0) == 0)
      space.push_back({q.name.substr(6), q.unit, "", 0, 0, 0});
  return parameter_rows(space, data.quantities);
}

std::string reference_of(const Quantity &q) {
  if (!q.reference_range)
    return "";
  const Side side = side_of(q);
  const std::string mark = side == Side::inside  ? chip("agrees", "within")
                           : side == Side::below ? chip("differs", "below")
                           : side == Side::above ? chip("differs", "above")
                                                 : "";
  return display_short(q.reference_range->low) + " to " + display_short(q.reference_range->high) + " " + mark +
         "<br><span class=\"source\">" + prose(q.reference_range->source) + "</span>";
}

std::string result_line(const Quantity &q) {
  return "<tr><th scope=\"row\">" + escape_html(display_name(q.name)) + "<br><code>" + escape_html(q.name) + "</code></th>" +
         cell("Value", quantity_html(q)) + cell("Reference", reference_of(q), "words") + cell("Note", prose(q.warning), "words") + "</tr>";
}

} // namespace

std::vector<ParameterRow> parameter_rows(const physics::ParameterSpace &space, const Quantities &quantities) {
  constexpr double weak = 0.5; // posterior half as wide as the prior
  std::vector<ParameterRow> rows;
  for (const physics::Parameter &p : space) {
    ParameterRow row{p.name, p.meaning, p.baseline, p.lower, p.upper, "", true};
    const Quantity *ratio = usable(quantities, "identifiability_" + p.name), *value = usable(quantities, "param_" + p.name);
    if (ratio) {
      row.well_determined = ratio->value <= weak;
      row.identifiability = "posterior " + display_short(std::round(1000 * ratio->value) / 10) + " % as wide as the prior";
    }
    if (value && !value->warning.empty())
      row.identifiability += (ratio ? "; " : "") + value->warning;
    rows.push_back(row);
  }
  return rows;
}

std::string comparison_section(const ReportData &data) {
  const std::vector<ComparisonRow> rows = data.comparison.empty() ? comparison_rows(data.quantities) : data.comparison;
  if (rows.empty())
    return "";
  const bool with_surrogate =
      std::any_of(rows.begin(), rows.end(), [&](const ComparisonRow &row) { return usable(data.quantities, row.surrogate); });
  std::string lines;
  for (const ComparisonRow &row : rows)
    lines += comparison_line(data, row, with_surrogate);
  return section(
      "comparison", "Measured, fitted and simulated in 3-D",
      "<div class=\"card\"><table class=\"stack\"><thead><tr><th>Quantity</th><th class=\"num\">Measured</th>" +
          std::string(with_surrogate ? "<th class=\"num\">Surrogate</th>" : "") +
          "<th class=\"num\">Fitted "
          "circulation</th>"
          "<th class=\"num\">Fitted \xE2\x88\x92 measured</th><th class=\"num\">3-D heartbeat</th><th class=\"num\">3-D \xE2\x88\x92 "
          "measured</th></tr></thead><tbody>" +
          lines +
          "</tbody></table></div><p class=\"small\">Agrees: within one standard deviation of the measurement (5 % where none was given). "
          "Differs: "
          "more than two. The 3-D model is not fitted to each number on its own, so it may differ where the circulation does not. Whole "
          "cavity: every slice of the label map; "
          "below the base: what the mesh holds (measured at end-systole: up to the last closed slice of that phase).</p>");
}

std::string parameters_section(const ReportData &data) {
  std::string lines;
  for (const ParameterRow &row : rows_of(data))
    if (const Quantity *q = data.quantities.find("param_" + row.name))
      lines += parameter_line(*q, row);
  if (lines.empty())
    return "";
  return section("parameters", "Fitted parameters",
                 "<div class=\"card\"><table class=\"stack\"><thead><tr><th>Parameter</th><th class=\"num\">Fitted</th><th "
                 "class=\"num\">Baseline</th><th class=\"num\">Bounds</th>"
                 "<th>Identifiability</th></tr></thead><tbody>" +
                     lines +
                     "</tbody></table></div><p class=\"small\">Bars: the point is the fitted value, the bar one standard deviation, the "
                     "line the baseline.</p>");
}

std::string all_results_section(const ReportData &data) {
  std::vector<std::string> stages;
  std::map<std::string, std::string> lines;
  for (const Quantity &q : data.quantities.all()) {
    const std::string stage = q.stage.empty() ? "other" : q.stage;
    if (lines.find(stage) == lines.end())
      stages.push_back(stage);
    lines[stage] += result_line(q);
  }
  std::string content;
  for (const std::string &stage : stages)
    content += "<details class=\"card\" open><summary>" + escape_html(display_name(stage)) +
               "</summary><table class=\"stack results\"><thead><tr><th>Quantity</th><th class=\"num\">Value</th><th>Reference "
               "range</th><th>Note</th></tr></thead><tbody>" +
               lines[stage] + "</tbody></table></details>";
  return content.empty() ? "" : section("results-all", "All results", content);
}

namespace {

std::string timings(const RunRecord &record) {
  if (record.stages.empty())
    return "";
  double longest = 1e-9;
  for (const StageRecord &s : record.stages)
    longest = std::max(longest, s.seconds);
  std::string out = "<div class=\"card\"><h3>Wall time</h3><table class=\"times\"><tbody>";
  for (const StageRecord &s : record.stages)
    out += "<tr><th scope=\"row\">" + escape_html(display_name(s.stage)) +
           "</th><td class=\"bar\"><span style=\"width:" + fixed(100 * s.seconds / longest, 1) + "%\"></span></td><td class=\"num\">" +
           (s.reused ? "reused" : display_number(std::round(s.seconds * 10) / 10) + " s") + "</td></tr>";
  return out + "<tr class=\"total\"><th scope=\"row\">Together</th><td></td><td class=\"num\">" +
         display_number(std::round(wall_time(record) * 10) / 10) + " s</td></tr></tbody></table></div>";
}

std::string provenance(const RunRecord &r) {
  std::string out = "<div class=\"card\"><h3>Provenance</h3><dl class=\"fine\">";
  const auto line = [&](const char *label, const std::string &value) {
    if (!value.empty())
      out += std::string("<div><dt>") + label + "</dt><dd>" + escape_html(value) + "</dd></div>";
  };
  line("Program", r.version.empty() ? "" : "corvivo " + r.version + ", commit " + r.git_hash);
  line("Case", r.case_name);
  line("Case hash", r.case_hash);
  line("Command", r.command);
  line("Started", r.started);
  line("Machine", r.machine + (r.processor.empty() ? "" : ", " + r.processor) + (r.system.empty() ? "" : ", " + r.system));
  line("Ranks", std::to_string(r.ranks));
  line("Seed", std::to_string(r.seed));
  std::vector<std::string> versions;
  for (const auto &[library, version] : r.libraries)
    versions.push_back(library + " " + version);
  line("Libraries", join(versions, ", "));
  out += "</dl>";
  if (!r.resolved_case.empty())
    out += "<details><summary>The case with every default written out</summary><pre>" + escape_html(r.resolved_case) + "</pre></details>";
  return out + "</div>";
}

} // namespace

std::string run_section(const ReportData &data) {
  return section("this-run", "This run", "<div class=\"halves\">" + timings(data.record) + provenance(data.record) + "</div>");
}

} // namespace corvivo::io
