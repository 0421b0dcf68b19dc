#include <io/report/report_sections.hpp>

#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <io/report/svg_plot.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::io {

namespace {

/// The reference band and where the value lies.
std::string range_bar(const Quantity &q) {
  const double low = q.reference_range->low, high = q.reference_range->high, margin = 0.5 * (high - low);
  const double from = std::min(low - margin, q.value), to = std::max(high + margin, q.value);
  const auto x = [&](double v) { return 4 + 192 * (v - from) / (to - from); };
  return "<svg class=\"range\" viewBox=\"0 0 200 14\" aria-hidden=\"true\"><rect x=\"0\" y=\"5\" width=\"200\" height=\"4\" rx=\"2\" "
         "class=\"track\"/><rect x=\"" +
         fixed(x(low), 1) + "\" y=\"5\" width=\"" + fixed(x(high) - x(low), 1) + "\" height=\"4\" class=\"band\"/><circle cx=\"" +
         fixed(x(q.value), 1) + "\" cy=\"7\" r=\"5\" class=\"" + (side_of(q) == Side::inside ? "in" : "out") + "\"/></svg>";
}

std::string reference_line(const Quantity &q) {
  if (!q.reference_range || !std::isfinite(q.value))
    return "";
  const Side side = side_of(q);
  const std::string verdict = side == Side::inside ? "within" : side == Side::below ? "below" : "above";
  return range_bar(q) + "<p class=\"ref\"><strong class=\"" + (side == Side::inside ? "in" : "out") + "\">" + verdict + "</strong> " +
         display_short(q.reference_range->low) + " to " + display_short(q.reference_range->high) + " " + escape_html(display_unit(q.unit)) +
         "</p>";
}

std::string tile(const Quantity &q) {
  std::string plain = q.name;
  for (const std::string prefix : {"sim_", "ecg_"}) // the group's heading says it
    if (plain.rfind(prefix, 0) == 0)
      plain.erase(0, prefix.size());
  return "<li class=\"tile\"><h3>" + escape_html(display_name(plain)) + "</h3><p class=\"value\">" + quantity_html(q) + "</p>" +
         reference_line(q) + (is_assumed(q) ? "<p class=\"origin\">" + chip("assumed", "rests on assumed values") + "</p>" : "") + "</li>";
}

std::string tiles(const ReportData &data, const std::vector<std::string> &names) {
  std::string out;
  for (const std::string &name : names)
    if (const Quantity *q = data.quantities.find(name); q && std::isfinite(q->value))
      out += tile(*q);
  return out;
}

/// A column in `unit`; empty when there is none.
std::vector<double> column_in(const TimeSeries &series, const std::string &name, const std::string &unit) {
  for (const TimeSeries::Column &column : series.columns())
    if (column.name == name) {
      std::vector<double> values = column.values;
      const double factor = conversion_factor(column.unit, unit);
      for (double &value : values)
        value *= factor;
      return values;
    }
  return {};
}

/// How a curve looks.
struct Style {
  std::string label, colour;
  bool dashed = false;
};

void add_curve(std::vector<PlotSeries> &all, const std::vector<double> &x, const std::vector<double> &y, const Style &style) {
  if (!x.empty() && x.size() == y.size())
    all.push_back({style.label, x, y, style.colour, style.dashed});
}

/// Of the ventricle "lv" or "rv".
void add_loop(std::vector<PlotSeries> &all, const TimeSeries &series, const std::string &ventricle, const Style &style) {
  add_curve(all, column_in(series, "volume_" + ventricle, "mL"), column_in(series, "pressure_" + ventricle, "mmHg"), style);
}

void add_trace(std::vector<PlotSeries> &all, const TimeSeries &series, const std::string &name, const std::string &unit,
               const Style &style) {
  add_curve(all, column_in(series, "time", "ms"), column_in(series, name, unit), style);
}

std::string figure(const std::string &caption, const std::string &picture) {
  return "<figure class=\"card\"><figcaption>" + caption + "</figcaption>" + picture + "</figure>";
}

const char *const lv_colour = "#0b5394";
const char *const aorta_colour = "#c2410c";
const char *const la_colour = "#00735c";
const char *const rv_colour = "#6d3fa0";

/// Whether the heartbeat is that of a biventricle; else its right ventricle is the circulation's.
bool has_right(const ReportData &data) {
  return data.heartbeat.rows() > 0 && data.quantities.has("sim_rv_edv");
}

/// Through the end-systolic corner of the left loop, from no pressure to a tenth above its peak.
void add_end_systolic_line(std::vector<PlotSeries> &all, const ReportData &data) {
  const Quantity *slope = data.quantities.find("sim_lv_ees"), *pressure = data.quantities.find("sim_lv_esp"),
                 *volume = data.quantities.find("sim_lv_esv"), *peak = data.quantities.find("sim_lv_peak_pressure");
  if (!slope || !pressure || !volume || !peak || !(slope->value > 0))
    return;
  const auto at = [&](double p) { return volume->value + (p - pressure->value) / slope->value; };
  const double from = std::max(0.0, at(0)), to = at(1.1 * peak->value);
  add_curve(all, {from, to}, {pressure->value + slope->value * (from - volume->value), 1.1 * peak->value},
            {"ESPVR, single beat", "#444b54", true});
}

/// As far as the left loop goes.
void add_end_diastolic_curve(std::vector<PlotSeries> &all, const ReportData &data) {
  const Quantity *alpha = data.quantities.find("sim_lv_edpvr_alpha"), *beta = data.quantities.find("sim_lv_edpvr_beta");
  const std::vector<double> loop = column_in(data.heartbeat, "volume_lv", "mL");
  if (!alpha || !beta || loop.empty())
    return;
  const Quantity *around = data.quantities.find("sim_pericardial_pressure"); // the loop is the blood's, the curve the wall's
  const double from = *std::min_element(loop.begin(), loop.end()), to = 1.05 * *std::max_element(loop.begin(), loop.end());
  std::vector<double> volumes, pressures;
  constexpr int pieces = 40;
  for (int i = 0; i <= pieces; ++i) {
    volumes.push_back(from + i * (to - from) / pieces);
    pressures.push_back(alpha->value * std::pow(volumes.back(), beta->value) + (around ? around->value : 0));
  }
  add_curve(all, volumes, pressures, {"EDPVR, Klotz", "#8a4fa3", true});
}

std::string pressure_volume_loop(const ReportData &data) {
  std::vector<PlotSeries> curves;
  add_loop(curves, data.heartbeat, "lv", {has_right(data) ? "left ventricle, 3-D" : "3-D heartbeat", lv_colour});
  if (has_right(data))
    add_loop(curves, data.heartbeat, "rv", {"right ventricle, 3-D", rv_colour});
  add_loop(curves, data.fitted, "lv", {has_right(data) ? "left, fitted circulation" : "fitted circulation", aorta_colour, true});
  if (has_right(data))
    add_loop(curves, data.fitted, "rv", {"right, fitted circulation", la_colour, true});
  add_end_systolic_line(curves, data);
  add_end_diastolic_curve(curves, data);
  if (curves.empty())
    return "";
  PlotOptions options;
  options.x_label = has_right(data) ? "volume [mL]" : "LV volume [mL]";
  options.y_label = has_right(data) ? "pressure [mmHg]" : "LV pressure [mmHg]";
  options.description = has_right(data) ? "Pressure-volume loops of both ventricles" : "Pressure-volume loop of the left ventricle";
  std::vector<std::pair<const char *, const char *>> marks{{"lv_edv", "measured EDV"}, {"lv_esv", "measured ESV"}};
  if (data.heartbeat.rows() > 0) // the mesh ends at the base plane
    marks.insert(marks.end(), {{"lv_edv_below_base", "EDV below base"}, {"lv_esv_below_base", "ESV below base"}});
  for (const auto &[name, label] : marks)
    if (const Quantity *volume = data.quantities.find(name); volume && std::isfinite(volume->value))
      options.marks.push_back({volume->value, label});
  return figure("Pressure and volume", svg_plot(options, curves));
}

std::string volume_trace(const ReportData &data) {
  std::vector<PlotSeries> curves;
  add_trace(curves, data.heartbeat, "volume_lv", "mL", {"LV, 3-D", lv_colour});
  if (has_right(data))
    add_trace(curves, data.heartbeat, "volume_rv", "mL", {"RV, 3-D", rv_colour});
  add_trace(curves, data.fitted, "volume_lv", "mL", {"LV, fitted circulation", aorta_colour, true});
  PlotOptions options;
  options.x_label = "time [ms]";
  options.y_label = "volume [mL]";
  options.description =
      std::string(has_right(data) ? "Volumes of both ventricles" : "Volume of the left ventricle") + " over one heartbeat";
  return curves.empty() ? "" : figure("Volume", svg_plot(options, curves));
}

std::string pressure_trace(const ReportData &data) {
  std::vector<PlotSeries> curves;
  const TimeSeries &series = data.heartbeat.rows() > 0 ? data.heartbeat : data.fitted;
  add_trace(curves, series, "pressure_lv", "mmHg", {"left ventricle", lv_colour});
  add_trace(curves, series, "pressure_aorta", "mmHg", {"aorta", aorta_colour});
  add_trace(curves, series, "pressure_la", "mmHg", {"left atrium", la_colour});
  if (has_right(data)) {
    add_trace(curves, series, "pressure_rv", "mmHg", {"right ventricle", rv_colour});
    add_trace(curves, series, "pressure_artery_pulmonary", "mmHg", {"pulmonary artery", rv_colour, true});
  }
  PlotOptions options;
  options.x_label = "time [ms]";
  options.y_label = "pressure [mmHg]";
  options.description = "Pressures over one heartbeat";
  return curves.empty()
             ? ""
             : figure(data.heartbeat.rows() > 0 ? "Pressure, 3-D heartbeat" : "Pressure, fitted circulation", svg_plot(options, curves));
}

} // namespace

std::string key_numbers_section(const ReportData &data) {
  const std::string measured = tiles(data, {"lv_ef", "lv_edv", "lv_esv", "lv_sv", "lv_mass", "rv_ef"});
  const std::string simulated = tiles(data, {"sim_lv_ef", "sim_lv_peak_pressure", "sim_lv_edp", "sim_aortic_systolic",
                                             "sim_aortic_diastolic", "sim_lv_dpdt_max", "sim_stroke_work", "sim_va_coupling", "sim_gls",
                                             "sim_mapse", "sim_rv_ef", "sim_rv_peak_pressure", "sim_pulmonary_systolic", "qrs_duration"});
  const std::string recorded =
      tiles(data, {"ecg_heart_rate", "ecg_qrs_duration", "ecg_qt_interval", "ecg_qtc_bazett", "ecg_qtc_fridericia", "ecg_qrs_axis"});
  if ((measured + recorded + simulated).empty())
    return "";
  std::string content;
  if (!measured.empty())
    content += "<h3 class=\"group\">Measured in the images</h3><ul class=\"tiles\">" + measured + "</ul>";
  if (!recorded.empty())
    content += "<h3 class=\"group\">Measured in the ECG</h3><ul class=\"tiles\">" + recorded + "</ul>";
  if (!simulated.empty())
    content += "<h3 class=\"group\">Simulated for this patient</h3><ul class=\"tiles\">" + simulated + "</ul>";
  return section(
      "key", "Key numbers",
      content + "<p class=\"small\">Bars: the band is a reference range of healthy adults, its source stands under “All results”.</p>");
}

std::string heartbeat_section(const ReportData &data) {
  const std::string plots = pressure_volume_loop(data) + volume_trace(data) + pressure_trace(data);
  if (plots.empty())
    return "";
  std::string words;
  if (data.heartbeat.rows() > 0 && data.fitted.rows() > 0)
    words =
        std::string("<p class=\"small\">Solid: the three-dimensional ") + (has_right(data) ? "ventricles in their" : "ventricle in its") +
        " circulation. Dashed: the lumped circulation fitted to this patient" +
        (has_right(data) ? "; its right ventricle is a healthy adult's, and the dashed pressure is the pulmonary artery's" : "") + ".</p>";
  return section("heartbeat", "Heartbeat", "<div class=\"plots\">" + plots + "</div>" + words);
}

} // namespace corvivo::io
