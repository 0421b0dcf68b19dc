#include <io/report/report_sections.hpp>

#include <algorithm>

namespace corvivo::io {

std::string section(const std::string &id, const std::string &heading, const std::string &content) {
  return "<section id=\"" + id + "\" aria-labelledby=\"" + id + "-h\">\n<h2 id=\"" + id + "-h\">" + heading + "</h2>\n" + content +
         "\n</section>\n";
}

std::string chip(const std::string &kind, const std::string &text) {
  return "<span class=\"chip " + kind + "\">" + escape_html(text) + "</span>";
}

std::string cell(const std::string &heading, const std::string &content, const char *kind) {
  return std::string("<td class=\"") + kind + "\" data-label=\"" + heading + "\">" +
         (content.empty() ? "" : "<span>" + content + "</span>") + "</td>";
}

bool is_assumed(const Quantity &quantity) {
  return quantity.warning.find("assumed") != std::string::npos || quantity.warning.find("Assumed") != std::string::npos;
}

namespace {

std::string patient_facts(const std::vector<Fact> &facts) {
  if (facts.empty())
    return "";
  std::string out = "<dl class=\"facts\">";
  for (const Fact &fact : facts)
    out += "<div><dt>" + escape_html(fact.label) + "</dt><dd>" + escape_html(fact.value) +
           (fact.assumed ? " " + chip("assumed", "assumed") : "") + "</dd></div>";
  return out + "</dl>";
}

std::string header(const ReportData &data) {
  std::string day = data.record.started.substr(0, data.record.started.find('T'));
  std::string out =
      "<header>\n<p class=\"brand\">Corvivo <span>digital twin of the heart</span></p>\n<h1>" + escape_html(data.title) + "</h1>\n";
  out += "<p class=\"disclaimer\">Research use, not medical advice." + (day.empty() ? "" : " Made on " + escape_html(day) + ".") + "</p>\n";
  out += patient_facts(data.patient);
  const bool any_assumed = std::any_of(data.patient.begin(), data.patient.end(), [](const Fact &f) { return f.assumed; });
  if (any_assumed)
    out += "<p class=\"small\">" + chip("assumed", "assumed") +
           " not measured in this patient; every result that depends on such a value says so.</p>\n";
  return out + "</header>\n";
}

std::string failures(const std::vector<StageFailure> &all) {
  if (all.empty())
    return "";
  std::string out = "<section class=\"alert\" role=\"alert\" aria-label=\"What failed\"><h2>This run is not complete</h2><ul>";
  for (const StageFailure &f : all)
    out += "<li><strong>" + escape_html(f.stage) + " failed.</strong> " + escape_html(f.sentence) + "</li>";
  return out + "</ul><p>Shown is what was finished before.</p></section>\n";
}

std::string notes(const ReportData &data) {
  std::vector<std::string> all = data.notes;
  if (const Quantity *beat = data.quantities.find("sim_lv_ef"); beat && !beat->warning.empty())
    all.push_back("The numbers of the 3-D heartbeat are " + beat->warning + ".");
  if (const Quantity *left_out = data.quantities.find("heartbeat_blood_left_out"); left_out && left_out->value > 1)
    all.push_back("The 3-D ventricle, cut at the base plane, leaves out " + fixed(left_out->value, 1) +
                  " mL of the fitted end-diastolic blood: where it ejects what the whole cavity does, its ejection fraction is higher.");
  if (all.empty())
    return "";
  std::string out = "<section class=\"notes\" aria-label=\"Notes\"><h2>What to know about this run</h2><ul>";
  for (const std::string &note : all)
    out += "<li>" + escape_html(note) + "</li>";
  return out + "</ul></section>\n";
}

/// Which of the parts are not in this run, as one sentence.
std::string absent(const ReportData &data) {
  std::vector<std::string> parts;
  const auto note = [&](bool missing, const char *what) {
    if (missing)
      parts.push_back(what);
  };
  note(!data.quantities.has("lv_ef"), "volumes of the segmentation");
  note(!data.activation, "activation");
  note(data.ecg.rows() == 0, data.measured_ecg.rows() == 0 ? "ECG" : "simulated ECG");
  note(data.heartbeat.rows() == 0, "3-D heartbeat");
  note(data.comparison.empty() && comparison_rows(data.quantities).empty(), "calibration");
  note(data.scores.empty(), "scores");
  if (parts.empty())
    return "";
  std::string list;
  for (std::size_t i = 0; i < parts.size(); ++i)
    list += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return "<p class=\"small absent\">Not part of this run: " + list + ".</p>\n";
}

} // namespace

std::string report_html(const ReportData &data) {
  std::string page = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<link rel=\"icon\" href=\"data:,\">\n<title>" +
                     escape_html(data.title) + " - Corvivo report</title>\n<style>\n" + report_style() +
                     "</style>\n</head>\n<body>\n<main>\n";
  page += header(data) + failures(data.failures) + notes(data);
  for (const auto part :
       {key_numbers_section, heartbeat_section, strains_section, scores_section, comparison_section, parameters_section, scenarios_section,
        segmentation_section, wall_section, activation_section, waves_section, measured_ecg_section, ecg_section})
    page += part(data);
  page += absent(data) + all_results_section(data) + run_section(data);
  page += "</main>\n<footer><p>Research use, not medical advice. Numbers are those of results.json, rounded for reading.</p></footer>\n";
  page += "<script type=\"application/json\" id=\"results\">" + embedded_json(to_json(data.quantities)) + "</script>\n";
  page += "<script type=\"application/json\" id=\"run\">" + embedded_json(to_json(data.record)) + "</script>\n";
  return page + "</body>\n</html>\n";
}

} // namespace corvivo::io
