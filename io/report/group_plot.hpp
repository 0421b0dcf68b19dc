#pragma once
/// Values of several groups side by side, as inline SVG.
#include <optional>
#include <string>
#include <vector>

namespace corvivo::io {

struct PlotPoint {
  std::string label; ///< shown when pointed at
  double value = 0;  ///< not finite: left out
};

struct PlotGroup {
  std::string name;
  std::vector<PlotPoint> points;
};

struct GroupPlotOptions {
  std::string y_label;                ///< with its unit
  std::string description;            ///< what a reader who cannot see the picture is told
  double band_low = 0, band_high = 0; ///< a shaded band, where high is above low
  int width = 420, height = 300;
};

/// The share `at` (0 to 1) of the sorted values, linear between them; NaN without values.
double quantile(std::vector<double> values, double at);

/// The whole `<svg>` element: for each group a dot for each value, a box from the lower to the upper quartile and a line at the median.
/// All text is escaped.
std::string group_plot(const GroupPlotOptions &options, const std::vector<PlotGroup> &groups);

} // namespace corvivo::io
