#include <io/report/report_sections.hpp>

#include <io/base/text.hpp>
#include <io/report/svg_plot.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::io {

namespace {

const std::vector<std::string> standard_order{"I", "aVR", "V1", "V4", "II", "aVL", "V2", "V5", "III", "aVF", "V3", "V6"};

/// The twelve leads in the usual three rows of four, or the columns as they stand when some are absent.
std::vector<std::string> lead_order(const TimeSeries &ecg) {
  if (std::all_of(standard_order.begin(), standard_order.end(), [&](const std::string &lead) { return ecg.has(lead); }))
    return standard_order;
  std::vector<std::string> names;
  for (const auto &column : ecg.columns())
    if (column.name != "time")
      names.push_back(column.name);
  return names;
}

struct Paper {
  double start, width, low, high;                                  // ms, mm, mV, mV
  double x(double time) const { return 10 * (time - start) / 40; } // 25 mm/s; ten units of the picture are a millimetre
  double y(double voltage) const { return 100 * (high - voltage); }
};

Paper paper_for(const TimeSeries &ecg, const std::vector<std::string> &leads) {
  const std::vector<double> &time = ecg.column("time");
  double low = -0.4, high = 0.4;
  for (const std::string &lead : leads)
    for (const double v : ecg.column(lead))
      if (std::isfinite(v))
        low = std::min(low, v), high = std::max(high, v);
  return {time.front(), std::max(5.0, std::ceil((time.back() - time.front()) / 200) * 5), std::floor(low * 2 - 0.2) / 2,
          std::ceil(high * 2 + 0.6) / 2};
}

std::string grid_path(const Paper &paper, double every, const char *style) {
  const double width = 10 * paper.width, height = paper.y(paper.low);
  constexpr double most_lines = 5000; // of a record in the wrong unit there would be millions
  if ((width + height) / every > most_lines)
    return "";
  std::string path;
  for (double x = 0; x <= width + 1e-6; x += every)
    path += "M" + fixed(x, 0) + " 0V" + fixed(height, 0);
  for (double y = 0; y <= height + 1e-6; y += every)
    path += "M0 " + fixed(y, 0) + "H" + fixed(width, 0);
  return std::string("<path class=\"") + style + "\" d=\"" + path + "\"/>";
}

/// A line across the picture at a time, with its letter below.
struct Mark {
  double time = 0; // ms
  std::string letter;
};

std::string lead_picture(const TimeSeries &ecg, const std::string &lead, const Paper &paper, const std::vector<Mark> &marks) {
  const double width = 10 * paper.width, height = paper.y(paper.low);
  std::vector<double> x, y;
  for (std::size_t i = 0; i < ecg.rows(); ++i)
    if (std::isfinite(ecg.column(lead)[i]))
      x.push_back(paper.x(ecg.column("time")[i])), y.push_back(paper.y(ecg.column(lead)[i]));
  std::string lines;
  for (const Mark &mark : marks)
    lines += "<path class=\"mark\" d=\"M" + fixed(paper.x(mark.time), 1) + " 0V" + fixed(height - 30, 0) + "\"/><text x=\"" +
             fixed(paper.x(mark.time), 1) + "\" y=\"" + fixed(height - 10, 0) + "\" class=\"letter\">" + escape_html(mark.letter) +
             "</text>";
  return "<svg role=\"img\" viewBox=\"0 0 " + fixed(width, 0) + " " + fixed(height, 0) + "\" aria-label=\"ECG lead " + escape_html(lead) +
         "\">" + grid_path(paper, 10, "thin") + grid_path(paper, 50, "thick") + lines + "<polyline class=\"trace\" points=\"" +
         polyline_points(x, y, 0.5) + "\"/><text x=\"8\" y=\"32\" class=\"lead\">" + escape_html(lead) + "</text></svg>";
}

/// Rows of at most four leads, each row of one height.
std::string lead_pictures(const TimeSeries &ecg, const std::vector<std::string> &leads, const std::vector<Mark> &marks) {
  std::string pictures;
  for (std::size_t first = 0; first < leads.size(); first += 4) {
    const auto begin = leads.begin() + static_cast<std::ptrdiff_t>(first);
    const std::vector<std::string> row(begin, leads.begin() + static_cast<std::ptrdiff_t>(std::min(first + 4, leads.size())));
    const Paper paper = paper_for(ecg, row);
    for (const std::string &lead : row)
      pictures += lead_picture(ecg, lead, paper, marks);
  }
  return "<div class=\"card ecg\">" + pictures + "</div>";
}

const char *const scale = "Proportions of 25 mm/s and 10 mm/mV: a small square is 40 ms and 0.1 mV. ";

std::string shown(const Quantity *q) {
  return q && std::isfinite(q->value) ? quantity_html(*q) : std::string("<span class=\"none\">\xE2\x80\x93</span>");
}

/// Measured numbers, and beside them the simulated ones where there are any; a name without a leading "ecg_".
std::string measured_table(const ReportData &data) {
  const Quantities &all = data.quantities;
  const bool simulated = data.ecg.rows() > 1;
  std::string lines;
  for (const char *name : {"heart_rate", "rr_interval", "qrs_duration", "qt_interval", "qtc_bazett", "qtc_fridericia", "qrs_axis"})
    if (const Quantity *q = all.find(std::string("ecg_") + name))
      lines += "<tr><th scope=\"row\">" + escape_html(display_name(name)) + "</th>" + cell("Measured", shown(q)) +
               (simulated ? cell("Simulated", shown(all.find(name))) : "") + "</tr>";
  return "<table class=\"stack\"><thead><tr><th>Quantity</th><th class=\"num\">Measured</th>" +
         std::string(simulated ? "<th class=\"num\">Simulated</th>" : "") + "</tr></thead><tbody>" + lines + "</tbody></table>";
}

std::string wave_table(const ReportData &data, const std::vector<std::string> &leads) {
  const Quantities &all = data.quantities;
  const bool simulated = data.ecg.rows() > 1;
  std::string lines, heads;
  for (const char *wave : {"R", "S"})
    heads += std::string("<th class=\"num\">") + wave + "</th>" +
             (simulated ? std::string("<th class=\"num\">") + wave + ", simulated</th>" : "");
  for (const std::string &lead : leads) {
    lines += "<tr><th scope=\"row\">" + escape_html(lead) + "</th>";
    for (const auto &[head, name] : {std::pair{"R", "r_amplitude_" + lead}, {"S", "s_amplitude_" + lead}}) {
      lines += cell(head, shown(all.find("ecg_" + name)));
      if (simulated)
        lines += cell(head == std::string("R") ? "R, simulated" : "S, simulated", shown(all.find(name)));
    }
    lines += "</tr>";
  }
  return "<table class=\"stack\"><thead><tr><th>Lead</th>" + heads + "</tr></thead><tbody>" + lines + "</tbody></table>";
}

/// Where the averaged beat's waves begin and end: its time counts from the onset of QRS.
std::vector<Mark> marks_of(const Quantities &quantities) {
  std::vector<Mark> marks;
  const Quantity *qrs = quantities.find("ecg_qrs_duration"), *qt = quantities.find("ecg_qt_interval");
  if (qrs)
    marks = {{0, "Q"}, {qrs->value, "S"}};
  if (qt)
    marks.push_back({qt->value, "T"});
  return marks;
}

/// As in a table: limb leads first.
std::vector<std::string> table_order(const TimeSeries &ecg) {
  std::vector<std::string> names;
  for (const auto &column : ecg.columns())
    if (column.name != "time")
      names.push_back(column.name);
  return names;
}

} // namespace

std::string measured_ecg_section(const ReportData &data) {
  if (data.measured_ecg.rows() < 2 || !data.measured_ecg.has("time"))
    return "";
  const Quantity *beats = data.quantities.find("ecg_beats"), *averaged = data.quantities.find("ecg_beats_averaged");
  const std::string of = beats && averaged ? display_short(averaged->value) + " of " + display_short(beats->value) + " beats: " : "";
  return section(
      "ecg-measured", "ECG, measured",
      lead_pictures(data.measured_ecg, lead_order(data.measured_ecg), marks_of(data.quantities)) + "<p class=\"small\">" + scale +
          "The median of " + of + "lines mark the onset (Q) and the end (S) of the QRS complex and the end of the T wave (T).</p>" +
          "<div class=\"halves\"><div class=\"card\">" + measured_table(data) + "</div><div class=\"card\">" +
          wave_table(data, table_order(data.measured_ecg)) +
          "</div></div><p class=\"small\">\xC2\xB1: one standard deviation, over the beats and of noise and sampling together.</p>");
}

std::string ecg_section(const ReportData &data) {
  if (data.ecg.rows() < 2 || !data.ecg.has("time"))
    return "";
  const std::vector<std::string> leads = lead_order(data.ecg);
  if (leads.empty())
    return "";
  const bool twelve = leads == standard_order;
  return section("ecg", twelve ? "12-lead ECG, simulated" : "ECG, simulated",
                 lead_pictures(data.ecg, leads, {}) + "<p class=\"small\">" + scale +
                     "One beat of the ventricular tissue that was simulated; no atria, no lungs.</p>");
}

} // namespace corvivo::io
