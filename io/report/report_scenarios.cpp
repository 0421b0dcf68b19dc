#include <io/report/report_sections.hpp>

#include <algorithm>

namespace corvivo::io {

namespace {

std::string number(const char *heading, const Quantities &quantities, const std::string &name) {
  const Quantity *q = quantities.find(name);
  return cell(heading, q ? quantity_html(*q) : "");
}

/// "systemic_resistance -20 %, ..." with names as headings say them and a true minus.
std::string spoken(const std::string &changes) {
  std::string out;
  for (std::size_t start = 0; start < changes.size();) {
    const std::size_t end = std::min(changes.find(", ", start), changes.size()), blank = std::min(changes.find(' ', start), end);
    std::string size = changes.substr(blank, end - blank);
    if (const std::size_t minus = size.find('-'); minus != std::string::npos)
      size.replace(minus, 1, "\xE2\x88\x92");
    if (const std::size_t unit = size.rfind(' '); unit > 0 && unit != std::string::npos)
      size.replace(unit, 1, "\xC2\xA0"); // no line break before the percent sign
    out += (out.empty() ? "" : ", ") + display_name(changes.substr(start, blank - start)) + size;
    start = end + 2;
  }
  return out;
}

std::string card(const ScenarioTable &scenario, const Quantities &quantities) {
  std::string lines;
  for (const ScenarioLine &line : scenario.lines)
    lines += "<tr><th scope=\"row\">" + escape_html(display_name(line.label)) + "</th>" + number("Before", quantities, line.before) +
             number("After", quantities, line.after) + number("Change", quantities, line.change) + "</tr>";
  return "<div class=\"card\"><h3>" + escape_html(display_name(scenario.name)) + ": " + escape_html(spoken(scenario.changes)) + "</h3>" +
         (scenario.meaning.empty() ? "" : "<p>" + prose(scenario.meaning) + "</p>") +
         "<table class=\"stack\"><thead><tr><th>Quantity</th><th class=\"num\">Before</th><th class=\"num\">After</th>"
         "<th class=\"num\">Change</th></tr></thead><tbody>" +
         lines + "</tbody></table><p class=\"small\">Answered " + prose(scenario.model) + ".</p></div>";
}

} // namespace

std::string scenarios_section(const ReportData &data) {
  std::string cards;
  for (const ScenarioTable &scenario : data.scenarios)
    cards += card(scenario, data.quantities);
  if (cards.empty())
    return "";
  return section("whatif", "What if",
                 cards +
                     "<p class=\"small\">The fitted circulation with changed parameters, in its new periodic beat; nothing else reacts: "
                     "there are no reflexes. Uncertainties are those of the fit carried through the change.</p>");
}

} // namespace corvivo::io
