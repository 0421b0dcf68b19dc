// The overview of a cohort as one page that loads nothing.
#include <io/report/cohort.hpp>

#include <io/base/text.hpp>
#include <io/report/cohort_parts.hpp>
#include <io/report/html.hpp>
#include <io/report/png.hpp>
#include <io/report/report_sections.hpp>
#include <io/report/surface_picture.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace corvivo::io {

namespace {

constexpr const char *style = R"css(
.healthy{fill:#dff2ea}.quartiles{fill:#cfe0f1;stroke:#8fb6dc;stroke-width:1}.median{stroke:var(--blue);stroke-width:2.4}
.dot{fill:var(--ink);fill-opacity:.55}.dot:hover{fill:var(--bad);fill-opacity:1}
.gallery{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(112px,1fr));gap:8px}
.gallery li{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:6px 4px;text-align:center;font-size:.75rem;line-height:1.35;min-width:0;overflow-wrap:anywhere}
.gallery img{width:100%;max-width:120px;display:block;margin:0 auto}
.gallery b{font-size:.8rem}
.gallery a,td a,th a{color:var(--blue)}
.blank{height:84px;display:flex;align-items:center;justify-content:center;color:var(--soft)}
.counts{display:flex;flex-wrap:wrap;gap:8px 26px;margin:.8em 0}
.counts div{min-width:0}.counts dt{font-size:.8rem;color:var(--soft)}.counts dd{margin:0;font-size:1.5rem;font-weight:700}
.patients{font-size:.82rem}.patients th,.patients td{padding:.3em .6em}
.patients tbody th{position:sticky;left:0;background:var(--card)}
td.sentence{overflow-wrap:anywhere}
)css";

std::string counts(const Cohort &cohort) {
  std::map<std::string, std::size_t> by_status;
  for (const CohortPatient &p : cohort.patients)
    ++by_status[p.status];
  std::string out = "<dl class=\"counts\"><div><dt>patients</dt><dd>" + std::to_string(cohort.patients.size()) + "</dd></div>";
  for (const auto &[status, count] : by_status)
    out += "<div><dt>" + escape_html(status) + "</dt><dd>" + std::to_string(count) + "</dd></div>";
  return out + "</dl>";
}

std::string header(const Cohort &cohort) {
  return "<header>\n<p class=\"brand\">Corvivo <span>digital twin of the heart</span></p>\n<h1>" + escape_html(cohort.title) +
         "</h1>\n<p class=\"disclaimer\">Research use, not medical advice. Made on " +
         escape_html(cohort.started.substr(0, cohort.started.find('T'))) + ".</p>\n" + counts(cohort) + "</header>\n";
}

std::string id_of(const CohortPatient &patient) {
  return patient.report.empty() ? escape_html(patient.id)
                                : "<a href=\"" + escape_html(patient.report) + "\">" + escape_html(patient.id) + "</a>";
}

std::string failures(const Cohort &cohort) {
  std::string rows;
  for (const CohortPatient &p : cohort.patients)
    if (p.status != "done")
      rows += "<tr><th scope=\"row\">" + id_of(p) + "</th>" + cell("group", escape_html(p.group), "words") +
              cell("how it ended", chip("differs", p.status), "words") + cell("why", escape_html(p.sentence), "words sentence") + "</tr>";
  if (rows.empty())
    return "";
  return section(
      "failures", "Patients without a result",
      "<div class=\"card\"><table class=\"stack\"><thead><tr><th>patient</th><th>group</th><th>how it ended</th><th>why</th></tr>"
      "</thead><tbody>" +
          rows + "</tbody></table></div>");
}

std::string outliers(const Cohort &cohort) {
  const std::vector<Outlier> found =
      find_outliers(cohort, {"lv_edv", "lv_esv", "lv_ef", "lv_mass", "lv_wall_thickness_ed", "lv_wall_thickness_max_ed", "lv_sphericity_ed",
                             "rv_edv", "rv_ef", "mesh_min_dihedral_angle"});
  std::string rows;
  for (const Outlier &o : found) {
    const CohortPatient &p = cohort.patients[o.patient];
    const std::string unit = " " + escape_html(display_unit(o.unit));
    rows += "<tr><th scope=\"row\">" + id_of(p) + "</th>" + cell("group", escape_html(p.group), "words") +
            cell("measure", escape_html(display_name(o.quantity)), "words") + cell("value", display_number(o.value) + unit) +
            cell("median of the group", display_number(o.median) + unit) + cell("score", display_number(o.score)) + "</tr>";
  }
  const std::string words =
      "<p class=\"small\">Score: distance from the median of the group in 1.4826 median absolute deviations; shown are "
      "those beyond 3.5 (Iglewicz and Hoaglin 1993).</p>";
  return section("outliers", "Patients that stand out",
                 rows.empty()
                     ? "<p>None.</p>" + words
                     : "<div class=\"card\"><table class=\"stack\"><thead><tr><th>patient</th><th>group</th><th>measure</th><th "
                       "class=\"num\">value</th><th class=\"num\">median of the group</th><th class=\"num\">score</th></tr></thead>"
                       "<tbody>" +
                           rows + "</tbody></table></div>" + words);
}

std::string caption(const CohortPatient &p) {
  std::string out = "<b>" + id_of(p) + "</b>" + (p.group.empty() ? "" : " " + escape_html(p.group));
  for (const auto &[name, label] : {std::pair{"lv_edv", "EDV"}, {"lv_ef", "EF"}})
    if (const Quantity *q = p.quantities.find(name))
      out += std::string("<br>") + label + " " + fixed(q->value, 0) + " " + escape_html(display_unit(q->unit));
  return out;
}

std::string gallery(const Cohort &cohort) {
  std::string items;
  for (const std::string &group : cohort_groups(cohort))
    for (const CohortPatient &p : cohort.patients)
      if (p.group == group)
        items += "<li>" +
                 (p.picture.empty() ? "<span class=\"blank\">" + escape_html(p.status == "done" ? "no picture" : p.status) + "</span>"
                                    : "<img loading=\"lazy\" alt=\"mesh of " + escape_html(p.id) + "\" src=\"data:image/png;base64," +
                                          base64(p.picture) + "\">") +
                 caption(p) + "</li>";
  const bool any = std::any_of(cohort.patients.begin(), cohort.patients.end(), [](const CohortPatient &p) { return !p.picture.empty(); });
  return section("hearts", "Hearts",
                 "<ul class=\"gallery\">" + items + "</ul>" + (any ? colour_bar(thickness_range, "wall thickness [mm]", 0) : "") +
                     "<p class=\"small\">From the front, base up, each filling its frame: sizes do not compare.</p>");
}

std::string all_patients(const Cohort &cohort) {
  const std::vector<std::string> names = {"lv_edv",
                                          "lv_esv",
                                          "lv_ef",
                                          "lv_mass",
                                          "lv_wall_thickness_max_ed",
                                          "rv_edv",
                                          "rv_ef",
                                          "mesh_lv_cavity_volume",
                                          "mesh_volume_error",
                                          "mesh_wall_volume_error",
                                          "mesh_min_dihedral_angle"};
  std::vector<std::string> shown;
  for (const std::string &name : names)
    if (std::any_of(cohort.patients.begin(), cohort.patients.end(), [&](const CohortPatient &p) { return p.quantities.has(name); }))
      shown.push_back(name);
  std::string head = "<tr><th>patient</th><th>group</th><th>status</th>", rows;
  for (const std::string &name : shown)
    head += "<th class=\"num\">" + escape_html(display_name(name)) + "</th>";
  for (const CohortPatient &p : cohort.patients) {
    rows += "<tr><th scope=\"row\">" + id_of(p) + "</th>" + cell("group", escape_html(p.group), "words") +
            cell("status", escape_html(p.status), "words");
    for (const std::string &name : shown) {
      const Quantity *q = p.quantities.find(name);
      rows += cell(name, q ? quantity_html(*q, false) : "");
    }
    rows += cell("seconds", fixed(p.seconds, 1)) + "</tr>";
  }
  return section("patients", "All patients",
                 "<div class=\"card scroll\"><table class=\"patients\"><thead>" + head +
                     "<th class=\"num\">seconds</th></tr></thead><tbody>" + rows +
                     "</tbody></table></div><p class=\"small\">cohort.csv and cohort.sqlite beside this page hold every quantity "
                     "with every digit.</p>");
}

std::string origin(const Cohort &cohort) {
  return "<footer><p>" + escape_html(cohort.source) + ". Made by corvivo " + escape_html(cohort.version) + " (" +
         escape_html(cohort.git_hash) + ") on " + escape_html(cohort.machine) + ". Research use, not medical advice.</p></footer>\n";
}

} // namespace

std::vector<std::string> cohort_groups(const Cohort &cohort) {
  std::vector<std::string> groups;
  for (const CohortPatient &p : cohort.patients)
    if (std::find(groups.begin(), groups.end(), p.group) == groups.end())
      groups.push_back(p.group);
  std::sort(groups.begin(), groups.end());
  return groups;
}

std::string cohort_html(const Cohort &cohort) {
  std::string page = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<link rel=\"icon\" href=\"data:,\">\n<title>" +
                     escape_html(cohort.title) + " - Corvivo cohort</title>\n<style>\n" + report_style() + style +
                     "</style>\n</head>\n<body>\n<main>\n";
  page += header(cohort) + group_figures(cohort) + failures(cohort) + outliers(cohort) + gallery(cohort) + mesh_figures(cohort) +
          all_patients(cohort);
  return page + "</main>\n" + origin(cohort) + "</body>\n</html>\n";
}

} // namespace corvivo::io
