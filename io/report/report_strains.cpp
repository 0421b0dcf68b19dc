#include <io/report/report_sections.hpp>

#include <io/base/units.hpp>
#include <io/report/bulls_eye.hpp>
#include <io/report/svg_plot.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::io {

namespace {

/// Walls of the segments of one level, in their order.
using Walls = std::vector<const char *>;

/// %; empty when there is no such column.
std::vector<double> strain_of(const TimeSeries &strains, const std::string &direction, std::size_t segment) {
  for (const TimeSeries::Column &column : strains.columns())
    if (column.name == direction + "_" + std::to_string(segment)) {
      std::vector<double> values = column.values;
      for (double &value : values)
        value *= conversion_factor(column.unit, "%");
      return values;
    }
  return {};
}

/// Most negative where the wall shortens, largest where it thickens; NaN in segments without cells.
double peak(const std::vector<double> &strain, bool shortens) {
  double found = std::nan("");
  for (const double value : strain)
    if (std::isfinite(value) && (std::isnan(found) || (shortens ? value < found : value > found)))
      found = value;
  return found;
}

std::string peaks(const TimeSeries &strains, const std::string &direction, bool shortens) {
  std::array<double, 17> values{};
  for (std::size_t s = 0; s < values.size(); ++s)
    values[s] = peak(strain_of(strains, direction, s + 1), shortens);
  return "<figure class=\"card bullseye\"><figcaption>Peak " + direction + " strain</figcaption>" +
         bulls_eye(values, "%", "Peak " + direction + " strain of the 17 segments of the left ventricle, in percent") + "</figure>";
}

/// One line for each segment from `first` on.
std::string over_time(const TimeSeries &strains, const std::string &level, std::size_t first, const Walls &walls) {
  std::vector<PlotSeries> curves;
  for (std::size_t i = 0; i < walls.size(); ++i)
    curves.push_back({walls[i], strains.column("time"), strain_of(strains, "longitudinal", first + i), "", false});
  PlotOptions options;
  options.x_label = "time [ms]";
  options.y_label = "longitudinal strain [%]";
  options.description = "Longitudinal strain of the " + level + " segments over one heartbeat";
  return "<figure class=\"card\"><figcaption>Longitudinal, " + level + "</figcaption>" + svg_plot(options, curves) + "</figure>";
}

} // namespace

std::string strains_section(const ReportData &data) {
  if (data.heartbeat.rows() == 0)
    return "";
  const TimeSeries &strains = data.segment_strains;
  if (strains.rows() == 0)
    return section("strain", "Strain of the left wall",
                   "<p class=\"small\">Strains by AHA segment are not available: they need a long axis and where the right ventricle "
                   "lies.</p>");
  const Walls six{"anterior", "anteroseptal", "inferoseptal", "inferior", "inferolateral", "anterolateral"};
  return section("strain", "Strain of the left wall",
                 "<div class=\"plots\">" + peaks(strains, "longitudinal", true) + peaks(strains, "circumferential", true) +
                     peaks(strains, "radial", false) + over_time(strains, "basal", 1, six) + over_time(strains, "mid", 7, six) +
                     over_time(strains, "apical", 13, {"anterior", "septal", "inferior", "lateral", "apex"}) +
                     "</div><p class=\"small\">Of the 3-D heartbeat, against its end-diastolic shape: mean over the volume of each AHA "
                     "segment. Peak: the most negative longitudinal and circumferential, the largest radial strain of the beat.</p>");
}

} // namespace corvivo::io
