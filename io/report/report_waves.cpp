#include <io/report/report_sections.hpp>

#include <io/base/text.hpp>
#include <io/report/surface_picture.hpp>
#include <io/report/svg_plot.hpp>

#include <algorithm>
#include <set>

namespace corvivo::io {

namespace {

constexpr std::size_t picture_size = 260;                 // pixels
constexpr std::array<double, 2> minus_volts{-30.0, 90.0}; // mV of -V: the scale runs from red to blue, so rest is blue

std::string frames(const ReportData &data) {
  SurfacePicture picture = *data.activation;
  const std::vector<NamedCamera> views = cameras(picture);
  const NamedCamera &view = norm(picture.base_direction) > 0 ? views[1] : views.back();
  std::string out;
  for (const PotentialFrame &frame : data.potential) {
    std::vector<double> negative = frame.values;
    for (double &v : negative)
      v = -v;
    picture.grid.point_data = {{picture.array, 1, std::move(negative)}};
    out += "<figure><img alt=\"Potential at " + fixed(frame.time, 0) + " ms\" src=\"" +
           data_uri(draw(outer_surface(picture.grid, picture.array), view.camera, minus_volts, 0, picture_size)) + "\"><figcaption>" +
           fixed(frame.time, 0) + " ms</figcaption></figure>";
  }
  return "<div class=\"card\"><div class=\"frames\">" + out +
         "</div><p class=\"small\">Transmembrane potential: red is depolarised, blue at rest, grey does not conduct.</p></div>";
}

std::string traces(const TimeSeries &points) {
  PlotOptions options;
  options.x_label = "time [ms]";
  options.y_label = "potential [mV]";
  options.description = "Transmembrane potential at the named points over time";
  options.width = 860;
  std::vector<PlotSeries> series;
  for (const auto &column : points.columns())
    if (column.name != "time")
      series.push_back({column.name.substr(column.name.find('_') + 1), points.column("time"), column.values, "", false});
  return "<div class=\"card\">" + svg_plot(options, series) + "</div>";
}

/// Rows of places, columns of times.
std::string vulnerability_map(const TimeSeries &table) {
  const std::vector<double> &place = table.column("place"), &start = table.column("start"), &outcome = table.column("outcome");
  const std::set<double> places(place.begin(), place.end()), starts(start.begin(), start.end());
  static const std::array<const char *, 3> word{"no capture", "propagated", "re-entry"}, colour{"#d5d9df", "#9cc4e4", "#d9534f"};
  std::string out = "<div class=\"card\"><h3>Premature stimuli</h3><div class=\"scroll\"><table><tr><th>place</th>";
  for (const double s : starts)
    out += "<th>" + fixed(s, 0) + " ms</th>";
  out += "</tr>";
  for (const double p : places) {
    out += "<tr><th>" + fixed(p, 0) + "</th>";
    for (const double s : starts)
      for (std::size_t row = 0; row < table.rows(); ++row)
        if (place[row] == p && start[row] == s) {
          const auto what = std::min<std::size_t>(2, static_cast<std::size_t>(outcome[row]));
          out += std::string("<td style=\"background:") + colour[what] + ";color:#1c2026\">" + word[what] + "</td>";
        }
    out += "</tr>";
  }
  return out + "</table></div></div>";
}

} // namespace

std::string waves_section(const ReportData &data) {
  std::string content;
  if (data.activation && !data.potential.empty())
    content += frames(data);
  if (data.potential_points.rows() > 1 && !data.potential.empty())
    content += traces(data.potential_points);
  if (data.vulnerability.rows() > 0)
    content += vulnerability_map(data.vulnerability);
  return content.empty() ? "" : section("waves", "Waves through the tissue", content);
}

} // namespace corvivo::io
