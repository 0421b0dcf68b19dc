#include <io/report/cohort_parts.hpp>

#include <io/base/text.hpp>
#include <io/report/group_plot.hpp>
#include <io/report/html.hpp>
#include <io/report/report_sections.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::io {

namespace {

std::string shown_group(const std::string &group) {
  return group.empty() ? "all" : group;
}

/// Values of the patients of one group that are done.
PlotGroup values_of(const Cohort &cohort, const std::string &group, const std::string &quantity) {
  PlotGroup out{shown_group(group), {}};
  for (const CohortPatient &p : cohort.patients)
    if (p.group == group && p.status == "done")
      if (const Quantity *q = p.quantities.find(quantity); q && std::isfinite(q->value))
        out.points.push_back({p.id + ": " + display_number(q->value) + " " + display_unit(q->unit), q->value});
  return out;
}

const Quantity *any_of(const Cohort &cohort, const std::string &quantity) {
  for (const CohortPatient &p : cohort.patients)
    if (const Quantity *q = p.quantities.find(quantity); q && p.status == "done" && std::isfinite(q->value))
      return q;
  return nullptr;
}

/// Empty when no patient has the quantity.
std::string figure(const Cohort &cohort, const std::string &quantity) {
  const Quantity *example = any_of(cohort, quantity);
  if (!example)
    return "";
  std::vector<PlotGroup> groups;
  for (const std::string &group : cohort_groups(cohort))
    groups.push_back(values_of(cohort, group, quantity));
  GroupPlotOptions options;
  options.y_label = example->unit == "1" ? "" : display_unit(example->unit);
  options.description = display_name(quantity) + " by group";
  if (example->reference_range) {
    options.band_low = example->reference_range->low;
    options.band_high = example->reference_range->high;
  }
  return "<figure class=\"card\"><figcaption>" + escape_html(display_name(quantity)) + "</figcaption>" + group_plot(options, groups) +
         "</figure>";
}

std::string figures(const Cohort &cohort, const std::vector<std::string> &quantities) {
  std::string out;
  for (const std::string &quantity : quantities)
    out += figure(cohort, quantity);
  return out.empty() ? "" : "<div class=\"plots\">" + out + "</div>";
}

/// "312 (248 to 371)": median and quartiles.
std::string spread(const PlotGroup &group) {
  std::vector<double> values;
  for (const PlotPoint &point : group.points)
    values.push_back(point.value);
  if (values.empty())
    return "";
  return display_number(quantile(values, 0.5)) + " <span class=\"sd\">(" + display_number(quantile(values, 0.25)) + " to " +
         display_number(quantile(values, 0.75)) + ")</span>";
}

std::string medians(const Cohort &cohort, const std::vector<std::string> &quantities) {
  std::string head = "<tr><th>group</th><th class=\"num\">done</th>", rows;
  for (const std::string &name : quantities)
    if (const Quantity *q = any_of(cohort, name))
      head += "<th class=\"num\">" + escape_html(display_name(name)) + " <span class=\"unit\">" + escape_html(display_unit(q->unit)) +
              "</span></th>";
  for (const std::string &group : cohort_groups(cohort)) {
    const auto done = std::count_if(cohort.patients.begin(), cohort.patients.end(),
                                    [&](const CohortPatient &p) { return p.group == group && p.status == "done"; });
    rows += "<tr><th scope=\"row\">" + escape_html(shown_group(group)) + "</th>" + cell("done", std::to_string(done));
    for (const std::string &name : quantities)
      if (any_of(cohort, name))
        rows += cell(escape_html(display_name(name)), spread(values_of(cohort, group, name)));
    rows += "</tr>";
  }
  return "<div class=\"card scroll\"><table class=\"stack\"><thead>" + head + "</tr></thead><tbody>" + rows + "</tbody></table></div>";
}

} // namespace

std::string group_figures(const Cohort &cohort) {
  const std::vector<std::string> names = {"lv_edv", "lv_ef", "lv_wall_thickness_max_ed", "lv_mass", "rv_edv", "rv_ef"};
  const std::string plots = figures(cohort, names);
  if (plots.empty())
    return "";
  return section("groups", cohort_groups(cohort).size() > 1 ? "Groups" : "Distributions",
                 plots +
                     "<p class=\"small\">A dot is a patient, the box holds the middle half, the line is the median; the green band is the "
                     "reference range of healthy adults where there is one. Below: median and quartiles.</p>" +
                     medians(cohort, names));
}

std::string mesh_figures(const Cohort &cohort) {
  const std::string plots = figures(cohort, {"mesh_min_dihedral_angle", "mesh_volume_error", "mesh_wall_volume_error",
                                             "mesh_rv_volume_error", "mesh_cells", "time_mesh"});
  return plots.empty() ? "" : section("meshes", "Meshes", plots);
}

std::vector<Outlier> find_outliers(const Cohort &cohort, const std::vector<std::string> &quantities) {
  constexpr double limit = 3.5;
  constexpr std::size_t enough = 8;
  std::vector<Outlier> found;
  for (const std::string &name : quantities) {
    const auto values = [&](const std::string *group) {
      std::vector<double> out;
      for (const CohortPatient &p : cohort.patients)
        if (const Quantity *q = p.quantities.find(name);
            q && p.status == "done" && std::isfinite(q->value) && (!group || p.group == *group))
          out.push_back(q->value);
      return out;
    };
    for (std::size_t i = 0; i < cohort.patients.size(); ++i) {
      const CohortPatient &p = cohort.patients[i];
      const Quantity *q = p.quantities.find(name);
      if (!q || p.status != "done" || !std::isfinite(q->value))
        continue;
      std::vector<double> others = values(&p.group);
      if (others.size() < enough)
        others = values(nullptr);
      const double median = quantile(others, 0.5);
      for (double &value : others)
        value = std::abs(value - median);
      const double spread = 1.4826 * quantile(others, 0.5);
      if (spread > 0 && std::abs(q->value - median) > limit * spread && others.size() >= enough)
        found.push_back({i, name, q->unit, q->value, median, (q->value - median) / spread});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Outlier &a, const Outlier &b) { return std::abs(a.score) > std::abs(b.score); });
  return found;
}

} // namespace corvivo::io
