#include <io/report/report_sections.hpp>

namespace corvivo::io {

namespace {

std::string cell(const char *heading, const Quantities &quantities, const std::string &name) {
  const Quantity *q = quantities.find(name);
  return std::string("<td class=\"num\" data-label=\"") + heading + "\">" + (q ? quantity_html(*q) : "") + "</td>";
}

std::string card(const ScenarioTable &scenario, const Quantities &quantities) {
  std::string lines;
  for (const ScenarioLine &line : scenario.lines)
    lines += "<tr><th scope=\"row\">" + escape_html(display_name(line.label)) + "</th>" + cell("Before", quantities, line.before) +
             cell("After", quantities, line.after) + cell("Change", quantities, line.change) + "</tr>";
  return "<div class=\"card\"><h3>" + escape_html(display_name(scenario.name)) + ": " + prose(scenario.changes) + "</h3>" +
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
