#include <io/report/report_sections.hpp>

#include <io/base/text.hpp>
#include <io/base/units.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace corvivo::io {

namespace {

using calibration::CutOff;
using calibration::ScoreResult;

std::string value_of(const ScoreResult &score) {
  const Quantity *q = score.quantities.find(score.name);
  if (score.value && q && score.name == "lvef_class") { // a class has a name, not a number
    static const std::array<const char *, 3> names{"preserved", "mildly reduced", "reduced"};
    return "<p class=\"value\"><data data-name=\"lvef_class\" value=\"" + print_number(q->value) + "\">" +
           names[std::min<std::size_t>(2, static_cast<std::size_t>(q->value))] + "</data></p>";
  }
  if (score.value && q)
    return "<p class=\"value\">" + quantity_html(*q) + "</p>";
  if (score.possible)
    return "<p class=\"value partial\">" + display_number(score.possible->low) + " to " + display_number(score.possible->high) +
           "<span class=\"unit\"> " + escape_html(display_unit(score.unit)) + " possible</span></p>";
  return "<p class=\"value none\">not computed</p>";
}

/// The value with its uncertainty on a scale with the published cut-offs.
std::string cut_off_scale(const ScoreResult &score) {
  if (!score.value || score.cut_offs.size() < 3)
    return "";
  const double sd = score.uncertainty.value_or(0), value = *score.value;
  double to = value + sd;
  for (const CutOff &c : score.cut_offs)
    to = std::max(to, c.value);
  to *= 1.08;
  const auto x = [&](double v) { return 10 + 380 * std::max(0.0, v) / to; };
  std::string out = "<svg class=\"scale\" role=\"img\" viewBox=\"0 0 400 58\" aria-label=\"Value, uncertainty and published cut-offs\">";
  out += "<rect x=\"10\" y=\"20\" width=\"380\" height=\"6\" rx=\"3\" class=\"track\"/>";
  if (sd > 0)
    out += "<rect x=\"" + fixed(x(value - sd), 1) + "\" y=\"17\" width=\"" + fixed(x(value + sd) - x(value - sd), 1) +
           "\" height=\"12\" rx=\"3\" class=\"interval\"/>";
  double last[2] = {-100, -100}; // right end of the last label in each row, so that near ones do not overlap
  for (const CutOff &c : score.cut_offs) {
    const double at = x(c.value);
    const int row = at - last[0] >= 26 ? 0 : 1;
    last[row] = at;
    out += "<line x1=\"" + fixed(at, 1) + "\" x2=\"" + fixed(at, 1) + "\" y1=\"13\" y2=\"33\" class=\"" +
           (c.inside_interval ? "cut near" : "cut") + "\"/><text x=\"" + fixed(at, 1) + "\" y=\"" + (row == 0 ? "43" : "54") +
           "\" text-anchor=\"middle\" class=\"" + (c.inside_interval ? "tick near" : "tick") + "\">" + display_number(c.value) + "</text>";
  }
  out += "<circle cx=\"" + fixed(x(value), 1) + "\" cy=\"23\" r=\"6\" class=\"point\"/>";
  return out + "</svg><p class=\"small\">Point: this patient; bar: one standard deviation; lines: published cut-offs, red inside it.</p>";
}

std::string cut_off_table(const std::vector<CutOff> &cut_offs, const std::string &unit) {
  if (cut_offs.empty())
    return "";
  std::string out = "<details><summary>" + std::to_string(cut_offs.size()) +
                    " published cut-offs</summary><div class=\"scroll\"><table><thead><tr><th>Cut-off</th><th>Cohort</th>"
                    "<th>Endpoint</th><th>Effect</th><th>Source</th></tr></thead><tbody>";
  for (const CutOff &c : cut_offs)
    out += "<tr><td class=\"num\">" + display_short(c.value) + " " + escape_html(display_unit(unit)) +
           (c.inside_interval ? " " + chip("differs", "within uncertainty") : "") + "</td><td>" + prose(c.cohort) + "</td><td>" +
           prose(c.endpoint) + "</td><td>" + prose(c.effect) + "</td><td>" + prose(c.source) + "</td></tr>";
  return out + "</tbody></table></div></details>";
}

std::string card(const ScoreResult &score) {
  std::string out = "<article class=\"card score\"><h3>" + escape_html(score.title) +
                    (score.assumed.empty() ? "" : " " + chip("assumed", "rests on assumed values")) + "</h3>" + value_of(score);
  if (!score.meaning.empty())
    out += "<p>" + prose(score.meaning) + "</p>";
  out += cut_off_scale(score);
  if (!score.warning.empty())
    out += "<p class=\"warning\">" + prose(score.warning) + "</p>";
  out += "<dl class=\"fine\"><div><dt>Cohort</dt><dd>" + prose(score.cohort) + "</dd></div><div><dt>Predicts</dt><dd>" +
         escape_html(score.endpoint) + "</dd></div><div><dt>Source</dt><dd>" + escape_html(score.source) + "</dd></div></dl>";
  return out + cut_off_table(score.cut_offs, score.unit) + "</article>";
}

} // namespace

std::string scores_section(const ReportData &data) {
  if (data.scores.empty())
    return "";
  std::string cards, others;
  for (const ScoreResult &score : data.scores)
    if (score.applies && (score.value || score.possible))
      cards += card(score);
    else
      others += "<li><strong>" + escape_html(score.title) + ".</strong> " + prose(score.warning) + "</li>";
  std::string content = "<div class=\"cards\">" + cards + "</div>";
  if (!others.empty())
    content += "<h3 class=\"group\">Scores that do not apply or could not be computed</h3><ul class=\"plain\">" + others + "</ul>";
  return section("scores", "Prognostic scores", content + "<p class=\"small\">Scores describe groups of patients, not one person.</p>");
}

} // namespace corvivo::io
